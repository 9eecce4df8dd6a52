"""How are other services' secrets kept? Encrypted at rest; the keys are in the settings, apart from the database."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unreadable(Exception):
    """None of the keys opens a stored secret."""


def seal(secret: str) -> bytes:
    """Encrypted under the first key."""
    return _keys().encrypt(secret.encode())


def unseal(sealed: bytes) -> str:
    """The secret. Raises Unreadable where its key is gone."""
    try:
        return _keys().decrypt(sealed).decode()
    except InvalidToken:
        raise Unreadable(
            "None of the ENCRYPTION_KEYS opens this secret: put the key back that sealed it, or enter it again."
        ) from None


def reseal(sealed: bytes) -> bytes:
    """Encrypt the secret under the first key, so that the older keys can go. Raises Unreadable."""
    return seal(unseal(sealed))


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])
