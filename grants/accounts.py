"""How does a person's account come and change? Each change is on record."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from audit import clock, log
from audit.message import Actor, NewEvent
from grants.models import User
from grants.providers import require_by_hand
from grants.roles import ALL, Role
from grants.second import require

OPENING = ("is_staff", "is_auditor", "is_active", *ALL)
"""The fields that open more than a person's own work, or their account again."""


@transaction.atomic
def add(person: User, *, by: Actor) -> None:
    """Store a new account, which opens nothing until its person has proven the address."""
    person.is_active, person.proven_at = False, None
    person.set_unusable_password()
    person.save(force_insert=True)
    _record(person, "person.added", by)


@transaction.atomic
def change(person: User, *, by: Actor, changed: Sequence[str], second: Actor | None = None) -> None:
    """Store the fields named in `changed`, and no other: a page opened before another change does not undo it.

    Raises TakesTwo where that gives the person more authority and no `second` administrator agrees, Governed where a
    provider's groups say who is an auditor, NobodyLeft where nobody would keep accounts any more.
    """
    if not changed:
        return
    before = User.objects.get(pk=person.pk)
    if before.is_auditor != person.is_auditor and "is_auditor" in changed:
        require_by_hand(person.pk, "auditors", by=by)
    if loosened(before, person, changed):
        require(person, by=by, second=second)
    changed = [*changed, *_taken_along(person, changed)]
    if by.kind == "person" and (sentence := leaves_nobody(before, person)):
        raise NobodyLeft(sentence)
    if any(before.holds(role) and not person.holds(role) for role in Role) or (
        before.administers and not person.administers
    ):
        person.stopped_administering_at = clock.now()
        changed = [*changed, "stopped_administering_at"]
    person.save(update_fields=changed)
    _record(User.objects.get(pk=person.pk), "person.changed", by)


def loosened(before: User, person: User, changed: Sequence[str]) -> list[str]:
    """The fields of these that give the person more than they had before."""
    return [
        flag for flag in OPENING if flag in changed and getattr(person, flag) and not getattr(before, flag)
    ]


class NobodyLeft(PermissionDenied):
    """Nobody would let people in, give roles or change approvers any more."""


def leaves_nobody(before: User, person: User) -> str:
    """Why the change would leave nobody who keeps accounts; empty where somebody does. Locks the others who do."""
    if not before.holds(Role.ACCOUNTS) or person.holds(Role.ACCOUNTS):
        return ""
    if User.objects.holding(Role.ACCOUNTS).select_for_update(no_key=True).exclude(pk=person.pk).exists():
        return ""
    return _("%(person)s is the last one who keeps accounts. Give another person that role first.") % {
        "person": person
    }


def _taken_along(person: User, changed: Sequence[str]) -> list[str]:
    """The roles that end with the administration: given back later, it comes without them."""
    if "is_staff" not in changed or person.is_staff:
        return []
    for role in Role:
        setattr(person, role, False)
    return [str(role) for role in Role]


def note(person: User, event: str, *, by: Actor, **also: str) -> None:
    """Record what happened to the account, in the transaction that stores it."""
    _record(person, event, by, **also)


def _record(person: User, event: str, by: Actor, **also: str) -> None:
    """What the account opens now; neither a password nor its hash."""
    data = {
        "email": person.email,
        "name": person.name,
        "is_active": person.is_active,
        "is_staff": person.is_staff,
        "is_superuser": person.is_superuser,
        "is_auditor": person.is_auditor,
        **{str(role): getattr(person, role) for role in Role},
        **also,
    }
    log.record(NewEvent(person.as_subject(), event, actor=by, at=clock.now(), data=data))
