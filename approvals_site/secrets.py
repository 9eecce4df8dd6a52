"""Where do the secrets come from? A deployment names them; a desk makes each once and keeps it."""

import base64
import binascii
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from secrets import token_bytes, token_hex, token_urlsafe

from django.core.exceptions import ImproperlyConfigured

MINIMUM_KEY_BYTES = 32


def kept(path: Path, make: Callable[[], str]) -> str:
    """The secret in the file (0600), made first if need be. Processes starting together agree on one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f".{path.name}.{token_hex(8)}")
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(make())
        with suppress(FileExistsError):
            os.link(draft, path)  # unlike a rename, never replaces the one another process just made
        draft.unlink()
    return path.read_text()


def new_secret_key() -> str:
    return token_urlsafe(50)


def new_password() -> str:
    return token_hex(32)


def new_hmac_key() -> str:
    return "desk-1:" + base64.b64encode(token_bytes(MINIMUM_KEY_BYTES)).decode()


def hmac_keys(text: str) -> dict[str, bytes]:
    """Read `id:base64,id2:base64`; the order is kept, because the first key signs."""
    keys: dict[str, bytes] = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        name, colon, encoded = entry.partition(":")
        if not name or not colon:  # never quoted here: what stands there may be the key
            raise ImproperlyConfigured("AUDIT_HMAC_KEYS: write every key as id:base64.")
        if name in keys:
            raise ImproperlyConfigured(f"AUDIT_HMAC_KEYS: two keys have the id {name!r}.")
        keys[name] = _decoded(name, encoded)
    if not keys:
        raise ImproperlyConfigured("AUDIT_HMAC_KEYS names no key; write id:base64, the signing one first.")
    return keys


def _decoded(name: str, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise ImproperlyConfigured(f"AUDIT_HMAC_KEYS: the key {name!r} is not base64.") from None
    if len(key) < MINIMUM_KEY_BYTES:
        raise ImproperlyConfigured(
            f"AUDIT_HMAC_KEYS: the key {name!r} has {len(key)} bytes and needs {MINIMUM_KEY_BYTES}; "
            "make one with: openssl rand -base64 32"
        )
    return key
