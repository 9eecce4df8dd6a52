"""Calls Django in its threads as a server would, with a body in pieces, and collects what is sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from approvals_site.bodies import Bodies
from approvals_site.threads import InThreads

MIB = 1024 * 1024
MOST = 3 * MIB


@dataclass
class Sent:
    """What came of one call, and how many pieces of the body were asked for."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    asked: int = 0


def call(
    path: str,
    pieces: Iterable[bytes | None] = (b"",),
    *,
    headers: Iterable[tuple[str, str]] = (),
    query: bytes = b"",
    seconds: float = 60,
    method: str = "POST",
) -> Sent:
    """One request; after its pieces comes nothing if the last is None, else the body is whole."""
    bodies = Bodies(most=MOST, seconds=seconds)
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query,
        "headers": [
            (name.lower().encode(), value.encode()) for name, value in (("host", "localhost"), *headers)
        ],
        "client": ("127.0.0.1", 1),
    }
    # In a thread of its own: browser tests before this one may have left a loop running in the main one.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, _call(InThreads(threads=1, bodies=bodies), scope, pieces)).result()


async def _call(application: InThreads, scope: dict[str, Any], pieces: Iterable[bytes | None]) -> Sent:
    sent, messages = Sent(), _messages(pieces)

    async def receive() -> dict[str, Any]:
        sent.asked += 1
        return await anext(messages)

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            sent.status = message["status"]
            sent.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            sent.body += message["body"]

    await application(scope, receive, send)
    return sent


async def _messages(pieces: Iterable[bytes | None]) -> AsyncIterator[dict[str, Any]]:
    waiting = iter(pieces)
    piece = next(waiting)
    for following in waiting:
        yield {"type": "http.request", "body": piece, "more_body": True}
        piece = following
    if piece is None:
        await asyncio.Event().wait()
    yield {"type": "http.request", "body": piece, "more_body": False}
