"""Where did a page's time go? In DEBUG every answer says it to the browser's developer tools (`Server-Timing`)."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse


class _Queries:
    """An execute wrapper of Django's that counts queries and the seconds that they took."""

    def __init__(self) -> None:
        self.count, self.seconds = 0, 0.0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        begun = perf_counter()
        try:
            return execute(*arguments)
        finally:
            self.count += 1
            self.seconds += perf_counter() - begun


def timed(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: milliseconds in all and in the database, with the number of queries."""

    def respond(request: HttpRequest) -> HttpResponse:
        queries, begun = _Queries(), perf_counter()
        with connection.execute_wrapper(queries):
            response = get_response(request)
        total = 1000 * (perf_counter() - begun)
        words = "query" if queries.count == 1 else "queries"
        response.headers["Server-Timing"] = (
            f'total;dur={total:.1f}, db;dur={1000 * queries.seconds:.1f};desc="{queries.count} {words}"'
        )
        return response

    return respond
