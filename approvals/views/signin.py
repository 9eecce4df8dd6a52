"""How does a person get in, and out again?"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpResponse

from approvals.views import first_steps

_NO_MATCH = (
    "The password is wrong, or nobody signs in here with this address. Check both and enter the password again; "
    "capitals and small letters differ."
)


class SignInForm(AuthenticationForm):
    """Which of the two is wrong stays unsaid: it would tell strangers who has an account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.error_messages = {**self.error_messages, "invalid_login": _NO_MATCH}
        self.fields["username"].error_messages["required"] = "Enter your e-mail address."
        self.fields["password"].error_messages["required"] = "Enter your password."


class SignIn(views.LoginView):
    """E-mail address and password; whoever is signed in already goes on to the inbox."""

    template_name = "registration/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(steps=first_steps.missing(), **kwargs)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 422
        return response


class SignOut(views.LogoutView):
    """A POST; the session ends."""

    next_page = "/sign-in/"
