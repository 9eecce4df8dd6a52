"""Which two acts race, and which endings may such a race have?

The suite runs each race 100 times, `bench/races.py` 1,000 times.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from approvals import lifecycle, payload
from approvals.lifecycle import Seen
from approvals.models import AgentKey, Approval
from grants.models import User
from tests.factories import EMAIL_PAYLOAD, attest, make_approval, make_key, make_user, seen
from tests.races.arena import Act, Arena, Attempt
from tests.races.soundness import faults

SPREAD = 0.008  # seconds between the two starts, at most

Ending = tuple[str, str, str]
"""How the request stands afterwards, and what each of the two got."""


@dataclass(frozen=True)
class Cast:
    """Who takes part: two reviewers named on every request, and an agent's key."""

    one: User
    other: User
    key: AgentKey


@dataclass(frozen=True)
class Race:
    """Two acts on one request. `endings` names every ending allowed, and which side came first in it.

    `held_back`: seconds by which the first side starts later, where its way to the row lock is shorter.
    """

    sides: tuple[str, str]
    prepare: Callable[[Cast], Approval]
    acts: Callable[[Cast, Approval], Sequence[Act]]
    endings: Mapping[Ending, int]
    held_back: float = 0.0


@dataclass
class Tally:
    """What came of many rounds."""

    first: Counter[int] = field(default_factory=Counter)
    overlapping: int = 0

    @property
    def rounds(self) -> int:
        return self.first.total()


def make_cast() -> Cast:
    return Cast(make_user("one@example.com"), make_user("other@example.com"), make_key()[0])


def run(race: Race, *, rounds: int) -> Tally:
    """Each round on a request of its own. Fails at the first round whose ending is not allowed."""
    cast, tally = make_cast(), Tally()
    with Arena(2, spread=SPREAD, seed=race.sides) as arena:
        for _ in range(rounds):
            approval = race.prepare(cast)
            attempts = arena.run(race.acts(cast, approval), held_back=(race.held_back, 0))
            tally.first[_judge(race, approval, attempts)] += 1
            tally.overlapping += _did_overlap(*attempts)
    return tally


def _judge(race: Race, approval: Approval, attempts: Sequence[Attempt]) -> int:
    stands = Approval.objects.get(pk=approval.pk)
    ending = (f"{stands.status} v{stands.current_version}", attempts[0].word, attempts[1].word)
    assert ending in race.endings, f"{race.sides} ended as {ending}"
    assert faults(approval.pk) == []
    return race.endings[ending]


def _did_overlap(one: Attempt, other: Attempt) -> bool:
    return max(one.started, other.started) < min(one.ended, other.ended)


def _pending(cast: Cast, **fields: str) -> Approval:
    return make_approval(key=cast.key, assignees=(cast.one.email, cast.other.email), **fields)


def _critical(cast: Cast) -> Approval:
    """Critical takes two people: the quorum is 2."""
    return _pending(cast, risk="critical")


def _approved(cast: Cast) -> Approval:
    approval = _pending(cast)
    approving(approval, cast.one)()
    return approval


def approving(approval: Approval, by: User, *, edited: dict[str, str] | None = None) -> Act:
    """Approve what the page showed before the race began; the word is how the request stands by then."""
    shown, words = seen(approval), attest(approval)
    if edited is not None:
        shown = Seen(shown.version, payload.digest(payload.canonical(edited)).hex())
    text = None if edited is None else json.dumps(edited)
    return lambda: str(
        lifecycle.approve(approval.pk, by=by, seen=shown, attestation=words, edited=text).status
    )


def rejecting(approval: Approval, by: User) -> Act:
    shown = seen(approval)
    return lambda: str(lifecycle.reject(approval.pk, by=by, seen=shown, resolution="declined").status)


def _editing(approval: Approval, by: User) -> Act:
    return approving(approval, by, edited={**EMAIL_PAYLOAD, "subject": "Corrected"})


def _cancelling(approval: Approval, key: AgentKey) -> Act:
    return lambda: str(lifecycle.cancel(approval.pk, by=key).status)


def _claiming(approval: Approval, key: AgentKey, idempotency_key: str) -> Act:
    def claim() -> str:
        lifecycle.claim(approval.pk, by=key, idempotency_key=idempotency_key)
        return "claimed"

    return claim


def _two_approve(cast: Cast, approval: Approval) -> Sequence[Act]:
    return approving(approval, cast.one), approving(approval, cast.other)


RACES = {
    "approve/approve at quorum 1": Race(
        sides=("one approves", "other approves"),
        prepare=_pending,
        acts=_two_approve,
        endings={
            ("approved v1", "approved", "AlreadyDecided"): 0,
            ("approved v1", "AlreadyDecided", "approved"): 1,
        },
    ),
    "approve/approve at quorum 2": Race(
        sides=("one approves", "other approves"),
        prepare=_critical,
        acts=_two_approve,
        endings={
            ("approved v1", "pending", "approved"): 0,
            ("approved v1", "approved", "pending"): 1,
        },
    ),
    "one person in two windows at quorum 2": Race(
        sides=("one window", "other window"),
        prepare=_critical,
        acts=lambda cast, approval: (approving(approval, cast.one), approving(approval, cast.one)),
        endings={("pending v1", "pending", "SeatTaken"): 0, ("pending v1", "SeatTaken", "pending"): 1},
    ),
    "approve/reject": Race(
        sides=("approve", "reject"),
        prepare=_pending,
        acts=lambda cast, approval: (approving(approval, cast.one), rejecting(approval, cast.other)),
        endings={
            ("approved v1", "approved", "AlreadyDecided"): 0,
            ("rejected v1", "AlreadyDecided", "rejected"): 1,
        },
    ),
    "edit/approve at quorum 1": Race(
        sides=("edit", "approve"),
        prepare=_pending,
        acts=lambda cast, approval: (_editing(approval, cast.one), approving(approval, cast.other)),
        endings={
            ("approved v2", "approved", "AlreadyDecided"): 0,
            ("approved v1", "AlreadyDecided", "approved"): 1,
        },
    ),
    "edit/approve at quorum 2": Race(
        sides=("edit", "approve"),
        prepare=_critical,
        acts=lambda cast, approval: (_editing(approval, cast.one), approving(approval, cast.other)),
        # An approval that came first is void by the edit: never do two people sign two payloads.
        endings={("pending v2", "pending", "StaleVersion"): 0, ("pending v2", "pending", "pending"): 1},
    ),
    "cancel/approve": Race(
        sides=("cancel", "approve"),
        prepare=_pending,
        acts=lambda cast, approval: (_cancelling(approval, cast.key), approving(approval, cast.one)),
        endings={
            ("cancelled v1", "cancelled", "AlreadyDecided"): 0,
            ("approved v1", "AlreadyDecided", "approved"): 1,
        },
    ),
    "claim/claim": Race(
        sides=("one claims", "other claims"),
        prepare=_approved,
        acts=lambda cast, approval: (
            _claiming(approval, cast.key, "one run"),
            _claiming(approval, cast.key, "other run"),
        ),
        endings={
            ("approved v1", "claimed", "AlreadyClaimed"): 0,
            ("approved v1", "AlreadyClaimed", "claimed"): 1,
        },
    ),
}
