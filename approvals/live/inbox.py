"""How does an open inbox hear of news? Server-Sent Events; the view behind says what there is to tell."""

from __future__ import annotations

import asyncio

from approvals.live.bus import Bus
from approvals.live.django import Django, Receive, Scope, Send, body_of, send_whole, start
from approvals.live.wait import either, hang_up
from approvals.wakeups import KEYS_HEADER, RE_ASK_SECONDS

CALM_SECONDS = 1.0
"""Several changes within this time are one piece of news."""

NOTHING_NEW = b":\n\n"
"""A comment: it keeps proxies from closing a stream on which nothing is told."""


async def stream_inbox(scope: Scope, receive: Receive, send: Send, *, django: Django, bus: Bus) -> None:
    """Send the view's event, and again whenever it differs, until the page or the session ends."""
    response = await django.ask(scope)
    if KEYS_HEADER not in response:
        await send_whole(response, send)
        return
    keys = response[KEYS_HEADER].split()
    del response[KEYS_HEADER], response["Content-Length"]
    gone = asyncio.create_task(hang_up(receive))
    with bus.listening(*keys) as changed:
        changed.set()  # what happened between the answer and now is looked at once more
        try:
            await start(response, send)
            await _send_news(body_of(response), scope, send, changed, gone, django)
        finally:
            gone.cancel()
    await send({"type": "http.response.body", "body": b""})


async def _send_news(
    news: bytes, scope: Scope, send: Send, changed: asyncio.Event, gone: asyncio.Task[None], django: Django
) -> None:
    told = b""
    while True:
        part = news if news != told else NOTHING_NEW
        await send({"type": "http.response.body", "body": part, "more_body": True})
        told = news
        if await either(changed, gone, RE_ASK_SECONDS):
            return
        await asyncio.sleep(CALM_SECONDS)
        changed.clear()
        response = await django.ask(scope)
        if KEYS_HEADER not in response:
            return  # signed out meanwhile
        news = body_of(response)
