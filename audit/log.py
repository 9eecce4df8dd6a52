"""How is an event written? In the transaction of what it tells, or not at all (DESIGN §4.20)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import uuid_utils.compat as uuid
from django.db import connection, transaction

from audit import catalogue, keys, message
from audit.message import Actor, Authority, Head, Subject
from audit.models import Event

_HEAD = """
    SELECT seq, leaf FROM audit_event
    WHERE subject_kind = %s AND subject_id = %s ORDER BY seq DESC LIMIT 1
"""
_LOOK = f"""
    SELECT clock_timestamp(), head.seq, head.leaf FROM (VALUES (1)) AS one LEFT JOIN LATERAL ({_HEAD}) AS head ON true
"""  # noqa: S608 - two constants
# For many subjects; for one it would take twice the time.
_HEADS = """
    SELECT kind, id, head.seq, head.leaf
    FROM unnest(%s::text[], %s::text[]) AS subject (kind, id), LATERAL (
        SELECT seq, leaf FROM audit_event
        WHERE subject_kind = kind AND subject_id = id ORDER BY seq DESC LIMIT 1) AS head
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
# Many at once take a twelfth of the time by COPY.
_COPY_EVENTS = """
    COPY audit_event (event_id, subject_kind, subject_id, seq, type, actor_kind, actor_id,
                      at, key_id, prev, mac, leaf) FROM STDIN
"""
_REHEARSED = Subject(kind="log", id="rehearsal")
_COPY_BODIES = "COPY audit_eventbody (event_id, content) FROM STDIN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An event to be: all that `record` takes, before its place in the chain and its signature."""

    subject: Subject
    type: str
    actor: Actor
    at: datetime
    authority: Authority | None = None
    payload_version: int | None = None
    payload_sha256: bytes | None = None
    data: dict[str, Any] | None = None
    is_first: bool = False
    head: Head | None = None


def look(subject: Subject) -> tuple[datetime, Head]:
    """What time it is, and where the subject's chain ends, in one query.

    Call it with the subject's row locked (as `clock.now`, it is read after that lock): the head then holds until
    this transaction writes to the chain, or ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [subject.kind, subject.id])
        at, seq, leaf = cursor.fetchone()
    return at.astimezone(UTC), Head(seq, bytes(leaf)) if seq else Head()


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
    head: Head | None = None,
) -> Event:
    """Append one signed event to its subject's chain.

    Call it inside the transaction that changes the subject, with the subject's row locked: that lock is what
    keeps the chain in one line. `data` has the fields that the catalogue names. `is_first` spares the look-up
    for a subject made in this very transaction, `head` where `look` or the event before has told it. Raises
    TransactionManagementError outside a transaction, and catalogue.UnknownEvent.
    """
    draft = Draft(
        subject=subject,
        type=type,
        actor=actor,
        at=at,
        authority=authority,
        payload_version=payload_version,
        payload_sha256=payload_sha256,
        data=data,
        is_first=is_first,
        head=head,
    )
    return record_many([draft])[0]


def record_many(drafts: Sequence[Draft]) -> list[Event]:
    """Append signed events, in this order, to the chains of their subjects, by the rule of `record`."""
    for draft in drafts:
        catalogue.check(draft.type, draft.subject, draft.data or {})
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An event is recorded only inside a transaction.")
    heads = _heads({draft.subject for draft in drafts if not draft.is_first and draft.head is None})
    written = []
    for draft in drafts:
        entry = _entry(draft, heads.get(draft.subject) or draft.head or Head())
        event, body = _sign(entry)
        heads[draft.subject] = event.as_head()
        written.append((event, body))
    _store(written)
    return [event for event, _ in written]


def rehearse() -> None:
    """Write an event and take it back. Raises django.db.Error where none could be written now, so none decided."""
    with transaction.atomic():
        at = look(_REHEARSED)[0]
        draft = Draft(subject=_REHEARSED, type="audit.rehearsed", actor=message.SYSTEM, at=at)
        _store([_sign(_entry(draft, Head()))])
        transaction.set_rollback(True)


def _heads(subjects: set[Subject]) -> dict[Subject, Head]:
    """The last event of each chain; what has none yet is not among them."""
    if not subjects:
        return {}
    listed = list(subjects)
    if len(listed) == 1:
        return _head(listed[0])
    with connection.cursor() as cursor:
        cursor.execute(_HEADS, [[one.kind for one in listed], [one.id for one in listed]])
        return {Subject(kind, id_): Head(seq, bytes(leaf)) for kind, id_, seq, leaf in cursor.fetchall()}


def _head(subject: Subject) -> dict[Subject, Head]:
    with connection.cursor() as cursor:
        cursor.execute(_HEAD, [subject.kind, subject.id])
        row = cursor.fetchone()
    return {subject: Head(row[0], bytes(row[1]))} if row else {}


def _entry(draft: Draft, head: Head) -> message.Entry:
    return message.Entry(
        event_id=uuid.uuid7(),
        subject=draft.subject,
        seq=head.seq + 1,
        prev=head.leaf,
        type=draft.type,
        actor=draft.actor,
        at=draft.at,
        authority=draft.authority,
        payload_version=draft.payload_version,
        payload_sha256=draft.payload_sha256,
        data=draft.data or {},
    )


def _sign(entry: message.Entry) -> tuple[Event, bytes]:
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
    return event, body


def _store(written: Sequence[tuple[Event, bytes]]) -> None:
    if not written:
        return
    with connection.cursor() as cursor:
        if len(written) == 1:
            event, body = written[0]
            cursor.execute(_INSERT, [*_row(event), body])
            return
        with cursor.copy(_COPY_EVENTS) as copy:
            for event, _ in written:
                copy.write_row(_row(event))
        with cursor.copy(_COPY_BODIES) as copy:
            for event, body in written:
                copy.write_row((event.event_id, body))


def _row(event: Event) -> list[Any]:
    return [getattr(event, field.attname) for field in Event._meta.concrete_fields]
