"""May another checkpoint be signed? Only where the log extends what is anchored outside.

A database restored from an old copy is sound in itself; the anchor is what remembers more.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from audit import clock, keys, message
from audit.anchors import file
from audit.checkpoint import Note
from audit.models import Anchor, Checkpoint, Event


@dataclass(frozen=True, slots=True)
class Problem:
    """Why nothing is signed, and the checkpoint that shows it: its hash and size."""

    sentence: str
    evidence: bytes
    size: int


def is_extended() -> bool:
    """Whether signing may go on; keeps the answer for the page and `/readyz`. Call it in a transaction."""
    found = problem()
    anchor, _ = Anchor.objects.get_or_create(kind=Anchor.Kind.FILE)
    sentence = found.sentence if found else ""
    if anchor.problem != sentence:
        anchor.problem = sentence
        anchor.problem_since = clock.now() if found else None
        anchor.save(update_fields=["problem", "problem_since"])
    return found is None


def open_problem() -> str:
    """Why nothing is signed, as the last run of the sequencer found; empty while checkpoints are signed.

    The pages ask this: the file itself may be where only the worker reaches it.
    """
    anchor = Anchor.objects.filter(kind=Anchor.Kind.FILE).first()
    return anchor.problem if anchor else ""


def problem() -> Problem | None:
    """Why the log does not extend its anchor file; None where it does, or where two people recovered from that."""
    where = file.path()
    if where is None:
        return None
    anchor = Anchor.objects.select_related("sent").filter(kind=Anchor.Kind.FILE).first()
    found = _compare(file.last_note(where), anchor.sent if anchor else None)
    return None if found and _is_recovered(found.evidence) else found


def _compare(note: Note | None, sent: Checkpoint | None) -> Problem | None:
    if note is None:
        if sent is None:
            return None
        sentence = (
            f"The anchor file is missing or empty, although checkpoint {sent.number} was written to it: "
            "put the file back."
        )
        return Problem(sentence, bytes(sent.hash), sent.size)
    held = Checkpoint.objects.filter(hash=note.digest()).first()
    if held is None:
        said = note.statement
        sentence = (
            f"The log does not hold the last checkpoint of its anchor file, of {clock.in_utc(said.at)} "
            f"over {said.size} events: the database may have been restored from an older copy."
        )
        return Problem(sentence, note.digest(), said.size)
    if sent and held.number < sent.number:
        sentence = (
            f"The anchor file ends with checkpoint {held.number}, although {sent.number} was written to it: "
            "its end was cut off, or it is an older copy."
        )
        return Problem(sentence, bytes(sent.hash), sent.size)
    return None


def _is_recovered(evidence: bytes) -> bool:
    return any(_names(event, evidence) for event in Event.objects.recoveries())


def _names(event: Event, evidence: bytes) -> bool:
    """Whether this recovery is signed with a key of ours and names that evidence."""
    said = event.content
    if not said:
        return False
    signed = message.message(key_id=event.key_id, body=bytes(event.body.content))
    is_ours = hmac.compare_digest(message.mac(keys.key(event.key_id), signed), bytes(event.mac))
    return is_ours and said["type"] == "audit.recovered" and said["data"]["evidence"] == evidence.hex()
