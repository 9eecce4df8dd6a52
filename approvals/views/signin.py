"""How does a person get in, and out again? And what of a form that was made in another session?"""

from __future__ import annotations

from typing import Any, cast

from allauth.account.forms import LoginForm
from allauth.account.views import LoginView
from django.contrib.auth import views
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_htmx.http import HttpResponseClientRedirect

from approvals.views import kept_posts
from approvals.views.account import attempts
from approvals.views.inbox import first_steps
from approvals.views.page import to_sign_in
from grants.models import User

# Translators: static/js/edits.js writes it after what could not be done.
_ANOTHER = gettext_lazy("this page was made for another person, who signed in here before you.")


class SignInForm(LoginForm):
    """Which of the two is wrong stays unsaid: it would tell strangers who has an account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].error_messages |= {"required": _("Enter your e-mail address.")}
        self.fields["password"].error_messages |= {"required": _("Enter your password.")}

    def add_prefix(self, field_name: str) -> str:
        """The address is posted as `username`, by which password managers know it."""
        return super().add_prefix("username" if field_name == "login" else field_name)

    @property
    def is_throttled(self) -> bool:
        """Whether the password was not even looked at, since too many before it were wrong."""
        return self.has_error(NON_FIELD_ERRORS, "too_many_login_attempts")


class SignIn(LoginView):
    """E-mail address and password; a person who is signed in already goes on to the inbox."""

    template_name = "registration/sign_in.html"
    form_class = SignInForm
    kept_page = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        packed = self.request.POST.get(kept_posts.FIELD, "")
        next_page = self.request.POST.get("next", self.request.GET.get("next", ""))
        return super().get_context_data(steps=first_steps.missing(), kept=packed, next=next_page, **kwargs)

    def form_valid(self, form: SignInForm) -> HttpResponse:
        """After a form that was not taken, its page is next, with what was typed. Where there is a second factor, it
        is asked for before.
        """
        packed = self.request.POST.get(kept_posts.FIELD, "")
        self.kept_page = kept_posts.unpack(self.request, packed, cast("User", form.user)) if packed else ""
        response = super().form_valid(form)
        if not self.request.user.is_authenticated:
            self.request.session.cycle_key()  # half signed in: not under a key that somebody planted
        return response

    def get_success_url(self) -> Any:
        """None for the inbox."""
        asked: str | None = super().get_success_url()  # type: ignore[no-untyped-call]
        return self.kept_page or asked

    def form_invalid(self, form: SignInForm) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)
        response.status_code = 429 if form.is_throttled else 422
        if form.is_throttled:
            response["Retry-After"] = str(attempts.WAIT)
        return response


class SignOut(views.LogoutView):
    """A POST; the session ends."""

    next_page = "/sign-in/"


def made_in_another_session(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is another session's: nothing is done, and what was typed is shown again.

    Only where a page of this site sent it: a form from elsewhere is refused and shown to nobody.
    """
    if not kept_posts.is_same_origin(request):
        return render(request, "403_csrf.html", status=403)
    if request.path == reverse("sign-in"):
        return _sign_in_anew(request)
    if not request.user.is_authenticated:
        return to_sign_in(request, resolve(request.path).kwargs.get("pk"))
    if "application/json" in request.headers.get("Accept", ""):
        return _token_anew(request)
    page = kept_posts.unpack(request, kept_posts.pack(request) or "{}", request.user)
    if not page:
        return render(request, "403_csrf.html", status=403)
    is_htmx = "HX-Request" in request.headers
    return HttpResponseClientRedirect(page) if is_htmx else HttpResponseRedirect(page)


def _sign_in_anew(request: HttpRequest) -> HttpResponse:
    """The sign-in page was an older one: shown again with what it carries, or skipped where one is signed in."""
    packed = request.POST.get(kept_posts.FIELD, "")
    if request.user.is_authenticated:
        page = kept_posts.unpack(request, packed or "{}", request.user)
        return HttpResponseRedirect(page or reverse("approvals:inbox"))
    form = SignInForm(request=request, initial={"login": request.POST.get("username", "")})
    context = {"form": form, "next": request.POST.get("next", ""), "kept": packed}
    return render(request, SignIn.template_name, context)


def _token_anew(request: HttpRequest) -> HttpResponse:
    """For the script that saves while one types: the session's token, if the page was made for this person."""
    if request.POST.get("person") != str(request.user.pk):
        return JsonResponse({"sentence": str(_ANOTHER)}, status=403)
    return JsonResponse({"token": get_token(request)}, status=403)
