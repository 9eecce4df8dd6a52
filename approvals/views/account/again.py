"""Is it still the person who signed in? Asked for again before a factor is added or removed, and counted."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ReauthenticateForm
from allauth.account.views import ReauthenticateView
from allauth.core import ratelimit
from allauth.mfa.base.views import ReauthenticateView as CodeView
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from approvals.views.account.attempts import too_many

WAYS = {
    "reauthenticate": "password",
    "mfa_reauthenticate": "code",
    "mfa_reauthenticate:webauthn": "passkey",
}
"""allauth's names of the ways, by ours."""


class _Again:
    """Ten wrong ones within five minutes: the next is not looked at. Looking at the page counts for nothing."""

    request: HttpRequest
    way = ""

    def _check_ratelimit(self, request: HttpRequest) -> HttpResponse | None:
        person = request.user
        if request.method != "POST" or ratelimit.consume(
            request, action="reauthenticate", user=person, dry_run=True
        ):
            return None
        return too_many(request)

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        ratelimit.consume(self.request, action="reauthenticate", user=self.request.user)
        if getattr(form, "is_throttled", False):
            return too_many(self.request)
        response: HttpResponse = self.render_to_response(self.get_context_data(form=form))  # type: ignore[attr-defined]
        response.status_code = 422
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        others = [
            (WAYS.get(way["id"], way["description"]), way["url"])
            for way in context.pop("reauthentication_alternatives")
        ]
        is_misfit = self.request.method == "POST"
        return {**context, "way": self.way, "others": others, "next": self._next(), "is_misfit": is_misfit}

    def _next(self) -> str:
        return self.request.POST.get("next", self.request.GET.get("next", ""))


class PasswordForm(ReauthenticateForm):
    """The person's own password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].error_messages["required"] = _("Enter your password.")


class Password(_Again, ReauthenticateView):
    """By the password."""

    template_name, form_class, way = "approvals/account/again.html", PasswordForm, "password"


class Code(_Again, CodeView):
    """By a code of the app, or a recovery code."""

    template_name, way = "approvals/account/again_code.html", "code"


class Passkey(_Again, ReauthenticateWebAuthnView):
    """By a passkey."""

    template_name, way = "approvals/account/again_passkey.html", "passkey"
