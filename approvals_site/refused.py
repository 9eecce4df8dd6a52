"""What is told to a sender whose request was refused before Django saw its body? A page, or a problem for agents."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

REFUSED = "countersign.refused"
"""The scope's key for the status: 400, 408 or 413."""


def answered(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, inside of what marks answers and outside of what asks the database."""

    def respond(request: HttpRequest) -> HttpResponse:
        status = getattr(request, "scope", {}).get(REFUSED)
        return get_response(request) if status is None else _refusal(request, status)

    return respond


def _refusal(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    """For a script of ours too it takes the whole page: there is no part of one to put it into."""
    template = "400.html" if status == HTTPStatus.BAD_REQUEST else "not_read.html"
    response = render(request, template, {"status": status.value}, status=status)
    response["HX-Retarget"], response["HX-Reswap"] = "body", "innerHTML"
    return response
