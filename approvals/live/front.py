"""What stands in front of Django in the `live` process: it holds the waiting, Django gives every answer.

A Django async view was tried instead: 80 waits held 80 threads and 80 database connections.
"""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import parse_qs

import structlog
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.base import BaseHandler
from django.db import DatabaseError, connection
from django.http.response import HttpResponseBase

from approvals import wakeups
from approvals.live.bus import Bus
from approvals.models import Approval

logger = structlog.get_logger(__name__)

WAIT_PATH = re.compile(
    r"^/api/v1/approvals/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/wait$"
)
DEFAULT_SECONDS = 25
LONGEST_SECONDS = 30
THREADS = 4
"""How many answers are made at once; waiting takes none of them."""

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
T = TypeVar("T")


class WaitingFront:
    """An ASGI application: `wait` is held here, everything else goes to the application behind."""

    def __init__(self, behind: Application) -> None:
        self._behind = behind
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="live")
        self._django = BaseHandler()
        self._django.load_middleware(is_async=False)
        self._bus = Bus(settings.REDIS_URL, wakeups.channel(), self._find_decided)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = (
            WAIT_PATH.match(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        )
        if path is None:
            await self._behind(scope, receive, send)
            return
        response = await self._answer_when_decided(scope, receive, path[1])
        if response is not None:
            await _send(response, send)

    async def _answer_when_decided(self, scope: Scope, receive: Receive, key: str) -> HttpResponseBase | None:
        """What the JSON endpoint answers, once it no longer says `Retry-After`; None when the agent hung up."""
        changed = self._bus.register(key)
        gone = asyncio.create_task(_hang_up(receive))
        until = asyncio.get_running_loop().time() + _seconds(scope)
        try:
            response = await self._ask(scope)
            while "Retry-After" in response:
                left = until - asyncio.get_running_loop().time()
                if left <= 0:
                    del response["Retry-After"]  # it has waited already
                    break
                if await _first(changed, gone, left):
                    return None
                changed.clear()
                response = await self._ask(scope)
        finally:
            gone.cancel()
            self._bus.unregister(key, changed)
        return response

    async def _ask(self, scope: Scope) -> HttpResponseBase:
        """The whole of Django, middleware, key check and reading, in one of the few threads."""
        return await self._in_thread(lambda: self._django.get_response(ASGIRequest(scope, io.BytesIO())))

    async def _find_decided(self, keys: Collection[str]) -> Collection[str]:
        decided = Approval.objects.decided().filter(pk__in=keys)
        try:
            return await self._in_thread(lambda: [str(key) for key in decided.values_list("pk", flat=True)])
        except DatabaseError as error:
            logger.warning("re_read_failed", error=str(error))
            return ()  # asked again in a few seconds

    async def _in_thread(self, work: Callable[[], T]) -> T:
        def run() -> T:
            try:
                return work()
            finally:
                connection.close()

        return await asyncio.get_running_loop().run_in_executor(self._threads, run)


def _seconds(scope: Scope) -> float:
    """The `timeout` asked for; one that does not fit is refused by the endpoint itself, at once."""
    asked = parse_qs(scope["query_string"].decode("latin-1")).get("timeout", [""])[0]
    return min(int(asked), LONGEST_SECONDS) if asked.isdecimal() else DEFAULT_SECONDS


async def _first(changed: asyncio.Event, gone: asyncio.Task[None], seconds: float) -> bool:
    """Wait for a change, a hang-up or the time; True when the agent hung up."""
    waiting = asyncio.create_task(changed.wait())
    try:
        await asyncio.wait({waiting, gone}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
    return gone.done()


async def _hang_up(receive: Receive) -> None:
    """Returns when the client has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(response: HttpResponseBase, send: Send) -> None:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.items()]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": b"".join(response)})
