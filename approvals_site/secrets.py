"""Where do the secrets come from? A deployment names them; a desk makes each once and keeps it."""

import base64
import binascii
import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from secrets import token_bytes, token_hex, token_urlsafe

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
_KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


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


def new_audit_key(key_id: str = "desk-1") -> str:
    """Fit for signing events and, as the seed of an Ed25519 key, checkpoints."""
    return f"{key_id}:" + base64.b64encode(token_bytes(KEY_BYTES)).decode()


def named(variable: str, *, desk: Path | None = None) -> str:
    """The variable's text, or that of the file which stands for it; else empty."""
    if text := os.environ.get(variable, ""):
        return text
    path = file_of(variable, desk=desk)
    if not path or (desk and path == str(desk) and not desk.exists()):
        return ""
    try:
        return Path(path).read_text()
    except OSError as error:
        raise ImproperlyConfigured(f"{variable}_FILE: {path} cannot be read: {error.strerror}.") from None


def file_of(variable: str, *, desk: Path | None = None) -> str:
    """The file that the variable with `_FILE` behind it names, or the desk's; empty where the text is named itself."""
    if os.environ.get(variable):
        return ""
    return os.environ.get(f"{variable}_FILE", "") or str(desk or "")


def audit_keys(variable: str, text: str, *, exactly: bool = False) -> dict[str, bytes]:
    """Read `id:base64,id2:base64`, or one a line; the order is kept, because the first key signs.

    `exactly`: 32 bytes and no more, as Ed25519 takes them.
    """
    keys: dict[str, bytes] = {}
    for entry in filter(None, (part.strip() for part in text.replace("\n", ",").split(","))):
        name, colon, encoded = entry.partition(":")
        if not name or not colon:  # never quoted here: what stands there may be the key
            raise ImproperlyConfigured(f"{variable}: write every key as id:base64.")
        if not _KEY_ID.fullmatch(name):
            raise ImproperlyConfigured(f"{variable}: an id has letters, digits, dots and dashes, 64 at most.")
        if name in keys:
            raise ImproperlyConfigured(f"{variable}: two keys have the id {name!r}.")
        keys[name] = _decoded(variable, name, encoded, exactly=exactly)
    return keys


def new_fernet_key() -> str:
    return Fernet.generate_key().decode()


def fernet_keys(text: str) -> list[str]:
    """Read keys with commas between; the order is kept, because the first key seals."""
    keys = [key for key in (part.strip() for part in text.split(",")) if key]
    for number, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except ValueError:  # never quoted here
            raise ImproperlyConfigured(
                f"ENCRYPTION_KEYS: number {number} is no key of 32 bytes in URL-safe base64; make one with: "
                "openssl rand -base64 32 | tr +/ -_"
            ) from None
    if not keys:
        raise ImproperlyConfigured("ENCRYPTION_KEYS names no key.")
    return keys


def hmac_keys(text: str) -> dict[str, bytes]:
    """The keys of AUDIT_HMAC_KEYS: one at least."""
    keys = audit_keys("AUDIT_HMAC_KEYS", text)
    if not keys:
        raise ImproperlyConfigured("AUDIT_HMAC_KEYS names no key; write id:base64, the signing one first.")
    return keys


def checkpoint_key(text: str) -> tuple[str, bytes]:
    """The id and the seed of AUDIT_CHECKPOINT_KEY: exactly one."""
    keys = audit_keys("AUDIT_CHECKPOINT_KEY", text, exactly=True)
    if len(keys) != 1:
        raise ImproperlyConfigured(
            "AUDIT_CHECKPOINT_KEY takes one key; the public halves of older ones go into "
            "AUDIT_CHECKPOINT_PUBLIC_KEYS."
        )
    return next(iter(keys.items()))


def _decoded(variable: str, name: str, encoded: str, *, exactly: bool) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise ImproperlyConfigured(f"{variable}: the key {name!r} is not base64.") from None
    if len(key) < KEY_BYTES or (exactly and len(key) > KEY_BYTES):
        raise ImproperlyConfigured(
            f"{variable}: the key {name!r} has {len(key)} bytes and needs {KEY_BYTES}; "
            "make one with: openssl rand -base64 32"
        )
    return key
