"""Is this answer Countersign's own, or that of a proxy in between? The page's script swaps in nothing else."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

HEADER = "Countersign"


def marked(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: every answer says that it is ours."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers[HEADER] = "1"
        return response

    return respond
