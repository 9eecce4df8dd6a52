"""What does a checkpoint say, and who signed it? A signed note that anybody can check with the public key.

The text is that of a C2SP checkpoint: the log's origin, its size, its root in base64, then our two lines, the
time and the SHA-256 of the note before it. After an empty line comes the signature, as in a C2SP signed note.
"""

from __future__ import annotations

import base64
import hashlib
import re
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit.clock import rfc3339

FIRST = b"\x00" * 32
"""What the first checkpoint names as the one before it."""

ED25519 = b"\x01"
_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"
_FORM = re.compile(
    r"(?P<text>(?P<origin>[^\n]+)\n(?P<size>0|[1-9][0-9]{0,18})\n(?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"time (?P<at>[0-9T:.-]{26}Z)\nprevious (?P<previous>[A-Za-z0-9+/]{43}=)\n)"
    r"\n— (?P<key_id>[A-Za-z0-9._-]{1,64}) (?P<signature>[A-Za-z0-9+/]{91}=)\n"
)


class NotSigned(ValueError):
    """A text that is no signed note, or a note whose signature does not fit."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a checkpoint claims: at this time the log had so many leaves, under this root."""

    origin: str
    size: int
    root: bytes
    at: datetime
    previous: bytes

    def text(self) -> str:
        """The lines that are signed."""
        return (
            f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"
            f"time {rfc3339(self.at)}\nprevious {_base64(self.previous)}\n"
        )


@dataclass(frozen=True, slots=True)
class Note:
    """A statement with its signature, as it came: not yet checked."""

    statement: Statement
    key_id: str
    signature: bytes
    source: str

    def digest(self) -> bytes:
        """SHA-256 over the whole note: its name in the chain of checkpoints."""
        return digest(self.source)

    def check(self, key: Ed25519PublicKey) -> None:
        """Raises NotSigned unless this key signed it."""
        hint, signature = self.signature[:4], self.signature[4:]
        try:
            key.verify(signature, self.statement.text().encode())
        except InvalidSignature:
            raise NotSigned(f"The signature does not fit the public key {self.key_id!r}.") from None
        if hint != _hint(self.key_id, key):
            raise NotSigned(f"The signature does not name the public key {self.key_id!r}.")


def sign(statement: Statement, key_id: str, key: Ed25519PrivateKey) -> str:
    """The signed note, ending in a newline."""
    signature = _hint(key_id, key.public_key()) + key.sign(statement.text().encode())
    return f"{statement.text()}\n— {key_id} {_base64(signature)}\n"


def read(source: str) -> Note:
    """Read one note. Raises NotSigned where the text is anything else."""
    found = _FORM.fullmatch(source)
    note = _note(found) if found else None
    if note is None:
        raise NotSigned("This is no signed checkpoint.")
    return note


def find(text: str) -> list[Note]:
    """Every whole note in a text, in the text's order: an anchor's file, or a message that was saved."""
    notes = (_note(found) for found in _FORM.finditer(text.replace("\r\n", "\n")))
    return [note for note in notes if note]


def digest(source: str) -> bytes:
    """SHA-256 over a note's bytes."""
    return hashlib.sha256(source.encode()).digest()


def public_text(key_id: str, key: Ed25519PublicKey) -> str:
    """The public key in the form that note verifiers read: `id+hint+base64`."""
    return f"{key_id}+{_hint(key_id, key).hex()}+{_base64(ED25519 + key.public_bytes_raw())}"


def _note(found: re.Match[str]) -> Note | None:
    try:
        statement = Statement(
            origin=found["origin"],
            size=int(found["size"]),
            root=base64.b64decode(found["root"], validate=True),
            at=datetime.strptime(found["at"], _TIME).replace(tzinfo=UTC),
            previous=base64.b64decode(found["previous"], validate=True),
        )
        signature = base64.b64decode(found["signature"], validate=True)
    except (NotBase64, ValueError):
        return None
    # base64 leaves room for bits that say nothing: only one spelling counts.
    if statement.text() != found["text"] or _base64(signature) != found["signature"]:
        return None
    return Note(statement, found["key_id"], signature, found[0])


def _hint(key_id: str, key: Ed25519PublicKey) -> bytes:
    """Four bytes that tell which key signed, as C2SP signed notes have them."""
    return hashlib.sha256(f"{key_id}\n".encode() + ED25519 + key.public_bytes_raw()).digest()[:4]


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
