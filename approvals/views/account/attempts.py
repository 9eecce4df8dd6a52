"""How often may somebody guess a password? On the sign-in page allauth counts; here, where one is asked for again."""

from __future__ import annotations

from collections.abc import Callable

from allauth.core import ratelimit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from approvals.exceptions import TooManyAttempts
from approvals.views.page import PersonRequest

WAIT = 300
"""Seconds within which the attempts of `ACCOUNT_RATE_LIMITS` count, so after which another is taken."""


def too_many(request: HttpRequest, _exception: Exception | None = None) -> HttpResponse:
    """The page of who tried too often, with how long to wait; allauth shows it, too."""
    response = render(request, "429.html", {"minutes": WAIT // 60}, status=429)
    response["Retry-After"] = str(WAIT)
    return response


def is_own_password(request: PersonRequest, password: str) -> bool:
    """Whether the person who is signed in typed their password. Raises TooManyAttempts, whatever it is, after ten
    wrong ones within WAIT: a session left open is no place to guess.
    """
    return _is_right(request, lambda: request.user.check_password(password))


def is_own_code(request: PersonRequest, code: str) -> bool:
    """Whether the app of the person who is signed in shows that code, which counts once. Raises TooManyAttempts."""
    app = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP).first()
    return _is_right(request, lambda: app is not None and TOTP(app).validate_code(code))


def _is_right(request: PersonRequest, check: Callable[[], bool]) -> bool:
    person = request.user
    if not ratelimit.consume(request, action="reauthenticate", user=person, dry_run=True):
        sentence = _(
            "Too many wrong passwords: nothing was decided. Try again in %(minutes)d minutes, or choose another "
            "password. What you entered is kept."
        )
        raise TooManyAttempts(sentence % {"minutes": WAIT // 60}, wait=WAIT)
    if check():
        return True
    ratelimit.consume(request, action="reauthenticate", user=person)
    return False
