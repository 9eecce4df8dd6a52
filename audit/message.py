"""Which bytes stand for an event, and how are they signed? Pure functions, no database."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.canonical import canonical
from audit.clock import rfc3339

FORMAT = b"countersign-audit/1"
ROOT = b"\x00" * 32
"""The `prev` of a subject's first event."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a subject's chain ends: the number and the leaf hash of its last event."""

    seq: int = 0
    leaf: bytes = ROOT


START = Head()
"""The end of a chain that has no event yet."""

SUBJECT_KINDS = ("approval", "grant", "policy", "agent", "person", "channel", "log")


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about; each subject has a chain of its own."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it. `label` is the name as it was then: accounts may be renamed, events may not."""

    kind: str
    id: str
    label: str

    def as_facts(self) -> dict[str, str]:
        """Who this is, as the data of another's event says it."""
        return {"kind": self.kind, "id": self.id, "label": self.label}


SYSTEM = Actor(kind="system", id="countersign", label="Countersign")


@dataclass(frozen=True, slots=True)
class Authority:
    """On whose authority it was done: `basis` as `authority.Ruling` names it, `principal` a person's id."""

    basis: str
    principal: str
    grant_id: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        return {"basis": self.basis, "principal": self.principal, "grant_id": self.grant_id}


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something that has happened, for the log to write. `data` has the fields that the catalogue names."""

    subject: Subject
    type: str
    _: KW_ONLY
    actor: Actor
    at: datetime
    authority: Authority | None = None
    payload_version: int | None = None
    payload_sha256: bytes | None = None
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A new event in its place: `seq` counts from 1 in its subject's chain, `prev` is the leaf before it."""

    event_id: UUID
    seq: int
    prev: bytes
    event: NewEvent

    def body(self) -> bytes:
        """The event's RFC 8785 bytes: what is stored, signed and verified."""
        event = self.event
        return canonical(
            {
                "v": 1,
                "event_id": str(self.event_id),
                "subject": {"kind": event.subject.kind, "id": event.subject.id},
                "seq": self.seq,
                "prev": self.prev.hex(),
                "type": event.type,
                "actor": {"kind": event.actor.kind, "id": event.actor.id, "label": event.actor.label},
                "authority": event.authority.as_dict() if event.authority else None,
                "at": rfc3339(event.at),
                "payload_version": event.payload_version,
                "payload_sha256": event.payload_sha256.hex() if event.payload_sha256 else None,
                "data": event.data,
            }
        )


def message(*, key_id: str, body: bytes) -> bytes:
    """What is signed. The format, the key's id and the length come before the body, so that none can be swapped."""
    return b"\n".join((FORMAT, key_id.encode(), str(len(body)).encode(), body))


def mac(key: bytes, signed: bytes) -> bytes:
    """HMAC-SHA256 over `message(...)`, 32 bytes."""
    return hmac.digest(key, signed, "sha256")


def leaf(signed: bytes, tag: bytes) -> bytes:
    """The RFC 6962 leaf hash, 32 bytes: SHA-256 over 0x00, the message and its mac."""
    return hashlib.sha256(b"\x00" + signed + tag).digest()
