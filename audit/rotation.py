"""How does a new key take over? It is made, put where the settings read it, and recorded."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction

from audit import checkpoint, clock, keys, log, sequencer
from audit.message import Actor, NewEvent
from audit.models import UsedKey
from audit.recovery import SUBJECT

EVENTS, CHECKPOINTS = UsedKey.Purpose.EVENTS, UsedKey.Purpose.CHECKPOINTS


class TakenId(ValueError):
    """There is a key of that id already."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """The new text of each variable that changes, and which of them are in files that were written."""

    key_id: str
    texts: dict[str, str]
    written: dict[str, Path]


@transaction.atomic
def rotate(purpose: UsedKey.Purpose, *, by: Actor, key_id: str = "") -> Rotation:
    """Make a key for events or checkpoints; it signs from the next start on. Raises TakenId, OSError."""
    sequencer.hold_lock()
    seed = token_bytes(32)
    at = clock.now()
    known = set(settings.AUDIT_HMAC_KEYS) if purpose == EVENTS else _checkpoint_ids()
    new = key_id or _free(f"{at:%Y-%m-%d}", known)
    if new in known:
        raise TakenId(f"There is a key {new!r} already. An id stands for one key for good.")
    before = keys.signing_key()[0] if purpose == EVENTS else keys.checkpoint_key()[0]
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key() if purpose == CHECKPOINTS else None
    data = {
        "purpose": purpose.value,
        "from": before,
        "to": new,
        "public_key": checkpoint.public_text(new, public) if public else None,
    }
    log.record(NewEvent(SUBJECT, "key.rotated", actor=by, at=at, data=data))
    texts = _texts(purpose, new, seed)
    return Rotation(new, texts, _write(texts))


def _texts(purpose: UsedKey.Purpose, new: str, seed: bytes) -> dict[str, str]:
    """The new texts, in the order of writing: the old public half is in place before its key is gone."""
    if purpose == EVENTS:
        return {"AUDIT_HMAC_KEYS": _text({new: seed, **settings.AUDIT_HMAC_KEYS})}
    old, key = keys.checkpoint_key()
    public = {old: key.public_key().public_bytes_raw(), **settings.AUDIT_CHECKPOINT_PUBLIC_KEYS}
    return {"AUDIT_CHECKPOINT_PUBLIC_KEYS": _text(public), "AUDIT_CHECKPOINT_KEY": _text({new: seed})}


def _write(texts: dict[str, str]) -> dict[str, Path]:
    """Write the texts if all of them are in files; otherwise none, and the person at the terminal gets them."""
    files = {name: Path(settings.AUDIT_KEY_FILES[name]) for name in texts if settings.AUDIT_KEY_FILES[name]}
    if len(files) < len(texts):
        return {}
    for name, path in files.items():
        draft = path.with_name(f".{path.name}.new")
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as stream:
            stream.write(texts[name])
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    return files


def _text(found: dict[str, bytes]) -> str:
    return ",".join(f"{name}:{base64.b64encode(key).decode()}" for name, key in found.items())


def _checkpoint_ids() -> set[str]:
    return {keys.checkpoint_key()[0], *settings.AUDIT_CHECKPOINT_PUBLIC_KEYS}


def _free(wanted: str, known: set[str]) -> str:
    found, number = wanted, 2
    while found in known:
        found, number = f"{wanted}-{number}", number + 1
    return found
