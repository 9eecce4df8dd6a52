"""Many requests like one, made by a few statements: as rows stand, not as they came to be."""

from __future__ import annotations

from uuid import UUID

import uuid_utils.compat as uuid
from django.db import connection, transaction

_IDS = "CREATE TEMPORARY TABLE made (id uuid PRIMARY KEY, event_id uuid)"
_STATEMENTS = (
    """
    INSERT INTO approvals_approval SELECT (jsonb_populate_record(one, jsonb_build_object(
        'id', made.id, 'idempotency_key', made.id, 'created_at', one.created_at - %(ago)s * interval '1 hour',
        'deadline', one.deadline - %(ago)s * interval '1 hour'))).*
    FROM made, approvals_approval one WHERE one.id = %(one)s
    """,
    """
    INSERT INTO approvals_payloadversion (approval_id, number, canonical, sha256, source, created_at)
    SELECT made.id, one.number, one.canonical, one.sha256, one.source, one.created_at
    FROM made, approvals_payloadversion one WHERE one.approval_id = %(one)s
    """,
    """
    INSERT INTO approvals_assignment (approval_id, email, source, created_at, is_open, deadline)
    SELECT made.id, one.email, one.source, one.created_at, one.is_open, one.deadline - %(ago)s * interval '1 hour'
    FROM made, approvals_assignment one WHERE one.approval_id = %(one)s
    """,
    """
    INSERT INTO audit_event SELECT (jsonb_populate_record(one, jsonb_build_object('event_id', made.event_id,
        'subject_id', made.id, 'leaf', '\\x' || encode(sha256(made.id::text::bytea), 'hex')))).*
    FROM made, audit_event one WHERE one.subject_id = %(one)s::text AND one.seq = 1
    """,
)


def clone(one, count: int, *, hours_ago: float = 0) -> list[UUID]:
    """The ids. No trigger runs, nobody is told, and the log holds their first events without the bodies."""
    ids = [uuid.uuid7() for _ in range(count)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = 'replica'")
        cursor.execute("DROP TABLE IF EXISTS made")
        cursor.execute(_IDS)
        with cursor.copy("COPY made FROM STDIN") as copy:
            for made in ids:
                copy.write_row((made, uuid.uuid7()))
        for statement in _STATEMENTS:
            cursor.execute(statement, {"one": one.pk, "ago": hours_ago})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE approvals_approval, approvals_assignment, audit_event")
        cursor.execute("CHECKPOINT")
    return ids
