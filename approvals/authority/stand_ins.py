"""Who decides in a person's place now, under which grants? `reach.people` looks them up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from approvals.addresses import Addresses
from approvals.authority.ruling import barred_addresses, is_covered
from approvals.models import Approval
from grants.models import DelegatedGrant, User


@dataclass(frozen=True, slots=True)
class StandIns:
    """The grants that count now, by the address of the person who lends, the oldest first."""

    lent: Mapping[str, Sequence[DelegatedGrant]]

    def of(self, address: str, approval: Approval) -> tuple[User, ...]:
        """Each person once who may decide the request in the place of the person with that address.

        Needs the request `with_parties`, as `barred_addresses` does.
        """
        grants = [grant for grant in self.lent.get(address, ()) if is_covered(approval, grant)]
        barred = barred_addresses(approval) if grants else Addresses()
        return tuple(dict.fromkeys(grant.grantee for grant in grants if grant.grantee.email not in barred))
