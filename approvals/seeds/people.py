"""Who works at the demo's company? One account for each role, `<role>@example.com`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from audit import clock
from audit.message import SYSTEM
from grants import membership
from grants.models import User
from grants.roles import ALL


@dataclass(frozen=True, slots=True)
class Person:
    """One demo account, and what it may do."""

    role: str
    name: str
    is_approver: bool = False
    is_auditor: bool = False
    is_admin: bool = False

    @property
    def email(self) -> str:
        return f"{self.role}@example.com"

    def flags(self) -> dict[str, bool]:
        """The columns of the account that say what it may do."""
        return {
            "is_active": True,
            "is_staff": self.is_admin,
            "is_superuser": self.is_admin,
            "is_auditor": self.is_auditor,
            **dict.fromkeys(ALL, self.is_admin),
        }


PEOPLE = (
    Person("sales", "Elena Marsh"),
    Person("finance", "Priya Raman"),
    Person("deputy", "Tomas Lindqvist"),
    Person("security", "Marcus Oyelaran"),
    Person("compliance", "Hannah Weiss"),
    Person("approver", "David Chen", is_approver=True),
    Person("auditor", "Ingrid Solberg", is_auditor=True),
    Person("admin", "Robin Castellano", is_admin=True),
    Person("owner", "Sofia Almeida"),
)
OWNER = "owner@example.com"
"""The person who answers for the agents, and so never decides what they propose."""


def ensure_people(passwords: Mapping[str, str], *, are_unchanged: bool) -> None:
    """Each account as the demo describes it, with its password by address.

    `are_unchanged`: the stored hashes are known to be of these passwords, so none is checked. Each check takes
    a good part of a second, on purpose.
    """
    for person in PEOPLE:
        user = _ensure(person, passwords[person.email], is_unchanged=are_unchanged)
        if person.is_approver:
            membership.join(user, by=SYSTEM)


def _ensure(person: Person, password: str, *, is_unchanged: bool) -> User:
    user = User.objects.filter(email=person.email).first() or User(email=person.email, proven_at=clock.now())
    is_new = user._state.adding
    is_right = not is_new and (is_unchanged or user.check_password(password))
    if not is_right:
        user.set_password(password)
    fields = {"name": person.name, **person.flags()}
    is_as_described = all(getattr(user, name) == value for name, value in fields.items())
    if not (is_right and is_as_described):
        for name, value in fields.items():
            setattr(user, name, value)
        user.save()
    return user
