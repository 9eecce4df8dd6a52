"""Does the log extend the checkpoints sent out of it? Nothing else shows that it was not cut off or rolled back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import connection

from audit import keys
from audit.anchors import file
from audit.checkpoint import Note, NotSigned
from audit.clock import in_utc, rfc3339
from audit.models import Anchor, Event
from audit.verify.rows import Tampered

BATCH = 1000
_HELD = "SELECT hash FROM audit_checkpoint WHERE hash = ANY(%s)"

_Recovery = tuple[int, int, str]
"""The sizes between which checkpoints were lost, and when the recovery was recorded."""


@dataclass(slots=True)
class Anchored:
    """How many checkpoints of the anchor the log holds, the time of the last, and what the log admits to have lost."""

    count: int = 0
    last_at: datetime | None = None
    lost: list[str] = field(default_factory=list)

    def note(self, note: Note) -> None:
        """Count it; one that stands there twice, or before an earlier one, counts once."""
        at = note.statement.at
        if self.last_at is None or at > self.last_at:
            self.count, self.last_at = self.count + 1, at

    def doubts(self, path: Path) -> Iterator[str]:
        """Why this file does not show that the log is complete."""
        yield from dict.fromkeys(self.lost)
        delivered = (
            Anchor.objects.filter(kind=Anchor.Kind.FILE).values_list("delivered", flat=True).first() or 0
        )
        if path == file.path() and self.count < delivered:
            yield (
                f"{path} holds {self.count} checkpoints, and {delivered} were written there: some were removed, and "
                "nobody can tell what they would have shown."
            )


def check_anchor(path: Path) -> Anchored:
    """Raises Tampered where the log lacks a checkpoint that it signed; OSError, keys.UnknownKey."""
    found, excused = Anchored(), _recovered()
    notes = file.notes(path)
    while batch := list(islice(notes, BATCH)):
        held = _held(note.digest() for note in batch)
        for note in batch:
            found.note(note)
            if note.digest() not in held:
                found.lost += _lost(note, excused)
    return found


def _lost(note: Note, excused: list[_Recovery]) -> list[str]:
    """What a recovery on record says of this missing note; raises Tampered where none does."""
    said = note.statement
    try:
        note.check(keys.public_key(note.key_id))
    except NotSigned:
        raise Tampered(
            f"The anchor's checkpoint over {said.size} events bears a signature that is not ours."
        ) from None
    for kept, anchored, at in excused:
        if kept <= said.size <= anchored and rfc3339(said.at) <= at:
            return [
                f"By a recovery on record {anchored - kept} events after the first {kept} were lost, at least."
            ]
    raise Tampered(
        f"The log does not extend its anchor: it lacks the checkpoint of {in_utc(said.at)} over "
        f"{said.size} events. What came after an older copy is gone, or was replaced."
    )


def _held(hashes: Iterable[bytes]) -> set[bytes]:
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [list(hashes)])
        return {bytes(hash_) for (hash_,) in cursor.fetchall()}


def _recovered() -> list[_Recovery]:
    """What recoveries say was lost. Their events are verified with all others."""
    said = [event.content for event in Event.objects.recoveries()]
    return [(one["data"]["size"], one["data"]["anchored_size"], one["at"]) for one in said if one]
