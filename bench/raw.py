"""The rows of one decision by raw SQL, and nothing asked: what `decide.py` compares with."""

from __future__ import annotations

from uuid import UUID

import uuid_utils.compat as uuid
from django.db import connection, transaction

from audit import keys

VOTED = """
    WITH event AS (
        INSERT INTO audit_event (event_id, subject_kind, subject_id, seq, type, actor_kind, actor_id, at, key_id,
            prev, mac, leaf)
        VALUES (%(voted)s, 'approval', %(id)s, 2, 'approval.voted', 'person', '', clock_timestamp(), %(key)s, '', '',
            %(first_leaf)s) RETURNING event_id)
    INSERT INTO audit_eventbody (event_id, content) SELECT event_id, %(body)s FROM event
"""
GRANTED = (
    VOTED.replace("%(voted)s", "%(granted)s")
    .replace("2, 'approval.voted'", "3, 'approval.granted'")
    .replace("first", "other")
)
DECISION = (
    "SELECT * FROM approvals_approval WHERE id = %(id)s FOR UPDATE",
    """
    INSERT INTO approvals_vote (id, approval_id, version, payload_sha256, verdict, user_id, principal_id, basis,
        resolution, category, comment, sentence, acknowledged, decided_at, is_late)
    SELECT %(vote)s, approval_id, 1, sha256, 'approve', %(by)s, %(by)s, 'assignee', '', '', '', '', '{}',
        clock_timestamp(), false FROM approvals_payloadversion WHERE approval_id = %(id)s
    """,
    VOTED,
    """
    UPDATE approvals_approval SET status = 'approved', decided_at = clock_timestamp(),
        valid_until = clock_timestamp() + interval '1 day' WHERE id = %(id)s
    """,
    GRANTED,
)
"""A vote (whose trigger takes the seat), two events, the request itself."""


def write_decision(approval: UUID, by: UUID) -> None:
    """In one transaction."""
    ids = [uuid.uuid7() for _ in range(3)]
    values = {
        "id": approval,
        "vote": ids[0],
        "by": by,
        "voted": ids[1],
        "granted": ids[2],
        "first_leaf": ids[1].bytes,
        "other_leaf": ids[2].bytes,
        "body": b"{}" * 400,
        "key": keys.signing_key()[0],
    }
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in DECISION:
            cursor.execute(statement, values)
