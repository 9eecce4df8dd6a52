"""Does each event follow the one before it in its chain? One statement, which the database answers in flat memory."""

from __future__ import annotations

from django.db import connection

from audit.message import ROOT, Subject
from audit.verify.rows import Tampered, name

_BROKEN = """
    SELECT event_id::text, subject_kind, subject_id, seq, '', type, before FROM (
        SELECT event_id, subject_kind, subject_id, seq, type, prev,
               lag(seq, 1, 0) OVER chain AS before, lag(leaf, 1, %(root)s::bytea) OVER chain AS leaf_before
        FROM audit_event
        WHERE %(kind)s::text IS NULL OR (subject_kind, subject_id) = (%(kind)s, %(id)s)
        WINDOW chain AS (PARTITION BY subject_kind, subject_id ORDER BY seq)
    ) AS linked
    WHERE seq <> before + 1 OR prev <> leaf_before
    ORDER BY subject_kind, subject_id, seq LIMIT 1
"""


def check(subject: Subject | None = None) -> None:
    """Every chain, or one. Raises Tampered. Only the tree shows a chain that was cut off at its end."""
    kind, id_ = (subject.kind, subject.id) if subject else (None, None)
    values: dict[str, bytes | str | None] = {"root": ROOT, "kind": kind, "id": id_}
    with connection.cursor() as cursor:
        cursor.execute(_BROKEN, values)
        row = cursor.fetchone()
    if row is None:
        return
    seq, before = row[3], row[6]
    if seq != before + 1:
        raise Tampered(f"{name(row)}: event {before + 1} of this chain is missing.")
    raise Tampered(f"{name(row)}: it does not follow the event before it.")
