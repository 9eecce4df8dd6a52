"""What does the log say of a subject, in events of a few types? Only what its signature holds counts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from audit.keys import UnknownKey
from audit.message import Subject
from audit.verify.rows import COLUMNS, Row, Tampered, check
from patience import statements


class Said(NamedTuple):
    """An event: the body that its signature holds, empty where `doubt` says why it cannot be believed.

    A key that this process does not hold says nothing of whether the signature fits.
    """

    type: str
    body: dict[str, Any]
    doubt: Tampered | UnknownKey | None = None


_SAID = f"""
    SELECT {COLUMNS}
    FROM unnest(%s::text[], %s::text[]) AS wanted (about, whose), LATERAL (
        SELECT * FROM audit_event one
        WHERE one.subject_kind = about AND one.subject_id = whose AND (one.seq = 1 OR one.type = ANY(%s))
        ) AS event
    LEFT JOIN audit_eventbody AS body USING (event_id)
    ORDER BY event.subject_kind, event.subject_id, event.seq
"""  # nosec B608 # noqa: S608 - a constant


def said_of(subjects: Collection[Subject], types: Collection[str]) -> dict[Subject, list[Said]]:
    """By subject, its first event and those of the types, the oldest first, each checked; in one query."""
    found: dict[Subject, list[Said]] = {one: [] for one in subjects}
    values = [[one.kind for one in found], [one.id for one in found], list(types)]
    for row in statements.fetch(_SAID, values):
        found[Subject(row[1], row[2])].append(_said(row))
    return found


def _said(row: Row) -> Said:
    try:
        return Said(row[5], check(row).body)
    except (Tampered, UnknownKey) as doubt:
        return Said(row[5], {}, doubt)
