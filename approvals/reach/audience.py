"""Who hears of a request? The people who can act on it; where nobody can, people who can mend that."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from approvals.authority import barred_addresses, joined_too_late
from approvals.models import Approval
from approvals.reach.people import People, read


@dataclass(frozen=True, slots=True)
class Audience:
    """Who of the people around some requests hears of each of them."""

    people: People

    def of(self, approval: Approval, addresses: Iterable[str]) -> list[str]:
        """Those of the addresses that may act, each once, with the people who stand in for them.

        An address without an account is told as well: it may be a mailbox that a team reads. Where nobody has an
        account whom a draft names, all approvers are told of it.
        """
        barred = barred_addresses(approval)
        deactivated = self.people.accounts.keys() - self.people.active
        told = [one for one in addresses if one not in deactivated and one not in barred]
        told += [one.email for address in told for one in self.people.stand_ins.of(address, approval)]
        if approval.is_draft and not any(one in self.people.accounts for one in told):
            told += [one for one in self.people.approvers if one not in barred]
        return list(dict.fromkeys(told))

    def of_all(self, approval: Approval, addresses: Iterable[str]) -> list[str]:
        """Those `of` gives, and the approvers where they were asked because the people named were too few."""
        return list(dict.fromkeys([*self.of(approval, addresses), *self.asked_approvers(approval)]))

    def asked_approvers(self, approval: Approval) -> list[str]:
        """The approvers who were asked and may still decide it."""
        asked_at = approval.approvers_asked_at
        if asked_at is None:
            return []
        barred = barred_addresses(approval)
        in_time = (
            one
            for one, joined_at in self.people.approvers.items()
            if joined_at <= asked_at and not joined_too_late(joined_at, approval)
        )
        return [one for one in in_time if one not in barred]

    def with_administrators(self, approval: Approval, addresses: Iterable[str]) -> list[str]:
        """Those `of_all` gives, and the administrators where they were told that too few people can decide it."""
        staff = self.people.staff if approval.administrators_told_at else ()
        return list(dict.fromkeys([*self.of_all(approval, addresses), *staff]))

    def for_certain(self, approval: Approval, addresses: Iterable[str]) -> list[str]:
        """Those `of` gives, and the administrators where none of them has an account."""
        told = self.of(approval, addresses)
        if any(one in self.people.active or one in self.people.approvers for one in told):
            return told
        return list(dict.fromkeys([*told, *self.people.staff]))


def gather(addresses: Collection[str], *, at: datetime) -> Audience:
    """Look up the people around requests that name these addresses, in one query."""
    return Audience(read(addresses, at=at))
