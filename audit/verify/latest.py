"""What does the log say last of a subject, in an event of one type? Only what its signature holds counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audit import keys
from audit.message import Subject
from audit.verify.rows import COLUMNS, Row, Tampered, check
from patience import statements

Said = dict[str, Any] | Tampered
"""The signed body; or why the event that is stored cannot be believed."""

_LAST = f"""
    SELECT {COLUMNS}
    FROM unnest(%s::text[], %s::text[], %s::text[]) AS wanted (about, whose, called), LATERAL (
        SELECT * FROM audit_event one
        WHERE one.subject_kind = about AND one.subject_id = whose AND one.type = called
        ORDER BY one.seq DESC LIMIT 1) AS event
    LEFT JOIN audit_eventbody AS body USING (event_id)
"""  # nosec B608 # noqa: S608 - a constant


def last_of(wanted: Mapping[Subject, str]) -> dict[Subject, Said]:
    """By subject, its last event of the type wanted of it, checked; in one query. One without any is left out.

    A key that this process does not hold is as good as a signature that does not fit.
    """
    subjects = list(wanted)
    values = [[one.kind for one in subjects], [one.id for one in subjects], [wanted[one] for one in subjects]]
    return {Subject(row[1], row[2]): _said(row) for row in statements.fetch(_LAST, values)}


def _said(row: Row) -> Said:
    try:
        return check(row).body
    except Tampered as error:
        return error
    except keys.UnknownKey as error:
        return Tampered(str(error))
