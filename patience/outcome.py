"""What did a failed request leave behind: certainly nothing, or perhaps what it was meant to store?"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.db import DataError, Error, connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from patience.postgres.base import DatabaseWrapper

_MARK = "_writes_before"


def watched(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: remembers where the request began, for `may_be_stored`."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        setattr(request, _MARK, _writes())
        return get_response(request)

    return respond


def may_be_stored(request: HttpRequest) -> bool:
    """Whether this request has begun to commit anything: the commit failed unheard, or what came after it did."""
    now = _writes()
    return bool(now > getattr(request, _MARK, now))


def is_unavailable(error: BaseException | None) -> bool:
    """Whether the database is to blame, so that the same request may succeed later.

    It is away, full, read-only or overloaded, or it refused to write the event. Not DataError: that is a value no
    column takes, today or tomorrow.
    """
    return isinstance(error, Error) and not isinstance(error, DataError)


def _writes() -> int:
    return cast("DatabaseWrapper", connection).writes
