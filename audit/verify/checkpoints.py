"""Is each checkpoint signed, and does it follow the one before it?"""

from __future__ import annotations

from collections.abc import Iterator

from audit import checkpoint, keys, sequencer
from audit.checkpoint import NotSigned, Statement
from audit.models import Checkpoint, Event
from audit.verify.rows import Tampered

BATCH = 1000


def check_checkpoints(first: int = 1) -> int:
    """Check those from number `first` on; returns how many. Raises Tampered, keys.UnknownKey."""
    before = Checkpoint.objects.filter(number=first - 1).first()
    count = 0
    for one in _from(first):
        count += 1
        statement = check_note(one)
        if one.number != (before.number if before else first - 1) + 1:
            raise Tampered(f"Checkpoint {one.number - 1} is missing.")
        _check_order(one, statement, before)
        _check_horizon(one, before.size if before else 0)
        before = one
    return count


def check_note(one: Checkpoint) -> Statement:
    """The signed statement, which the columns repeat. Raises Tampered, keys.UnknownKey."""
    try:
        note = checkpoint.read(one.note)
        note.check(keys.public_key(note.key_id))
    except NotSigned as error:
        raise Tampered(f"Checkpoint {one.number}: {error}") from None
    said = note.statement
    signed = (said.size, said.root, said.at, said.previous, note.digest(), note.key_id)
    stored = (one.size, bytes(one.root), one.at, bytes(one.previous), bytes(one.hash), one.key_id)
    if signed != stored:
        raise Tampered(f"Checkpoint {one.number}: its row differs from what was signed.")
    return said


def _check_order(one: Checkpoint, said: Statement, before: Checkpoint | None) -> None:
    if before is None:
        if one.number == 1 and said.previous != checkpoint.FIRST:
            raise Tampered("Checkpoint 1 names one before it.")
        return
    if (
        said.previous != bytes(before.hash)
        or not said.origin == checkpoint.read(before.note).statement.origin
    ):
        raise Tampered(f"Checkpoint {one.number} does not follow checkpoint {before.number}.")
    if said.size < before.size:
        raise Tampered(f"Checkpoint {one.number} covers fewer events than checkpoint {before.number}.")


def _check_horizon(one: Checkpoint, before: int) -> None:
    """From when on events may come later is not signed, and so must follow from what is.

    It is the checkpoint's time; or, where the batch was full, that of its last event.
    """
    if one.horizon == one.at:
        return
    last = Event.objects.filter(place__index=one.size - 1).first()
    if one.size - before != sequencer.BATCH or last is None or last.at != one.horizon:
        raise Tampered(
            f"Checkpoint {one.number}: its horizon is neither its time nor that of the last event of a full batch."
        )


def _from(number: int) -> Iterator[Checkpoint]:
    while batch := list(Checkpoint.objects.filter(number__gte=number).order_by("number")[:BATCH]):
        yield from batch
        number = batch[-1].number + 1
