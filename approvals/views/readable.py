"""Is this address one that could be meant? A NUL is in no name, text or key here, and PostgreSQL takes none."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

NUL = "\0"
LONGEST_QUERY = 8192
"""Bytes. A search splits its text into words, and the work grows with each."""


def only_readable(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: an address that holds a NUL, or a query too long to be meant, is 400 for every page.

    What was typed into a form is not looked at here: the form says beside the field what does not fit, and keeps it.
    A cookie with a NUL, which no browser sends, is left out.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        if NUL in request.path_info or len(request.META.get("QUERY_STRING", "")) > LONGEST_QUERY:
            raise BadRequest
        if any(NUL in text for name, values in request.GET.lists() for text in (name, *values)):
            raise BadRequest
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if NUL not in value}
        return get_response(request)

    return respond
