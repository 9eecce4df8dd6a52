"""Who hears of a request? Whoever can act on it; where nobody can, somebody who can mend that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from approvals.authority import barred_addresses
from approvals.models import Approval
from grants.models import ApproverMembership, DelegatedGrant, User


@dataclass(frozen=True)
class Audience:
    """The people around some requests, looked up once for all of them.

    `accounts` says of each address that has one whether it is active, `lent` what its grants lend to whom.
    """

    accounts: Mapping[str, bool]
    lent: Mapping[str, tuple[DelegatedGrant, ...]]
    at: datetime

    @cached_property
    def approvers(self) -> dict[str, datetime]:
        """Since when each is one; looked up only where they are needed."""
        members = ApproverMembership.objects.open(self.at).filter(user__is_active=True)
        return dict(members.order_by("user__email").values_list("user__email", "joined_at"))

    @cached_property
    def staff(self) -> tuple[str, ...]:
        """The administrators, looked up only where they are needed."""
        people = User.objects.filter(is_staff=True, is_active=True).order_by("email")
        return tuple(people.values_list("email", flat=True))

    def of(self, approval: Approval, addresses: Iterable[str]) -> list[str]:
        """Those of the addresses that may act, each once, with whoever stands in for them.

        An address without an account is told as well: it may be a mailbox that a team reads. Where nobody has an
        account whom a draft names, all approvers are told of it.
        """
        barred = barred_addresses(approval)
        told = [one for one in addresses if self.accounts.get(one, True) and one not in barred]
        told += [one for address in told for one in self._stand_ins(approval, address) if one not in barred]
        if approval.is_draft and not any(one in self.accounts for one in told):
            told += [one for one in self.approvers if one not in barred]
        return list(dict.fromkeys(told))

    def of_all(self, approval: Approval, addresses: Iterable[str]) -> list[str]:
        """The same, and the approvers where they were asked since those named were too few."""
        return list(dict.fromkeys([*self.of(approval, addresses), *self.asked_approvers(approval)]))

    def asked_approvers(self, approval: Approval) -> list[str]:
        """Those asked who may decide it still."""
        asked_at = approval.approvers_asked_at
        if asked_at is None:
            return []
        until = min(asked_at, approval.created_at) if approval.is_critical else asked_at
        barred = barred_addresses(approval)
        return [one for one, joined_at in self.approvers.items() if joined_at <= until and one not in barred]

    def with_administrators(self, approval: Approval, addresses: Iterable[str]) -> list[str]:
        """All of these, and the administrators where they were told that too few people can decide it."""
        staff = self.staff if approval.administrators_told_at else ()
        return list(dict.fromkeys([*self.of_all(approval, addresses), *staff]))

    def _stand_ins(self, approval: Approval, address: str) -> list[str]:
        return [
            grant.grantee.email
            for grant in self.lent.get(address, ())
            if grant.covers(workflow=approval.workflow, action_type=approval.action_type, risk=approval.risk)
        ]

    def for_certain(self, approval: Approval, addresses: Iterable[str]) -> list[str]:
        """Those that may act, and the administrators where nobody of them has an account."""
        told = self.of(approval, addresses)
        if any(self.accounts.get(address) for address in told) or any(one in self.approvers for one in told):
            return told
        return list(dict.fromkeys([*told, *self.staff]))


def gather(addresses: Collection[str], *, at: datetime) -> Audience:
    """Look up who stands behind the addresses, and who stands in for them."""
    accounts = dict(User.objects.filter(email__in=addresses).values_list("email", "is_active"))
    active = DelegatedGrant.objects.active(at).filter(grantor__email__in=addresses, grantee__is_active=True)
    lent: dict[str, tuple[DelegatedGrant, ...]] = {}
    for grant in active.select_related("grantor", "grantee").order_by("pk"):
        lent[grant.grantor.email] = (*lent.get(grant.grantor.email, ()), grant)
    return Audience(accounts, lent, at)
