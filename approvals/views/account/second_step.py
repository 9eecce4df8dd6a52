"""How does a person sign in with more than a password, or with a passkey in its place?"""

from __future__ import annotations

from typing import Any, cast

from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from approvals import factors
from approvals.views import kept_posts
from approvals.views.account.attempts import too_many
from approvals.views.account.factor_adapter import passkeys_work
from approvals.views.account.factor_forms import CodeForm, PasskeyForm, SignInPasskeyForm
from grants.models import User


class SecondStep(AuthenticateView):
    """After the password: a code of the app, a passkey or a recovery code; ten wrong ones in five minutes, no more."""

    template_name = "approvals/account/second_step.html"

    def form_invalid(self, form: CodeForm | PasskeyForm) -> HttpResponse:
        if form.is_throttled:
            return too_many(self.request)
        response: HttpResponse = super().form_invalid(form)
        response.status_code = 422
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {one.type for one in factors.of(self.stage.login.user)}
        return {
            **super().get_context_data(**kwargs),
            "has_app": factors.Type.TOTP in own,
            "has_passkey": factors.Type.WEBAUTHN in own,
            "passkeys_work": passkeys_work(self.request),
        }


class ByPasskey(LoginWebAuthnView):
    """The browser's passkey says who it is; its PIN or fingerprint is the second factor."""

    def form_valid(self, form: SignInPasskeyForm) -> HttpResponse:
        """Where a form was not taken, its page is next, with what was typed."""
        factor = form.cleaned_data["credential"]
        packed = self.request.POST.get(kept_posts.FIELD, "")
        kept = kept_posts.unpack(self.request, packed, cast(User, factor.user)) if packed else ""
        login = Login(user=factor.user, redirect_url=kept or get_next_redirect_url(self.request))
        response: HttpResponse = perform_passwordless_login(self.request, factor, login)
        return response

    def form_invalid(self, form: SignInPasskeyForm) -> HttpResponse:
        return _refused(self.request)


def _refused(request: HttpRequest) -> HttpResponse:
    context = {
        "next": request.POST.get("next", ""),
        "kept": request.POST.get(kept_posts.FIELD, ""),
        "passkey_refused": True,
    }
    return render(request, "registration/sign_in.html", context, status=422)
