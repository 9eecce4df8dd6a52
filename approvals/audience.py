"""Who hears of a request? Whoever can act on it; where nobody can, somebody who can mend that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from approvals.authority.ruling import SELF_APPROVABLE
from approvals.models import Approval
from grants.models import ApproverMembership, User


@dataclass(frozen=True, slots=True)
class Audience:
    """The people around some requests, looked up once for all of them.

    `accounts` says of each address that has one whether it is active.
    """

    accounts: Mapping[str, bool]
    approvers: tuple[str, ...]

    def of(self, approval: Approval, addresses: Iterable[str]) -> list[str]:
        """Those of the addresses that may act, each once, and all approvers where no account is among them.

        An address without an account is told as well: it may be a mailbox that a team reads.
        """
        barred = barred_from(approval)
        told = [
            address
            for address in dict.fromkeys(addresses)
            if self.accounts.get(address, True) and address not in barred
        ]
        if any(address in self.accounts for address in told):
            return told
        return list(dict.fromkeys([*told, *(one for one in self.approvers if one not in barred)]))

    def for_certain(self, approval: Approval, addresses: Iterable[str]) -> list[str]:
        """The same, and the administrators where there is still nobody with an account."""
        told = self.of(approval, addresses)
        if any(self.accounts.get(address) or address in self.approvers for address in told):
            return told
        staff = User.objects.filter(is_staff=True, is_active=True).order_by("email")
        return list(dict.fromkeys([*told, *staff.values_list("email", flat=True)]))


def gather(addresses: Collection[str], *, at: datetime) -> Audience:
    """Look up who stands behind the addresses, and who the approvers are."""
    accounts = dict(User.objects.filter(email__in=addresses).values_list("email", "is_active"))
    approvers = ApproverMembership.objects.open(at).filter(user__is_active=True).order_by("user__email")
    return Audience(accounts, tuple(approvers.values_list("user__email", flat=True)))


def barred_from(approval: Approval) -> frozenset[str]:
    """Whom the request itself keeps from deciding it (DESIGN §4.13)."""
    if approval.is_draft:  # nothing is executed, so whoever it was made for may use it
        return frozenset()
    if approval.policy.allow_self_approval and approval.risk in SELF_APPROVABLE:
        return frozenset()
    parties = {approval.initiated_by, approval.agent.owner.email, approval.key.owner.email}
    return frozenset(parties - {""})
