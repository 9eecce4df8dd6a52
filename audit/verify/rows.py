"""Is one stored event what was signed? The innermost loop: it runs once for each event of the log."""

from __future__ import annotations

import hmac
from typing import Any, NamedTuple

import orjson

from audit import keys, message
from audit.verify import registered, signatures

BATCH = 2000
"""Rows read at once: by key, since a cursor would not outlive its transaction behind PgBouncer."""

COLUMNS = """
    event.event_id::text, event.subject_kind, event.subject_id, event.seq, encode(event.prev, 'hex'), event.type,
    event.actor_kind, event.actor_id, to_char(event.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    event.key_id, event.mac, event.leaf, body.content
"""
"""What `check` takes. The first nine repeat the signed body, in its own spelling."""

NAMES = ("event_id", "subject_kind", "subject_id", "seq", "prev", "type", "actor_kind", "actor_id", "at")

Row = tuple[Any, ...]

UNREADABLE = (AttributeError, LookupError, TypeError, ValueError)
"""What is raised by a body of another shape: without the HMAC keys a forged one gets as far as being read."""


class Tampered(Exception):
    """Something in the log is not as it was written; the sentence names the first such thing."""


class Verified(NamedTuple):
    """An event that passed: its leaf hash, and what its signed body says."""

    leaf: bytes
    body: dict[str, Any]


def check(row: Row, *, keyless: bool = False) -> Verified:
    """Raises Tampered, keys.UnknownKey.

    `keyless`: the mac is taken as it is stored, and the leaf over it checked. Under a signed root that is enough.
    """
    key_id, mac, leaf, content = row[9:13]
    if content is None:
        raise Tampered(f"{name(row)}: its body is missing.")
    signed = message.message(key_id=key_id, body=content)
    tag = bytes(mac) if keyless else message.mac(keys.key(key_id), signed)
    if not hmac.compare_digest(tag, mac):
        raise Tampered(f"{name(row)}: the signature does not fit the body.")
    if message.leaf(signed, tag) != leaf:
        raise Tampered(f"{name(row)}: the leaf hash does not fit.")
    try:
        body = orjson.loads(content)
        said = _said(body)
    except UNREADABLE:
        raise Tampered(f"{name(row)}: its body cannot be read.") from None
    if said != row[:9]:
        column = next(n for n, one, other in zip(NAMES, said, row, strict=False) if one != other)
        raise Tampered(f"{name(row)}: the column {column} differs from what was signed.")
    if row[5] in signatures.TYPES:
        _check_signatures(row, body)
    return Verified(leaf, body)


def _check_signatures(row: Row, body: dict[str, Any]) -> None:
    try:
        signatures.check(body)
        registered.check(body)
    except signatures.Misfit as misfit:
        raise Tampered(f"{name(row)}: {misfit}.") from None


def name(row: Row) -> str:
    """How sentences name the event."""
    return f"{row[5]} {row[0]} (event {row[3]} of {row[1]} {row[2]})"


def _said(body: dict[str, Any]) -> tuple[Any, ...]:
    subject, actor = body["subject"], body["actor"]
    return (
        *(body["event_id"], subject["kind"], subject["id"], body["seq"], body["prev"], body["type"]),
        *(actor["kind"], actor["id"], body["at"]),
    )
