"""How does an agent's `wait` end: with the decision, with the time, or because the agent hung up?"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from urllib.parse import parse_qs

from django.http.response import HttpResponseBase

from approvals.live.bus import Bus
from approvals.live.django import Django, Receive, Scope, Send, send_whole

DEFAULT_SECONDS = 25
LONGEST_SECONDS = 30


async def answer_when_decided(
    key: str,
    scope: Scope,
    receive: Receive,
    send: Send,
    *,
    django: Django,
    bus: Bus,
    stopping: asyncio.Event,
) -> None:
    """Send what the JSON endpoint answers, once it no longer says that the request is pending.

    A process that stops answers at once and leaves `Retry-After` in: the agent asks again, and reaches another one.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + _seconds(scope)
    gone = asyncio.create_task(hang_up(receive))
    with bus.listening(key) as changed:
        try:
            response = await _first_answer(scope, changed, django)
            while _is_pending(response) and not stopping.is_set():
                if await either(changed, gone, until - loop.time(), stopping):
                    return
                if not changed.is_set():  # nothing happened: what it said before still stands
                    if not stopping.is_set():
                        del response["Retry-After"]
                    break
                changed.clear()
                response = await django.ask(scope, is_woken=True)
        finally:
            gone.cancel()
    await send_whole(response, send)


def _is_pending(response: HttpResponseBase) -> bool:
    """While the database is away there is nothing to wait for: the agent is told so, and when to come back."""
    return response.status_code == HTTPStatus.OK and "Retry-After" in response


async def _first_answer(scope: Scope, changed: asyncio.Event, django: Django) -> HttpResponseBase:
    """The answer on arrival; a change while the agent queues lets it skip the queue."""
    queued = asyncio.create_task(django.ask(scope))
    woken = asyncio.create_task(changed.wait())
    try:
        await asyncio.wait({queued, woken}, return_when=asyncio.FIRST_COMPLETED)
        if queued.done():
            return queued.result()
        changed.clear()
        return await django.ask(scope, is_woken=True)
    finally:
        queued.cancel()
        woken.cancel()


def _seconds(scope: Scope) -> float:
    """The `timeout` asked for; the endpoint itself refuses an invalid one at once."""
    asked = parse_qs(scope["query_string"].decode("latin-1")).get("timeout", [""])[0]
    is_number = asked.isascii() and asked.isdecimal() and len(asked) < 5
    return min(int(asked), LONGEST_SECONDS) if is_number else DEFAULT_SECONDS


async def either(
    changed: asyncio.Event, gone: asyncio.Task[None], seconds: float, stopping: asyncio.Event
) -> bool:
    """Wait for a change, a hang-up, the end of this process or the time; True when the client hung up."""
    waiting = {asyncio.create_task(changed.wait()), asyncio.create_task(stopping.wait())}
    try:
        await asyncio.wait({*waiting, gone}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
    return gone.done()


async def hang_up(receive: Receive) -> None:
    """Returns when the client has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass
