"""Which keys sign the log? Settings hold them, apart from SECRET_KEY; the first signs, the rest only verify."""

from __future__ import annotations

from django.conf import settings


class UnknownKey(LookupError):
    """An event names a key that the settings do not hold."""


def signing_key() -> tuple[str, bytes]:
    """The id and the bytes of the key that signs now."""
    key_id = next(iter(settings.AUDIT_HMAC_KEYS))
    return key_id, settings.AUDIT_HMAC_KEYS[key_id]


def key(key_id: str) -> bytes:
    """The key of that id. Raises UnknownKey."""
    try:
        found: bytes = settings.AUDIT_HMAC_KEYS[key_id]
    except KeyError:
        raise UnknownKey(
            f"The log names the key {key_id!r}, which AUDIT_HMAC_KEYS does not hold. "
            "Add it back behind the first one: old keys are kept to verify."
        ) from None
    return found
