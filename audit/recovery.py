"""How does signing go on once the log no longer extends its anchor? Two people say so, on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from audit import clock, log, sequencer
from audit.anchors import trust
from audit.message import Actor, NewEvent, Subject
from audit.models import Checkpoint

SUBJECT = Subject("log", "audit")
"""The log's own chain. Hold the sequencer's lock to write to it."""


class NothingToRecover(Exception):
    """The log extends its anchor, so there is nothing to recover from."""


@dataclass(frozen=True, slots=True)
class Witness:
    """One of the two people, and how the log names them."""

    actor: Actor
    email: str


@transaction.atomic
def recover(people: Sequence[Witness], *, reason: str) -> log.Written:
    """Let checkpoints be signed again; events that only the anchor tells of stay on record as lost.

    Raises NothingToRecover; ValueError unless two different people say why.
    """
    if len({witness.actor.id for witness in people}) != len(people) or len(people) < 2:
        raise ValueError("Two different people recover the log, each with an account of their own.")
    if not reason.strip():
        raise ValueError("Say what happened: the reason is recorded.")
    sequencer.hold_lock()
    found = trust.problem()
    if found is None:
        raise NothingToRecover("The log extends its anchor: there is nothing to recover from.")
    last = Checkpoint.objects.order_by("-number").first()
    data = {
        "people": [{"id": w.actor.id, "email": w.email, "name": w.actor.label} for w in people],
        "reason": reason,
        "problem": found.sentence,
        "evidence": found.evidence.hex(),
        "anchored_size": found.size,
        "size": last.size if last else 0,
    }
    return log.record(NewEvent(SUBJECT, "audit.recovered", actor=people[0].actor, at=clock.now(), data=data))
