"""With what does a person show, for one decision, that it is they? No session and no earlier proof counts."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.clock import rfc3339
from grants.models import User

FRESH = 120.0
"""Seconds within which a password or code that was typed with a decision decides: longer than any wait for a lock."""


@dataclass(slots=True, eq=False)
class Retyped:
    """A password or a code typed with one decision, checked when it came. It decides once, and that request only.

    `key` changes with the password, so that one that was replaced while the decision waited does not count.
    """

    way: str
    person: Any
    request: UUID
    key: str
    is_right: bool = True
    made: float = field(default_factory=time.monotonic)
    is_spent: bool = False

    def spend(self, *, by: User, request: UUID) -> bool:
        """Whether it counts for this decision; it does so once."""
        is_fresh = 0 <= time.monotonic() - self.made <= FRESH
        fits = self.person == by.pk and self.request == request and self.key == by.get_session_auth_hash()
        counts = self.is_right and is_fresh and fits and not self.is_spent
        self.is_spent = True
        return counts


@dataclass(frozen=True, slots=True)
class Assertion:
    """What the browser says after a passkey signed: `nonce` names what it was asked to sign."""

    nonce: str
    credential: Mapping[str, Any]


Proof = Retyped | Assertion


def retyped(way: str, by: User, request: UUID, *, is_right: bool = True) -> Retyped:
    """What this person showed for the decision: a "password", a "code" of the app, or themselves at a "provider"."""
    return Retyped(way=way, person=by.pk, request=request, key=by.get_session_auth_hash(), is_right=is_right)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """How the person had signed in when they decided: since when, and each thing they showed with its time.

    By the clock of the process that serves the pages.
    """

    since: datetime | None
    ways: tuple[tuple[str, datetime], ...] = ()

    def as_facts(self) -> dict[str, Any]:
        """As the vote's event says it."""
        ways = [{"with": way, "at": rfc3339(at)} for way, at in self.ways]
        return {"since": rfc3339(self.since) if self.since else None, "ways": ways}
