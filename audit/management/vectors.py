"""Test vectors for whoever writes a verifier: `docs/vectors/`, made by the very functions that write the log.

Keys and ids in them are made up, and guard nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from audit import checkpoint, merkle, message
from audit.canonical import canonical
from audit.checkpoint import FIRST, Statement
from audit.message import ROOT, Actor, Authority, Entry, NewEvent, Subject
from audit.pack.selection import draw
from audit.receipts.document import Stored, document_of
from audit.verify import signatures

HMAC_ID, HMAC_KEY = "2026a", bytes(range(32))
SIGN_ID, SIGN_KEY = "cp-2026a", Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
PASSKEY = Ed25519PrivateKey.from_private_bytes(bytes(range(64, 96)))
REQUEST = "019aae5c-3c1e-7d42-9a51-7f6b1c0d2e3f"
PERSON = "019aae5c-3c1e-7d42-9a51-000000000001"
AT = datetime(2026, 4, 12, 9, tzinfo=UTC)
PAYLOAD = {"body": "Dear Ada, …", "cc": ["Zoë\u202e"], "share": 0.25, "ﬀ": 1e-7, "\U0001f600": None}
CASES: list[Any] = [
    *([0, -0.0, 1, 1.0, -1, 0.1, 1e-7, 123456.789, 9007199254740991, 1.5e300, 5e-324]),
    *(['"\\\b\f\n\r\t\u000f\u007f\u2028', "€", {"\U0001f600": 1, "ﬀ": 2, "z": 3, "": [None, True]}]),
]


def render() -> dict[str, str]:
    """Each file's name and text."""
    found = {
        "canonical.json": [{"value": one, "canonical": canonical(one).decode()} for one in CASES],
        "events.json": _events(),
        "tree.json": _tree(),
        "checkpoints.json": _checkpoints(),
        "signature.json": _signature(),
        "sample.json": _sample(),
    }
    texts = {name: json.dumps(one, indent=1, ensure_ascii=True) + "\n" for name, one in found.items()}
    return {**texts, "receipt.json": receipt().decode()}


def _entries() -> list[Entry]:
    """A request that is proposed and rejected: two events of one chain, the second after the first's leaf."""
    agent, person = Actor("agent", "a1", "Sales agent"), Actor("person", PERSON, "Grace Hopper")
    sha256 = hashlib.sha256(canonical(PAYLOAD)).digest()
    proposed: dict[str, Any] = {"action": "Send email", "payload": PAYLOAD, "quorum": 1, "confidence": 0.92}
    about = Subject("approval", REQUEST)
    first = Entry(
        UUID(REQUEST),
        1,
        ROOT,
        NewEvent(
            about,
            "approval.requested",
            actor=agent,
            at=AT,
            payload_version=1,
            payload_sha256=sha256,
            data=proposed,
        ),
    )
    words = {"verdict": "reject", "resolution": "declined", "comment": "Not now."}
    second = Entry(
        UUID(PERSON),
        2,
        _signed(first)[2],
        NewEvent(
            about,
            "approval.rejected",
            actor=person,
            at=AT + timedelta(minutes=5),
            authority=Authority("assignee", PERSON),
            payload_version=1,
            payload_sha256=sha256,
            data=words,
        ),
    )
    return [first, second]


def _signed(entry: Entry) -> tuple[bytes, bytes, bytes]:
    """The message, its mac and the leaf."""
    signed = message.message(key_id=HMAC_ID, body=entry.body())
    mac = message.mac(HMAC_KEY, signed)
    return signed, mac, message.leaf(signed, mac)


def _events() -> dict[str, Any]:
    rows = []
    for entry in _entries():
        signed, mac, leaf = _signed(entry)
        row = {"body": entry.body().decode(), "message_sha256": hashlib.sha256(signed).hexdigest()}
        rows.append({**row, "mac": mac.hex(), "leaf": leaf.hex()})
    return {"key_id": HMAC_ID, "key": base64.b64encode(HMAC_KEY).decode(), "events": rows}


def _leaves() -> list[bytes]:
    """The request's two leaves among five others."""
    other = [hashlib.sha256(b"\x00" + bytes([number])).digest() for number in range(5)]
    first, second = (_signed(entry)[2] for entry in _entries())
    return [*other[:2], first, other[2], second, *other[3:]]


def _root(leaves: list[bytes]) -> bytes:
    frontier = merkle.Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def _proof(ranges: list[merkle.Range], leaves: list[bytes]) -> list[str]:
    return [_root(leaves[start:end]).hex() for start, end in ranges]


def _tree() -> dict[str, Any]:
    leaves = _leaves()
    sizes = range(len(leaves) + 1)
    return {
        "leaves": [leaf.hex() for leaf in leaves],
        "roots": [_root(leaves[:size]).hex() for size in sizes],
        "inclusion": [
            {"index": index, "size": size, "proof": _proof(merkle.inclusion(index, size), leaves)}
            for size in sizes
            for index in range(size)
        ],
        "consistency": [
            {"old": old, "new": new, "proof": _proof(merkle.consistency(old, new), leaves)}
            for new in sizes
            for old in range(1, new + 1)
        ],
    }


def _notes() -> list[str]:
    """Of an empty log, of five events, and of all seven; each names the one before it."""
    notes: list[str] = []
    for number, size in enumerate((0, 5, 7)):
        previous = checkpoint.digest(notes[-1]) if notes else FIRST
        said = Statement(
            "example.com/audit", size, _root(_leaves()[:size]), AT + timedelta(hours=number), previous
        )
        notes.append(checkpoint.sign(said, SIGN_ID, SIGN_KEY))
    return notes


def _checkpoints() -> dict[str, Any]:
    notes = _notes()
    return {
        "public_key": checkpoint.public_text(SIGN_ID, SIGN_KEY.public_key()),
        "seed": base64.b64encode(bytes(range(32, 64))).decode(),
        "notes": notes,
        "hashes": [checkpoint.digest(note).hex() for note in notes],
    }


def _signature() -> dict[str, Any]:
    """A manifest that a passkey signed (Ed25519, which signs alike each time)."""
    words = {"acknowledged": [1, 2], "category": "", "comment": "Fine.", "sentence": "I rang the vendor."}
    manifest = {
        "v": 1,
        "request": REQUEST,
        "payload_version": 1,
        "payload_sha256": hashlib.sha256(canonical(PAYLOAD)).hexdigest(),
        "verdict": "approve",
        "meaning": "approved",
        "changes": 0,
        "resolution": "",
        "name": "Grace Hopper",
        "person": PERSON,
        "principal": PERSON,
        "on_behalf_of": None,
        "grant": None,
        "words_sha256": signatures.words_sha256(words),
        "signed_with": "passkey",
        "at": "2026-04-12T09:04:00.000000Z",
        "nonce": "5f0c9a52-0a63-4a4e-8a3c-0d8f3c1b2a19",
        "site": "example.com",
    }
    challenge = signatures.challenge(manifest)
    client = {
        "type": "webauthn.get",
        "challenge": signatures.encoded(challenge),
        "origin": "https://example.com",
    }
    client_data = json.dumps(client, separators=(",", ":")).encode()
    device = hashlib.sha256(b"example.com").digest() + bytes([0x05]) + (7).to_bytes(4, "big")
    public = PASSKEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    signed = device + hashlib.sha256(client_data).digest()
    return {
        "words": words,
        "manifest": manifest,
        "challenge": challenge.hex(),
        "signature": {
            "credential_id": signatures.encoded(b"passkey-1"),
            "algorithm": -8,
            "public_key": signatures.encoded(public),
            "authenticator_data": signatures.encoded(device),
            "client_data": signatures.encoded(client_data),
            "signature": signatures.encoded(PASSKEY.sign(signed)),
        },
    }


def _sample() -> dict[str, Any]:
    note = _notes()[-1]
    ids = [f"019aae5c-3c1e-7d42-9a51-{number:012}" for number in range(40)]
    return {"seed_note": note, "population": ids, "count": 5, "sample": draw(ids, 5, checkpoint.digest(note))}


def receipt() -> bytes:
    """A whole receipt, of the request among the seven leaves."""
    leaves, stored = _leaves(), []
    for entry, index in zip(_entries(), (2, 4), strict=True):
        _, mac, leaf = _signed(entry)
        stored.append(Stored(entry.event.type, HMAC_ID, mac, leaf, index, entry.body(), entry.seq))
    document = document_of(
        REQUEST,
        stored,
        note=_notes()[-1],
        public_key=checkpoint.public_text(SIGN_ID, SIGN_KEY.public_key()),
        proof=lambda index: [bytes.fromhex(one) for one in _proof(merkle.inclusion(index, 7), leaves)],
    )
    return canonical(document) + b"\n"
