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
    def approvers(self) -> tuple[str, ...]:
        """Looked up only where they are needed."""
        members = ApproverMembership.objects.open(self.at).filter(user__is_active=True)
        return tuple(members.order_by("user__email").values_list("user__email", flat=True))

    def of(self, approval: Approval, addresses: Iterable[str]) -> list[str]:
        """Those of the addresses that may act, each once, with whoever stands in for them.

        Where nobody with an account is among them, all approvers too. An address without an account is told as
        well: it may be a mailbox that a team reads.
        """
        barred = barred_addresses(approval)
        told = [one for one in addresses if self.accounts.get(one, True) and one not in barred]
        told += [one for address in told for one in self._stand_ins(approval, address) if one not in barred]
        if not any(one in self.accounts for one in told):
            told += [one for one in self.approvers if one not in barred]
        return list(dict.fromkeys(told))

    def _stand_ins(self, approval: Approval, address: str) -> list[str]:
        return [
            grant.grantee.email
            for grant in self.lent.get(address, ())
            if grant.covers(workflow=approval.workflow, action_type=approval.action_type, risk=approval.risk)
        ]

    def for_certain(self, approval: Approval, addresses: Iterable[str]) -> list[str]:
        """The same, and the administrators where there is still nobody with an account."""
        told = self.of(approval, addresses)
        if any(self.accounts.get(address) for address in told) or any(one in self.approvers for one in told):
            return told
        staff = User.objects.filter(is_staff=True, is_active=True).order_by("email")
        return list(dict.fromkeys([*told, *staff.values_list("email", flat=True)]))


def gather(addresses: Collection[str], *, at: datetime) -> Audience:
    """Look up who stands behind the addresses, and who stands in for them."""
    accounts = dict(User.objects.filter(email__in=addresses).values_list("email", "is_active"))
    active = DelegatedGrant.objects.active(at).filter(grantor__email__in=addresses, grantee__is_active=True)
    lent: dict[str, tuple[DelegatedGrant, ...]] = {}
    for grant in active.select_related("grantor", "grantee").order_by("pk"):
        lent[grant.grantor.email] = (*lent.get(grant.grantor.email, ()), grant)
    return Audience(accounts, lent, at)
