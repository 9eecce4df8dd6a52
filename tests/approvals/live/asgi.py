"""Calls the `live` process's ASGI application as a server would, and collects what it sends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from approvals.live import WaitingFront


@dataclass
class Answer:
    """What came of one call."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)

    @property
    def body(self) -> str:
        return "".join(self.parts)


def get(
    path: str, headers: dict[str, str], query: str = "", *, until: Callable[[Answer], bool] | None = None
) -> Answer:
    """One GET; the client hangs up once `until` says so of what it got."""
    # In a thread of its own: browser tests before this one may have left a loop running in the main one.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, _get(path, headers, query, until or (lambda _: False))).result()


async def _get(path: str, headers: dict[str, str], query: str, until: Callable[[Answer], bool]) -> Answer:
    answer, enough = Answer(), asyncio.Event()

    async def receive() -> dict[str, Any]:
        await enough.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            answer.parts.append(message["body"].decode())
        if until(answer):
            enough.set()

    async def behind(*_: object) -> None:
        raise AssertionError("the front did not take it")

    named = {"host": "localhost", **headers}
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
    }
    await asyncio.wait_for(WaitingFront(behind)(scope, receive, send), 60)
    return answer
