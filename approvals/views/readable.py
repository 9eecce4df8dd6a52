"""Is this address one that could be meant? A NUL is in no name, text or key here, and PostgreSQL takes none."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.views.defaults import bad_request

NUL = "\0"
LONGEST_QUERY = 8192
"""Bytes. A search splits its text into words, and the work grows with each."""


class OnlyReadable:
    """Middleware: a query too long to be meant is 400, and so is an address with a NUL where a page fails on it.

    A page that leaves such a value out, or says beside its field what is wrong with it, goes first. A cookie with a
    NUL, which no browser sends, is left out.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if len(request.META.get("QUERY_STRING", "")) > LONGEST_QUERY:
            raise BadRequest
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if NUL not in value}
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The database's refusal is answered here where the address explains it; else it is a fault of ours."""
        is_explained = isinstance(exception, DataError | ValueError) and _holds_a_nul(request)
        return bad_request(request, exception) if is_explained else None


def _holds_a_nul(request: HttpRequest) -> bool:
    texts = (text for name, values in request.GET.lists() for text in (name, *values))
    return NUL in request.path_info or any(NUL in text for text in texts)
