"""Is the whole body here? It is read before a thread is taken: within a time, a size and a room for all together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

from approvals.live import Receive

ROOM = 64 * 1024 * 1024
"""Bytes that one process holds of all bodies together. Where they are more, who has been sending longest gives way."""


class NotReadError(Exception):
    """The body is not read to its end. `status`: what its sender is told."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status)
        self.status = status


class HungUpError(Exception):
    """The sender is gone: nobody is there to be told."""


@dataclass(eq=False)
class _Body:
    limit: asyncio.Timeout
    pieces: list[bytes] = field(default_factory=list)
    size: int = 0


class Bodies:
    """All bodies that one process reads. `most` is in bytes, `seconds` from the request's head to the last byte."""

    def __init__(self, *, most: int, seconds: float, room: int = ROOM) -> None:
        self._most, self._seconds, self._room = most, seconds, room
        self._held = 0
        self._unfinished: dict[_Body, None] = {}  # in the order in which they began

    @asynccontextmanager
    async def whole(self, receive: Receive) -> AsyncIterator[bytes]:
        """The body, which counts as held until the block ends.

        Raises NotReadError: it is larger than `most` (413), or did not come in time or had to give way (408).
        Raises HungUpError.
        """
        body = _Body(asyncio.timeout(self._seconds))
        try:
            await self._read(body, receive)
            yield b"".join(body.pieces)
        finally:
            self._let_go(body)

    async def _read(self, body: _Body, receive: Receive) -> None:
        self._unfinished[body] = None
        try:
            async with body.limit:
                while await self._goes_on(body, receive):
                    self._make_room()
        except TimeoutError:
            raise NotReadError(HTTPStatus.REQUEST_TIMEOUT) from None
        finally:
            self._unfinished.pop(body, None)

    async def _goes_on(self, body: _Body, receive: Receive) -> bool:
        """Take the next piece; whether another one follows."""
        message = await receive()
        if message["type"] == "http.disconnect":
            raise HungUpError
        piece = message.get("body", b"")
        if body.size + len(piece) > self._most:
            raise NotReadError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        body.pieces.append(piece)
        body.size += len(piece)
        self._held += len(piece)
        return bool(message.get("more_body", False))

    def _make_room(self) -> None:
        while self._held > self._room and self._unfinished:
            longest = next(iter(self._unfinished))
            del self._unfinished[longest]
            self._let_go(longest)
            longest.limit.reschedule(asyncio.get_running_loop().time())

    def _let_go(self, body: _Body) -> None:
        self._held -= body.size
        body.size = 0
        body.pieces.clear()
