"""Which keys sign the log, and which only verify? Settings hold them, apart from SECRET_KEY and the database."""

from __future__ import annotations

import hmac

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings


class UnknownKey(LookupError):
    """Something stored names a key that the settings do not hold."""


def signing_key() -> tuple[str, bytes]:
    """The id and the bytes of the key that signs events now."""
    key_id = next(iter(settings.AUDIT_HMAC_KEYS))
    return key_id, settings.AUDIT_HMAC_KEYS[key_id]


def key(key_id: str) -> bytes:
    """The key for events of that id. Raises UnknownKey."""
    try:
        found: bytes = settings.AUDIT_HMAC_KEYS[key_id]
    except KeyError:
        raise UnknownKey(
            f"The log names the key {key_id!r}, which AUDIT_HMAC_KEYS does not hold. "
            "Add it back behind the first one: old keys are kept to verify."
        ) from None
    return found


def signs_checkpoints() -> bool:
    """Whether this process holds the private key for checkpoints: only the clock's worker needs to."""
    return settings.AUDIT_CHECKPOINT_KEY is not None


def checkpoint_key() -> tuple[str, Ed25519PrivateKey]:
    """The id and the private key that signs checkpoints now. Raises UnknownKey where this process has none."""
    if settings.AUDIT_CHECKPOINT_KEY is None:
        raise UnknownKey("This process holds no AUDIT_CHECKPOINT_KEY, so it signs no checkpoint.")
    key_id, seed = settings.AUDIT_CHECKPOINT_KEY
    return key_id, Ed25519PrivateKey.from_private_bytes(seed)


def public_key(key_id: str) -> Ed25519PublicKey:
    """The public key for checkpoints of that id. Raises UnknownKey."""
    if signs_checkpoints():
        now_id, now = checkpoint_key()
        if key_id == now_id:
            return now.public_key()
    try:
        return Ed25519PublicKey.from_public_bytes(settings.AUDIT_CHECKPOINT_PUBLIC_KEYS[key_id])
    except KeyError:
        raise UnknownKey(
            f"A checkpoint names the key {key_id!r}, which neither AUDIT_CHECKPOINT_KEY nor "
            "AUDIT_CHECKPOINT_PUBLIC_KEYS holds. Add its public key back: old keys are kept to verify."
        ) from None


def fingerprint(key_id: str) -> bytes:
    """Tells two keys for events with one id apart, and nothing about the key; empty where the id is unknown."""
    known: bytes | None = settings.AUDIT_HMAC_KEYS.get(key_id)
    return hmac.digest(known, b"countersign-audit-key", "sha256") if known else b""


def public_fingerprint(key_id: str) -> bytes:
    """The public half of a key for checkpoints; empty where the id is unknown."""
    try:
        return public_key(key_id).public_bytes_raw()
    except UnknownKey:
        return b""
