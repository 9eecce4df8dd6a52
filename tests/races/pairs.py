"""Which two acts race, and which endings may such a race have?

The suite runs each race 100 times, `bench/races.py` 1,000 times.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from approvals import delegation
from approvals.models import AgentKey, Approval
from audit import clock
from audit.message import SYSTEM
from grants import membership
from grants.models import User
from tests.factories import make_approval, make_key, make_user
from tests.races.acts import (
    approving,
    cancelling,
    claiming,
    deactivating,
    editing,
    if_permitted,
    leaving,
    reassigning,
    rejecting,
    revoking,
    superseding,
    taking_back,
)
from tests.races.arena import Act, Arena, Attempt
from tests.races.soundness import faults

SPREAD = 0.008  # seconds between the two starts, at most
AUTHORITY = 0.01  # taking it away asks for its lock first of all, an approval only after the request's
PROPOSAL = 0.05  # one that supersedes is judged before it asks for its lock

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

    `held_back`: up to so many seconds the first side starts later, where its way to its lock is the shorter one:
    how much shorter changes with how busy the machine is.
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
    """The same two people for each race, whatever became of them in the one before."""
    cast = Cast(make_user("one@example.com"), make_user("other@example.com"), make_key()[0])
    _activate(cast)
    return cast


def run(race: Race, *, rounds: int) -> Tally:
    """Each round on a request of its own. Fails at the first round whose ending is not allowed."""
    cast, tally, chance = make_cast(), Tally(), random.Random(str(race.sides))
    with Arena(2, spread=SPREAD, seed=race.sides) as arena:
        for _ in range(rounds):
            approval = race.prepare(cast)
            pause = chance.uniform(0, race.held_back)
            attempts = arena.run(race.acts(cast, approval), held_back=(pause, 0))
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


def _named(cast: Cast) -> Approval:
    """One person is named, so that the other decides by what can be taken from them."""
    return make_approval(key=cast.key, assignees=(cast.one.email,))


def _handed_on(cast: Cast) -> Approval:
    approval = _named(cast)
    reassigning(approval, cast.one, instead_of=cast.one, to=cast.other)()
    return approval


def _lent(cast: Cast) -> Approval:
    at = clock.now()
    terms = delegation.GrantTerms(
        highest_risk="low", is_whole=True, expires_at=at + timedelta(days=1), reason="On leave."
    )
    delegation.give(cast.one, cast.other.email, terms)
    return _named(cast)


def _joined(cast: Cast) -> Approval:
    membership.join(cast.other, by=SYSTEM)
    return _named(cast)


def _activated(cast: Cast) -> Approval:
    _activate(cast)
    return _pending(cast)


def _activate(cast: Cast) -> None:
    User.objects.filter(pk__in=[cast.one.pk, cast.other.pk]).update(is_active=True)


def _taken_away(word: str) -> dict[Ending, int]:
    """Authority ends and is used at one moment: either it was used before, or it counts no more."""
    return {("pending v1", word, "NotPermitted"): 0, ("approved v1", word, "approved"): 1}


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
        acts=lambda cast, approval: (editing(approval, cast.one), approving(approval, cast.other)),
        endings={
            ("approved v2", "approved", "AlreadyDecided"): 0,
            ("approved v1", "AlreadyDecided", "approved"): 1,
        },
    ),
    "edit/approve at quorum 2": Race(
        sides=("edit", "approve"),
        prepare=_critical,
        acts=lambda cast, approval: (editing(approval, cast.one), approving(approval, cast.other)),
        # An approval that came first is void by the edit: never do two people sign two payloads.
        endings={("pending v2", "pending", "StaleVersion"): 0, ("pending v2", "pending", "pending"): 1},
    ),
    "cancel/approve": Race(
        sides=("cancel", "approve"),
        prepare=_pending,
        acts=lambda cast, approval: (cancelling(approval, cast.key), approving(approval, cast.one)),
        endings={
            ("cancelled v1", "cancelled", "AlreadyDecided"): 0,
            ("approved v1", "AlreadyDecided", "approved"): 1,
        },
    ),
    "claim/claim": Race(
        sides=("one claims", "other claims"),
        prepare=_approved,
        acts=lambda cast, approval: (
            claiming(approval, cast.key, "one run"),
            claiming(approval, cast.key, "other run"),
        ),
        endings={
            ("approved v1", "claimed", "AlreadyClaimed"): 0,
            ("approved v1", "AlreadyClaimed", "claimed"): 1,
        },
    ),
    "supersede/approve": Race(
        sides=("approve", "the agent proposes it anew"),
        prepare=_pending,
        acts=lambda cast, approval: (approving(approval, cast.one), superseding(approval, cast.key)),
        # An approval that came first stands, and cannot be claimed any more.
        endings={
            ("approved v1", "approved", "superseded"): 0,
            ("cancelled v1", "AlreadyDecided", "superseded"): 1,
        },
        held_back=PROPOSAL,
    ),
    "supersede/claim": Race(
        sides=("claim", "the agent proposes it anew"),
        prepare=_approved,
        acts=lambda cast, approval: (
            claiming(approval, cast.key, "one run"),
            superseding(approval, cast.key),
        ),
        endings={
            ("approved v1", "claimed", "CannotSupersede"): 0,
            ("approved v1", "Superseded", "superseded"): 1,
        },
        held_back=PROPOSAL,
    ),
    "supersede/supersede": Race(
        sides=("one proposes it anew", "other proposes it anew"),
        prepare=_pending,
        acts=lambda cast, approval: (superseding(approval, cast.key), superseding(approval, cast.key)),
        endings={
            ("cancelled v1", "superseded", "AlreadySuperseded"): 0,
            ("cancelled v1", "AlreadySuperseded", "superseded"): 1,
        },
    ),
    "revoke/approve": Race(
        sides=("the grantor revokes", "the delegate approves"),
        prepare=_lent,
        acts=lambda cast, approval: (
            revoking(cast.one, cast.other),
            if_permitted(approving(approval, cast.other)),
        ),
        endings=_taken_away("revoked"),
        held_back=AUTHORITY,
    ),
    "leave/approve": Race(
        sides=("an approver leaves", "and approves"),
        prepare=_joined,
        acts=lambda cast, approval: (leaving(cast.other), if_permitted(approving(approval, cast.other))),
        endings=_taken_away("left"),
        held_back=AUTHORITY,
    ),
    "deactivate/approve": Race(
        sides=("an account is deactivated", "and approves"),
        prepare=_activated,
        acts=lambda cast, approval: (
            deactivating(cast.other),
            if_permitted(approving(approval, cast.other)),
        ),
        endings=_taken_away("deactivated"),
        held_back=AUTHORITY,
    ),
    "reassign/approve": Race(
        sides=("their place is handed on", "they approve"),
        prepare=_pending,
        acts=lambda cast, approval: (
            reassigning(approval, cast.other, instead_of=cast.one),
            if_permitted(approving(approval, cast.one)),
        ),
        endings={
            ("pending v1", "reassigned", "NotPermitted"): 0,
            ("approved v1", "AlreadyDecided", "approved"): 1,
        },
    ),
    "take back/approve": Race(
        sides=("who handed it on takes it back", "who was asked approves"),
        prepare=_handed_on,
        acts=lambda cast, approval: (
            taking_back(approval, cast.one, of=cast.other),
            if_permitted(approving(approval, cast.other)),
        ),
        endings={
            ("pending v1", "taken back", "NotPermitted"): 0,
            ("approved v1", "AlreadyDecided", "approved"): 1,
        },
    ),
}
