"""What does a form with a code or a passkey take? Whatever is sent, the answer is a sentence and never a fault."""

from __future__ import annotations

import struct
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm, LoginWebAuthnForm, ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from grants.models import User

LONGEST_CREDENTIAL = 20_000
"""Characters of what a browser says about a passkey; the usual ones take about a thousand."""
LONGEST_NAME = 60
_NO_CREDENTIAL = (AttributeError, LookupError, RecursionError, TypeError, ValueError, struct.error)
"""What allauth and fido2 raise for what no authenticator says."""


def _misfit() -> ValidationError:
    found: ValidationError = get_adapter().validation_error("incorrect_code")
    return found


class CredentialField(forms.JSONField):
    """What the browser says about a passkey: a JSON object."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        if not value and not self.required:
            return None
        if not isinstance(value, str) or len(value) > LONGEST_CREDENTIAL:
            raise _misfit()
        try:
            found = super().to_python(value)
        except RecursionError:
            raise _misfit() from None
        if not isinstance(found, dict):
            raise _misfit()
        return found


class _CodeForm(forms.Form):
    """Six digits of an app, or a recovery code; blanks in between are nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].error_messages["required"] = _("Enter the code.")
        self.fields["code"].max_length = 40  # type: ignore[attr-defined]

    @property
    def is_throttled(self) -> bool:
        """Whether the code was not even looked at, since too many before it were wrong."""
        return self.has_error("code", "too_many_login_attempts") or self.has_error("code", "rate_limited")


class CodeForm(_CodeForm, AuthenticateForm):
    """At the sign-in."""


class CodeAgainForm(_CodeForm, ReauthenticateForm):
    """Where one is asked for again."""


class AppForm(_CodeForm, ActivateTOTPForm):
    """The first code of a new app shows that it has the key."""


class _PasskeyForm(AuthenticateWebAuthnForm):
    credential = CredentialField()

    def clean_credential(self) -> Authenticator:
        try:
            found: Authenticator = super().clean_credential()
        except _NO_CREDENTIAL:
            raise _misfit() from None
        return found

    @property
    def is_throttled(self) -> bool:
        return self.has_error("credential", "too_many_login_attempts")


class PasskeyForm(_PasskeyForm):
    """As second factor."""


class PasskeyAgainForm(_PasskeyForm, ReauthenticateWebAuthnForm):
    """Where one is asked for again."""


class SignInPasskeyForm(_PasskeyForm, LoginWebAuthnForm):
    """In place of address and password. A closed account signs in as little as one that does not exist."""

    def clean_credential(self) -> Authenticator:
        found = super().clean_credential()
        if not found.user.is_active:
            raise _misfit()
        return found


class NewPasskeyForm(forms.Form):
    """A passkey that was just made, and what its owner calls it."""

    name = forms.CharField(required=False, max_length=LONGEST_NAME)
    credential = CredentialField()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_name(self) -> str:
        default: str = get_adapter().generate_authenticator_name(self.user, Authenticator.Type.WEBAUTHN)
        return self.cleaned_data["name"] or default

    def clean_credential(self) -> dict[str, Any]:
        """Of what was sent, what is needed to recognise it."""
        sent = self.cleaned_data["credential"]
        try:
            auth.parse_registration_response(sent)
            auth.complete_registration(sent)
            response = {key: sent["response"][key] for key in ("clientDataJSON", "attestationObject")}
            return {**{key: sent[key] for key in ("id", "rawId", "type")}, "response": response}
        except _NO_CREDENTIAL:
            raise _misfit() from None
