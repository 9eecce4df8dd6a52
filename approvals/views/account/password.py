"""How does a person choose a password: the first, a forgotten one's successor, another?"""

from __future__ import annotations

from typing import Any

from allauth.account import views
from allauth.account.forms import ChangePasswordForm, ResetPasswordKeyForm, UserTokenForm
from django import forms
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.views.generic import TemplateView

from grants.models import User


class LinkForm(UserTokenForm):
    """The link of a mail: of no use once the account is suspended."""

    def _get_user(self, uidb36: str) -> User | None:
        found: User | None = super()._get_user(uidb36)  # type: ignore[no-untyped-call]
        return found if found and (found.is_active or found.proven_at is None) else None


class _Unprocessable:
    """What does not fit answers 422 with the page."""

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        response.status_code = 422
        return response


class Forgotten(_Unprocessable, views.PasswordResetView):
    """Asks for a link. It answers alike whether or not anybody has the address."""

    template_name = "approvals/account/forgotten.html"


class Sent(views.PasswordResetDoneView):
    """What happens now."""

    template_name = "approvals/account/sent.html"


class Choosing(_Unprocessable, views.PasswordResetFromKeyView):
    """Behind the link of a mail, once: the first password, or another."""

    template_name = "approvals/account/choosing.html"
    form_class = ResetPasswordKeyForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(person=self.reset_user, **kwargs)


class Chosen(views.PasswordResetFromKeyDoneView):
    """It counts from now on."""

    template_name = "approvals/account/chosen.html"


class Changing(_Unprocessable, views.PasswordChangeView):
    """With the old one, for everybody; other sessions of the account end."""

    template_name = "approvals/account/changing.html"
    form_class = ChangePasswordForm
    success_url = reverse_lazy("account_changed_password")

    def get_success_url(self) -> str:
        return str(self.success_url)


class Changed(LoginRequiredMixin, TemplateView):
    """It counts from now on, and for what."""

    template_name = "approvals/account/changed.html"
