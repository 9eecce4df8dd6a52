"""How does Django answer from a few threads that nobody outside can hold? A thread is taken for a whole request.

What comes slowly is read, and what is taken slowly is sent, by the loop. The threads stay, and their database
connections with them (`CONN_MAX_AGE`).
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

from django.core import signals
from django.core.handlers.asgi import ASGIRequest, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from approvals.live import Receive, Scope, Send, body_of, headers_of, pools
from approvals_site.bodies import Bodies, HungUpError, NotReadError
from approvals_site.refused import REFUSED

CHUNK = 64 * 1024
"""Bytes of a file that are read and sent at once."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Answer:
    """Without a `body`: the response is streamed."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes | None
    response: HttpResponseBase


class InThreads:
    """An ASGI application: all of Django, run synchronously in that many threads."""

    def __init__(self, *, threads: int, bodies: Bodies) -> None:
        self._bodies = bodies
        self._pool = pools.started(threads, "web")
        self._handler = BaseHandler()
        self._handler.load_middleware(is_async=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with self._bodies.whole(receive) as body:
                answer = await self._in_thread(lambda: self._answer(scope, body))
        except HungUpError:
            return
        except NotReadError as refusal:
            refused = {**scope, REFUSED: refusal.status}
            answer = await self._in_thread(lambda: self._answer(refused, b""))
            # What is left of the body would be read as the next request.
            answer.headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        if answer.body is None:
            await self._stream(answer.response, send)
        else:
            await send({"type": "http.response.body", "body": answer.body})

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def _answer(self, scope: Scope, body: bytes) -> _Answer:
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=type(self), scope=scope)
        response = self._handler.get_response(_request(scope, body))
        response._handler_class = type(self)  # type: ignore[attr-defined]  # by which Django ends a request
        headers = headers_of(response)
        if response.streaming and not _is_small_file(response):
            return _Answer(response.status_code, headers, None, response)
        try:
            return _Answer(response.status_code, headers, body_of(response), response)
        finally:
            response.close()

    async def _stream(self, response: HttpResponseBase, send: Send) -> None:
        try:
            chunks: Iterator[bytes] = iter(response)
            while (chunk := await self._in_thread(lambda: next(chunks, None))) is not None:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            await self._in_thread(response.close)


def _is_small_file(response: HttpResponseBase) -> bool:
    """Whether it is sent at once. Of any file that many bytes are read at a time."""
    if not isinstance(response, FileResponse):
        return False
    response.block_size = CHUNK
    return int(response.get("Content-Length", str(CHUNK + 1))) <= CHUNK


def _request(scope: Scope, body: bytes) -> ASGIRequest:
    """Headers with an underscore are not in it: they would pass for others. An address in no UTF-8 is refused."""
    try:
        return ASGIRequest(scope, io.BytesIO(body))
    except UnicodeDecodeError:
        unreadable = {**scope, "query_string": b"", REFUSED: HTTPStatus.BAD_REQUEST}
        return ASGIRequest(unreadable, io.BytesIO())
