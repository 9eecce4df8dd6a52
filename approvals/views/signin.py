"""How does a person get in, and out again?"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpResponse

from approvals.views import first_steps


class SignIn(views.LoginView):
    """E-mail address and password; whoever is signed in already goes on to the inbox."""

    template_name = "registration/sign_in.html"
    authentication_form = AuthenticationForm
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
