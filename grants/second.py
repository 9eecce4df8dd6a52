"""Who agrees that a person gets more authority? A second administrator (docs/rules.md: loosening-takes-two)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied

from audit.message import Actor
from grants.models import User
from grants.roles import Role


class TakesTwo(PermissionDenied):
    """One administrator alone would have given somebody more authority."""


def require(person: User, *, by: Actor, second: Actor | None) -> None:
    """Raises TakesTwo unless another actor than the person concerned and the one who asks agrees, who keeps accounts.

    What the system itself does, such as the demo or an operator's command, needs nobody.
    """
    if by.kind != "person":
        return
    if second is None or second.id in (by.id, str(person.pk)) or not _keeps_accounts(second):
        raise TakesTwo(f"A second administrator has to agree that {person} gets more authority.")


def _keeps_accounts(second: Actor) -> bool:
    """What waited for its hour has the system as its second actor."""
    return second.kind != "person" or User.objects.holding(Role.ACCOUNTS).filter(pk=second.id).exists()
