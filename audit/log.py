"""How is an event written? In the transaction that changes what it tells of, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import uuid_utils.compat as uuid
from django.db import connection, transaction

from audit import catalogue, keys, message
from audit.message import START, Head, NewEvent, Subject
from patience import statements

_HEAD = """
    SELECT seq, leaf FROM audit_event
    WHERE subject_kind = %s AND subject_id = %s ORDER BY seq DESC LIMIT 1
"""
_LOOK = f"""
    SELECT clock_timestamp(), head.seq, head.leaf FROM (VALUES (1)) AS one LEFT JOIN LATERAL ({_HEAD}) AS head ON true
"""  # nosec B608 # noqa: S608 - two constants
# For many subjects; for one it takes twice the time of _HEAD.
_HEADS = """
    SELECT kind, id, head.seq, head.leaf
    FROM unnest(%s::text[], %s::text[]) AS subject (kind, id), LATERAL (
        SELECT seq, leaf FROM audit_event
        WHERE subject_kind = kind AND subject_id = id ORDER BY seq DESC LIMIT 1) AS head
"""

# One statement for both rows: every decision waits for the log.
_INSERT = """
    WITH event AS (
        INSERT INTO audit_event (event_id, subject_kind, subject_id, seq, type, actor_kind, actor_id,
                                 at, key_id, prev, mac, leaf)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING event_id
    )
    INSERT INTO audit_eventbody (event_id, content) SELECT event_id, %s FROM event
"""
FEW = 4
"""Events that are inserted one by one; more go by COPY, which takes a twelfth of the time for many."""

_COPY_EVENTS = """
    COPY audit_event (event_id, subject_kind, subject_id, seq, type, actor_kind, actor_id,
                      at, key_id, prev, mac, leaf) FROM STDIN
"""
_REHEARSED = Subject(kind="log", id="rehearsal")
_COPY_BODIES = "COPY audit_eventbody (event_id, content) FROM STDIN"


class Written(NamedTuple):
    """The row of an event, by the columns of `audit.models.Event`."""

    event_id: UUID
    subject_kind: str
    subject_id: str
    seq: int
    type: str
    actor_kind: str
    actor_id: str
    at: datetime
    key_id: str
    prev: bytes
    mac: bytes
    leaf: bytes

    def as_head(self) -> Head:
        """The end of its chain, while no other event follows."""
        return Head(self.seq, self.leaf)


def look(subject: Subject) -> tuple[datetime, Head]:
    """What time it is, and where the subject's chain ends, in one query.

    Call it with the subject's row locked: the time is then later than what others did before, and the head holds
    until this transaction writes to the chain, or ends.
    """
    return ask(subject)()


def ask(subject: Subject) -> Callable[[], tuple[datetime, Head]]:
    """`look`, for `statements.pipelined`: the answer comes with the call of what is returned."""
    rows = statements.ask(_LOOK, [subject.kind, subject.id])

    def answer() -> tuple[datetime, Head]:
        ((at, seq, leaf),) = rows()
        return at.astimezone(UTC), Head(seq, bytes(leaf)) if seq else START

    return answer


def record(event: NewEvent, *, after: Head | None = None) -> Written:
    """Sign one event and append it to its subject's chain.

    Call it inside the transaction that changes the subject, with the subject's row locked: that lock is what
    keeps the chain in one line. `after` is the end of the chain where the caller knows it, from `look`, from the
    event before or as `message.START`: it spares a query. Raises TransactionManagementError outside a transaction,
    and catalogue.UnknownEvent.
    """
    return record_many([event], ends={event.subject: after} if after else {})[0]


def record_many(events: Sequence[NewEvent], *, ends: Mapping[Subject, Head] | None = None) -> list[Written]:
    """Sign events and append them, in this order, to the chains of their subjects.

    The rules of `record` hold for each. `ends` are the ends of those chains that the caller knows.
    """
    for event in events:
        catalogue.check(event.type, event.subject, event.data)
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An event is recorded only inside a transaction.")
    heads = dict(ends or {})
    heads |= _heads({event.subject for event in events} - heads.keys())
    written = []
    for event in events:
        stored, body = _sign(_entry(event, heads.get(event.subject, START)))
        heads[event.subject] = stored.as_head()
        written.append((stored, body))
    _store(written)
    return [stored for stored, _ in written]


def rehearse() -> None:
    """Write an event and roll it back.

    Raises django.db.Error where no event can be written now, and so nothing decided.
    """
    with transaction.atomic():
        at, _ = look(_REHEARSED)
        event = NewEvent(_REHEARSED, "audit.rehearsed", actor=message.SYSTEM, at=at)
        _store([_sign(_entry(event, START))])
        transaction.set_rollback(True)


def _heads(subjects: set[Subject]) -> dict[Subject, Head]:
    """The ends of these chains; a subject without an event is left out."""
    if not subjects:
        return {}
    listed = list(subjects)
    if len(listed) == 1:
        return _head(listed[0])
    with connection.cursor() as cursor:
        cursor.execute(_HEADS, [[one.kind for one in listed], [one.id for one in listed]])
        return {Subject(kind, id_): Head(seq, bytes(leaf)) for kind, id_, seq, leaf in cursor.fetchall()}


def _head(subject: Subject) -> dict[Subject, Head]:
    rows = statements.fetch(_HEAD, [subject.kind, subject.id])
    return {subject: Head(rows[0][0], bytes(rows[0][1]))} if rows else {}


def _entry(event: NewEvent, head: Head) -> message.Entry:
    return message.Entry(event_id=uuid.uuid7(), seq=head.seq + 1, prev=head.leaf, event=event)


def _sign(entry: message.Entry) -> tuple[Written, bytes]:
    """The row to store and the signed body."""
    key_id, key = keys.signing_key()
    event, body = entry.event, entry.body()
    signed = message.message(key_id=key_id, body=body)
    tag = message.mac(key, signed)
    row = Written(
        event_id=entry.event_id,
        subject_kind=event.subject.kind,
        subject_id=event.subject.id,
        seq=entry.seq,
        type=event.type,
        actor_kind=event.actor.kind,
        actor_id=event.actor.id,
        at=event.at,
        key_id=key_id,
        prev=entry.prev,
        mac=tag,
        leaf=message.leaf(signed, tag),
    )
    return row, body


def _store(written: Sequence[tuple[Written, bytes]]) -> None:
    if len(written) <= FEW or statements.is_pipelined():
        for event, body in written:
            statements.execute(_INSERT, [*event, body])
        return
    with connection.cursor() as cursor:
        with cursor.copy(_COPY_EVENTS) as copy:
            for event, _ in written:
                copy.write_row(event)
        with cursor.copy(_COPY_BODIES) as copy:
            for event, body in written:
                copy.write_row((event.event_id, body))
