"""What does a person see when something breaks? The page says what is known, and keeps what they typed."""

from __future__ import annotations

import re
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import render

from patience.outcome import is_unavailable, may_be_stored

RETRY_SECONDS = 5
CSRF = "csrfmiddlewaretoken"

_SECRET = re.compile(r"(?:\w+[-_])?password\d?|address")
"""Names of fields that are never written into a page, but asked for again: a Slack address is a secret, too."""

_REQUEST = re.compile(r"/approvals/[0-9a-f-]{36}/")


def failure(request: HttpRequest, error: BaseException | None) -> HttpResponse:
    """503 where the database is to blame, otherwise 500. Asks no database."""
    status = HTTPStatus.SERVICE_UNAVAILABLE if is_unavailable(error) else HTTPStatus.INTERNAL_SERVER_ERROR
    context = {"status": status.value, "may_be_stored": may_be_stored(request), "look_at": _look_at(request)}
    if "HX-Request" in request.headers:
        response = render(request, "_trouble.html", context, status=status)
        response["HX-Reswap"] = "none"  # the page stays as it is, with all that was typed into it
    else:
        response = render(request, "trouble.html", {**context, **_typed(request)}, status=status)
        if request.method == "GET" and status == HTTPStatus.SERVICE_UNAVAILABLE:
            response["Refresh"] = "10"  # seconds; a page that shows something tries again by itself
    response["Cache-Control"] = "no-store"
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


def _look_at(request: HttpRequest) -> str:
    """Where one sees whether it was stored."""
    found = _REQUEST.match(request.path)
    return found[0] if found else "/approvals/"


def _typed(request: HttpRequest) -> dict[str, object]:
    """The posted fields, for a form that posts them again, and the names of those to be typed again.

    Only of a post that came from one of our own forms: another site's must not get our token by failing.
    """
    if request.method != "POST" or not getattr(request, "csrf_processing_done", False):
        return {}
    try:
        posted = [(name, value) for name, values in request.POST.lists() for value in values]
    except (SuspiciousOperation, RequestDataTooBig, UnreadablePostError):
        return {}
    kept = [(name, value) for name, value in posted if name != CSRF and not _SECRET.fullmatch(name)]
    secrets = [name for name, _ in posted if _SECRET.fullmatch(name)]
    return {"is_post": True, "kept": kept, "secrets": secrets}
