"""Who is the second administrator, and who agrees that a person gets more authority?"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from audit.message import Actor
from grants.models import User
from grants.roles import Role


def others(role: Role, *, but: Iterable[UUID | str]) -> QuerySet[User]:
    """Who could be the second administrator: who has the role too, or, where nobody else has, who has another.

    So an administrator who is alone with a role is not alone with what it loosens. `but`: the ids of those concerned.
    """
    administrators = User.objects.loosening().exclude(pk__in=but)
    with_role = administrators.filter(**{str(role): True})
    return with_role if with_role.exists() else administrators


class TakesTwo(PermissionDenied):
    """One administrator alone would have given somebody more authority."""


def require(person: User, *, by: Actor, second: Actor | None) -> None:
    """Raises TakesTwo unless a second administrator agrees, who is neither the person concerned nor who asks.

    What the system itself does, such as the demo or an operator's command, needs nobody.
    """
    if by.kind != "person":
        return
    concerned = (by.id, str(person.pk))
    if second is None or second.id in concerned or not _could_be(second, concerned):
        raise TakesTwo(f"A second administrator has to agree that {person} gets more authority.")


def _could_be(second: Actor, concerned: Iterable[str]) -> bool:
    """What waited for its hour has the system as its second actor."""
    return second.kind != "person" or others(Role.ACCOUNTS, but=concerned).filter(pk=second.id).exists()
