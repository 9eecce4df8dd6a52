"""How does an agent's `wait` end: with the decision, with the time, or because the agent hung up?"""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs

from approvals.live.answer import Answer
from approvals.live.asking import Asking
from approvals.live.bus import Bus
from approvals.live.django import Receive, Scope, Send

DEFAULT_SECONDS = 25
LONGEST_SECONDS = 30


async def answer_when_decided(
    key: str,
    scope: Scope,
    receive: Receive,
    send: Send,
    *,
    asking: Asking,
    bus: Bus,
    stopping: asyncio.Event,
) -> None:
    """Send what the JSON endpoint answers, once it no longer says that the request is pending.

    A process that stops answers at once and leaves `Retry-After` in: the agent asks again, and reaches another one.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + _seconds(scope)
    gone = asyncio.create_task(hang_up(receive))
    with asking.standing_by(), bus.listening(key) as changed:
        try:
            answer = await _first_answer(key, scope, changed, asking)
            gone.add_done_callback(lambda _: changed.set())
            while answer.is_pending and not stopping.is_set():
                is_woken = await _happens(changed, until - loop.time())
                if gone.done():
                    return
                if not is_woken:  # nothing happened: what it said before still stands
                    answer = answer.told_at_last()
                elif not stopping.is_set():
                    changed.clear()
                    answer = await asking.again(scope, key, answer)
        finally:
            gone.cancel()
    await answer.send(send)


async def _first_answer(key: str, scope: Scope, changed: asyncio.Event, asking: Asking) -> Answer:
    """The answer on arrival; a change while the agent queues lets it skip the queue."""
    queued = asyncio.create_task(asking.first(scope, key))
    woken = asyncio.create_task(changed.wait())
    try:
        await asyncio.wait({queued, woken}, return_when=asyncio.FIRST_COMPLETED)
        if queued.done():
            return queued.result()
        changed.clear()
        return await asking.again(scope, key)
    finally:
        queued.cancel()
        woken.cancel()


async def _happens(changed: asyncio.Event, seconds: float) -> bool:
    """Whether something happens within the time."""
    try:
        async with asyncio.timeout(seconds):
            await changed.wait()
    except TimeoutError:
        return False
    return True


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
