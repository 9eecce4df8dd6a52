"""Which bytes stand for an event, and how are they signed? Pure functions, no database (DESIGN §6)."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
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


SUBJECT_KINDS = ("approval", "grant", "policy", "agent", "person", "channel", "log")
ACTOR_KINDS = ("person", "agent", "system")


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


SYSTEM = Actor(kind="system", id="countersign", label="Countersign")


@dataclass(frozen=True, slots=True)
class Authority:
    """On whose authority: `basis` as `authority.Ruling` names it, `principal` a person's id."""

    basis: str
    principal: str
    grant_id: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        return {"basis": self.basis, "principal": self.principal, "grant_id": self.grant_id}


@dataclass(frozen=True, slots=True)
class Entry:
    """All that an event says, before it is signed."""

    event_id: UUID
    subject: Subject
    seq: int
    prev: bytes
    type: str
    actor: Actor
    at: datetime
    authority: Authority | None = None
    payload_version: int | None = None
    payload_sha256: bytes | None = None
    data: dict[str, Any] = field(default_factory=dict)

    def body(self) -> bytes:
        """The event's RFC 8785 bytes: what is stored, signed and verified."""
        return canonical(
            {
                "v": 1,
                "event_id": str(self.event_id),
                "subject": {"kind": self.subject.kind, "id": self.subject.id},
                "seq": self.seq,
                "prev": self.prev.hex(),
                "type": self.type,
                "actor": {"kind": self.actor.kind, "id": self.actor.id, "label": self.actor.label},
                "authority": self.authority.as_dict() if self.authority else None,
                "at": rfc3339(self.at),
                "payload_version": self.payload_version,
                "payload_sha256": self.payload_sha256.hex() if self.payload_sha256 else None,
                "data": self.data,
            }
        )


def message(*, key_id: str, body: bytes) -> bytes:
    """What is signed: the format, the key's id and the length stand before the body, so none can be swapped."""
    return b"\n".join((FORMAT, key_id.encode(), str(len(body)).encode(), body))


def mac(key: bytes, signed: bytes) -> bytes:
    """HMAC-SHA256 over `message(...)`, 32 bytes."""
    return hmac.digest(key, signed, "sha256")


def leaf(signed: bytes, tag: bytes) -> bytes:
    """The RFC 6962 leaf hash, 32 bytes: SHA-256 over 0x00, the message and its mac."""
    return hashlib.sha256(b"\x00" + signed + tag).digest()
