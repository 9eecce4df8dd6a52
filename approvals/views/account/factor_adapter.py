"""What does Countersign say where allauth asks about second factors, and under which name does it know passkeys?"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals import vault

ISSUER = "Countersign"


def passkey_host() -> str:
    """The name that passkeys are bound to: PUBLIC_URL's. A number is none, so a desk's are bound to localhost."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    try:
        ip_address(host)
    except ValueError:
        return host
    return "localhost"


def passkeys_work(request: HttpRequest) -> bool:
    """Whether the page was opened under that name: elsewhere a browser refuses."""
    return request.get_host().partition(":")[0] == passkey_host()


class FactorAdapter(DefaultMFAAdapter):
    """One class, since allauth knows one."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy(
            "That did not fit. A code of the app counts for a minute and once; a recovery code counts once."
        ),
    }

    def get_totp_issuer(self) -> str:
        return ISSUER

    def encrypt(self, text: str) -> str:
        return vault.seal(text).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return vault.unseal(encrypted_text.encode())

    def generate_authenticator_name(self, user: AbstractBaseUser, type: str) -> str:  # noqa: A002 - allauth's name
        return _("Passkey")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": passkey_host(), "name": ISSUER}
