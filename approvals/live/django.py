"""How does a coroutine get an answer from Django without holding a thread or a connection while it waits?"""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import response_for_exception
from django.db import OperationalError, connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from approvals.live import pools

THREADS = 2
"""How many first answers are made at once; waiting takes none of these threads."""

WOKEN_THREADS = 2
"""Threads apart for those who are woken, so that a decision is not told behind a crowd that arrives."""

ANSWER_SECONDS = 20.0
"""How long a client waits for a thread and its answer. While the database hangs each answer ends within seconds, but
the threads are few, and many clients may queue.
"""

SWITCH_SECONDS = 0.0005
"""How long a thread keeps the interpreter while others want it. With Python's own 5 ms, a woken thread could
wait that long after each of its queries, behind clients that just arrive.
"""

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
T = TypeVar("T")


class Django:
    """The whole of Django, middleware and all, asked from a few threads that close their connection."""

    def __init__(self) -> None:
        sys.setswitchinterval(SWITCH_SECONDS)
        self._arriving = pools.started(THREADS, "live")
        self._woken = pools.started(WOKEN_THREADS, "live-woken")
        self._handler = BaseHandler()
        self._handler.load_middleware(is_async=False)

    async def ask(self, scope: Scope, *, is_woken: bool = False) -> HttpResponseBase:
        """What the view behind this address answers to a GET; 503 while the database holds up all threads."""
        request = ASGIRequest(scope, io.BytesIO())
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self.in_thread(lambda: self._handler.get_response(request), is_woken=is_woken)
        except TimeoutError:
            return _unavailable(request)

    def unavailable(self, scope: Scope) -> HttpResponseBase:
        """What is answered where the time is up."""
        return _unavailable(ASGIRequest(scope, io.BytesIO()))

    async def in_thread(self, work: Callable[[], T], *, is_woken: bool = True) -> T:
        """The result of work that uses the database."""
        threads = self._woken if is_woken else self._arriving

        def run() -> T:
            try:
                return work()
            finally:
                connection.close()

        return await asyncio.get_running_loop().run_in_executor(threads, run)


def _unavailable(request: HttpRequest) -> HttpResponseBase:
    """What Django makes of a database that does not answer."""
    try:
        raise OperationalError(f"no answer within {ANSWER_SECONDS:g} seconds")  # noqa: TRY301 - Django wants it in hand
    except OperationalError as error:
        return response_for_exception(request, error)


async def start(response: HttpResponseBase, send: Send) -> None:
    """Send the status and the headers."""
    headers = headers_of(response)
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})


def headers_of(response: HttpResponseBase) -> list[tuple[bytes, bytes]]:
    """The headers as ASGI takes them."""
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.items()]
    cookies = (morsel.OutputString() for morsel in response.cookies.values())
    return headers + [(b"set-cookie", cookie.encode("latin-1")) for cookie in cookies]


def body_of(response: HttpResponseBase) -> bytes:
    """The content of an answer that is not streamed."""
    return b"".join(response)


async def send_whole(response: HttpResponseBase, send: Send) -> None:
    """Send all of it."""
    await start(response, send)
    await send({"type": "http.response.body", "body": body_of(response)})
