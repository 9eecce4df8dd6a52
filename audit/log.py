"""How is an event written? In the transaction of what it tells, or not at all (DESIGN §4.20)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import uuid_utils.compat as uuid
from django.db import connection, transaction

from audit import catalogue, keys, message
from audit.message import Actor, Authority, Subject
from audit.models import Event

_HEAD = """
    SELECT seq, leaf FROM audit_event
    WHERE subject_kind = %s AND subject_id = %s ORDER BY seq DESC LIMIT 1
"""

# One statement for both rows: the log is on the way of every decision.
_INSERT = """
    WITH event AS (
        INSERT INTO audit_event (event_id, subject_kind, subject_id, seq, type, actor_kind, actor_id,
                                 at, key_id, prev, mac, leaf)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING event_id
    )
    INSERT INTO audit_eventbody (event_id, content) SELECT event_id, %s FROM event
"""


def record(
    subject: Subject,
    type: str,  # noqa: A002 - the field's word
    *,
    actor: Actor,
    at: datetime,
    authority: Authority | None = None,
    payload_version: int | None = None,
    payload_sha256: bytes | None = None,
    data: dict[str, Any] | None = None,
    is_first: bool = False,
) -> Event:
    """Append one signed event to its subject's chain.

    Call it inside the transaction that changes the subject, with the subject's row locked: that lock is what
    keeps the chain in one line. `data` has the fields that the catalogue names. `is_first` spares the look-up
    for a subject made in this very transaction. Raises TransactionManagementError outside a transaction, and
    catalogue.UnknownEvent.
    """
    catalogue.check(type, subject, data or {})
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An event is recorded only inside a transaction.")
    seq, prev = (0, message.ROOT) if is_first else _head(subject)
    entry = message.Entry(
        event_id=uuid.uuid7(),
        subject=subject,
        seq=seq + 1,
        prev=prev,
        type=type,
        actor=actor,
        at=at,
        authority=authority,
        payload_version=payload_version,
        payload_sha256=payload_sha256,
        data=data or {},
    )
    return _insert(entry)


def _head(subject: Subject) -> tuple[int, bytes]:
    with connection.cursor() as cursor:
        cursor.execute(_HEAD, [subject.kind, subject.id])
        row = cursor.fetchone()
    return (row[0], bytes(row[1])) if row else (0, message.ROOT)


def _insert(entry: message.Entry) -> Event:
    key_id, key = keys.signing_key()
    body = entry.body()
    signed = message.message(key_id=key_id, body=body)
    tag = message.mac(key, signed)
    event = Event(
        event_id=entry.event_id,
        subject_kind=entry.subject.kind,
        subject_id=entry.subject.id,
        seq=entry.seq,
        type=entry.type,
        actor_kind=entry.actor.kind,
        actor_id=entry.actor.id,
        at=entry.at,
        key_id=key_id,
        prev=entry.prev,
        mac=tag,
        leaf=message.leaf(signed, tag),
    )
    columns = [getattr(event, field.attname) for field in Event._meta.concrete_fields]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [*columns, body])
    return event
