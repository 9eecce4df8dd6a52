"""Which events are not in the tree yet, and are they what was signed?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection

from audit import clock
from audit.clock import rfc3339
from audit.verify.leaves import LATE
from audit.verify.rows import BATCH, COLUMNS, Row, Tampered, check, name

PATIENCE = timedelta(minutes=2)
"""How long events may wait for their checkpoint, which is signed every minute, before the report says so."""

# Includes what the sequencer has taken in since the size was read.
_WAITING = f"""
    SELECT {COLUMNS}
    FROM audit_event AS event LEFT JOIN audit_leaf AS leaf USING (event_id)
        LEFT JOIN audit_eventbody AS body USING (event_id)
    WHERE (%(after)s::uuid IS NULL OR event.event_id > %(after)s::uuid)
        AND (leaf.index IS NULL OR leaf.index >= %(size)s)
    ORDER BY event.event_id LIMIT %(most)s
"""  # nosec B608 # noqa: S608 - a constant


@dataclass(slots=True)
class Waiting:
    """What came of checking the events that no checkpoint covers; `oldest` is the earliest time among them."""

    types: Counter[str] = field(default_factory=Counter)
    oldest: str = ""


def check_waiting(size: int, horizon: datetime | None, keyless: bool = False) -> Waiting:
    """Check the events beyond the first `size` leaves. Raises Tampered, keys.UnknownKey.

    `horizon` is the last checkpoint's.
    """
    found = Waiting()
    earliest = rfc3339(horizon - LATE) if horizon else ""
    for row in _rows(size):
        check(row, keyless=keyless)
        if row[8] < earliest:
            raise Tampered(f"{name(row)}: no checkpoint covers it, though it bears an older time.")
        found.types[row[5]] += 1
        found.oldest = min(found.oldest or row[8], row[8])
    return found


def overdue(count: int, oldest: str, *, keyless: bool) -> list[str]:
    """Why the completeness is unproven where so many events wait, the oldest since that time."""
    found = []
    if oldest and oldest < clock.rfc3339(clock.now() - PATIENCE):
        found.append(
            f"{count} events wait for a checkpoint, the oldest since {oldest}: are the worker and beat running?"
        )
    if keyless and count:
        found.append(
            f"{count} events are under no checkpoint yet: without the HMAC keys nothing shows who wrote them."
        )
    return found


def _rows(size: int) -> Iterator[Row]:
    after = None
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_WAITING, {"after": after, "size": size, "most": BATCH})
            batch = cursor.fetchall()
        yield from batch
        if len(batch) < BATCH:
            return
        after = batch[-1][0]
