"""Is the log what was written? Checks signatures, chains and columns; says the first thing that is wrong."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from audit import keys, message
from audit.clock import rfc3339
from audit.models import Event

BATCH = 1000
_BATCH = """
    SELECT event.*, body.content
    FROM audit_event AS event LEFT JOIN audit_eventbody AS body USING (event_id)
    WHERE (subject_kind, subject_id, seq) > (%s, %s, %s)
        AND (%s::text IS NULL OR (subject_kind, subject_id) = (%s, %s))
    ORDER BY subject_kind, subject_id, seq LIMIT %s
"""


class Tampered(Exception):
    """Something in the log is not as it was written; the sentence names the event."""


@dataclass(frozen=True, slots=True)
class Verified:
    """An event that passed, and what its signed body says."""

    event: Event
    body: dict[str, Any]


def verify(subject: message.Subject | None = None) -> Iterator[Verified]:
    """Every event of the log, or of one subject, in the order of its chain.

    Memory stays flat. Raises Tampered or keys.UnknownKey at the first thing wrong. A chain cut off at its end
    is not seen here: only a checkpoint can tell (DESIGN §6).
    """
    chain: tuple[str, str] | None = None
    seq, prev = 0, message.ROOT
    for event in _events(subject):
        if (event.subject_kind, event.subject_id) != chain:
            chain, seq, prev = (event.subject_kind, event.subject_id), 0, message.ROOT
        seq += 1
        body = _check_event(event, seq=seq, prev=prev)
        prev = bytes(event.leaf)
        yield Verified(event, body)


def _events(subject: message.Subject | None) -> Iterator[Event]:
    """In batches by key: a cursor would not outlive its transaction behind PgBouncer."""
    after = (subject.kind, subject.id, 0) if subject else ("", "", 0)
    only = (subject.kind, subject.kind, subject.id) if subject else (None, None, None)
    while batch := list(Event.objects.raw(_BATCH, [*after, *only, BATCH])):
        yield from batch
        after = (batch[-1].subject_kind, batch[-1].subject_id, batch[-1].seq)


def _check_event(event: Event, *, seq: int, prev: bytes) -> dict[str, Any]:
    if event.seq != seq:
        raise Tampered(f"{_name(event)}: event {seq} of this chain is missing.")
    stored: bytes | None = vars(event)["content"]  # read along by _BATCH
    if stored is None:
        raise Tampered(f"{_name(event)}: its body is missing.")
    content = bytes(stored)
    signed = message.message(key_id=event.key_id, body=content)
    tag = message.mac(keys.key(event.key_id), signed)
    if not hmac.compare_digest(tag, bytes(event.mac)):
        raise Tampered(f"{_name(event)}: the signature does not fit the body.")
    if message.leaf(signed, tag) != bytes(event.leaf):
        raise Tampered(f"{_name(event)}: the leaf hash does not fit.")
    body: dict[str, Any] = json.loads(content)
    if body["prev"] != prev.hex():
        raise Tampered(f"{_name(event)}: it does not follow the event before it.")
    _check_columns(event, body)
    return body


def _check_columns(event: Event, body: dict[str, Any]) -> None:
    said = {
        "event_id": body["event_id"],
        "subject_kind": body["subject"]["kind"],
        "subject_id": body["subject"]["id"],
        "seq": body["seq"],
        "prev": body["prev"],
        "type": body["type"],
        "actor_kind": body["actor"]["kind"],
        "actor_id": body["actor"]["id"],
        "at": body["at"],
    }
    stored = {name: getattr(event, name) for name in said}
    stored |= {"event_id": str(event.pk), "prev": bytes(event.prev).hex(), "at": rfc3339(event.at)}
    for name, value in said.items():
        if stored[name] != value:
            raise Tampered(f"{_name(event)}: the column {name} differs from what was signed.")


def _name(event: Event) -> str:
    return f"{event.type} {event.pk} (event {event.seq} of {event.subject_kind} {event.subject_id})"
