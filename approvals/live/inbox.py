"""How does an open inbox hear of news? Server-Sent Events; the view behind says what there is to tell."""

from __future__ import annotations

import asyncio

from django.http.response import HttpResponseBase

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
    news = _News(response)
    gone = asyncio.create_task(hang_up(receive))
    try:
        await start(response, send)
        while news.keys:
            with bus.listening(*news.keys) as changed:
                changed.set()  # what happened between the answer and now is looked at once more
                news = await _tell(news, scope, send, changed, gone, django)
    finally:
        gone.cancel()
    await send({"type": "http.response.body", "body": b""})


class _News:
    """What the view says, what was told before it, and under which keys there will be more.

    No keys: the page or the session ended.
    """

    def __init__(self, response: HttpResponseBase | None = None, *, told: bytes = b"") -> None:
        self.told = told
        self.keys = response.get(KEYS_HEADER, "").split() if response else []
        self.body = body_of(response) if response else b""
        if self.keys and response:
            del response[KEYS_HEADER], response["Content-Length"]


async def _tell(
    news: _News, scope: Scope, send: Send, changed: asyncio.Event, gone: asyncio.Task[None], django: Django
) -> _News:
    """Tell it, and what follows under the same keys; returns what has to be listened for otherwise."""
    keys = news.keys
    while news.keys == keys:
        part = news.body if news.body != news.told else NOTHING_NEW
        await send({"type": "http.response.body", "body": part, "more_body": True})
        if await either(changed, gone, RE_ASK_SECONDS):
            return _News()
        await asyncio.sleep(CALM_SECONDS)
        changed.clear()
        news = _News(await django.ask(scope), told=news.body)
    return news
