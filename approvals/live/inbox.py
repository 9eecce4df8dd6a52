"""How does an open inbox hear of news? Server-Sent Events; the view behind says what there is to tell."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from approvals import wakeups
from approvals.live.bus import Bus
from approvals.live.django import Django, Receive, Scope, Send, body_of, send_whole, start
from approvals.live.shares import Shares
from approvals.live.wait import either, hang_up
from approvals.wakeups import KEYS_HEADER, RE_ASK_SECONDS

CALM_SECONDS = 1.0
"""The first change after a pause is told at once, and those that follow within this time as one piece of news."""

PING_SECONDS = 20.0
"""A stream on which nothing is told shows life this often, so that no proxy takes it for dead and closes it."""

PING = b"event: life\ndata:\n\n"
"""An event, not a comment: the page's script takes a silence of more than two of these for a stream that is gone."""

OPEN = b"open="
"""In the address of a page that shows a request, by whose key the view also has news."""

LATER = b"retry: 5000\n\n"
"""Ends a stream so that the browser asks again in five seconds. On a 503 it would give up for good."""


async def stream_inbox(
    scope: Scope,
    receive: Receive,
    send: Send,
    *,
    django: Django,
    bus: Bus,
    stopping: asyncio.Event,
    streams: Shares,
) -> None:
    """Send the view's event, and again whenever it differs, until the page, the session or this process ends.

    A page too many of one person is refused; its script says that it is not live, and asks again.
    """
    response = await django.ask(scope)
    if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        response = HttpResponse(LATER, content_type="text/event-stream")
    if KEYS_HEADER not in response:
        await send_whole(response, send)
        return
    news = _News(response)
    with streams.one_more(news.keys[0]) as fits:  # the person's own key
        if not fits:
            await send_whole(_refused(response), send)
            return
        await _stream(news, response, scope, receive, send, django=django, bus=bus, stopping=stopping)


async def _stream(
    news: _News,
    response: HttpResponseBase,
    scope: Scope,
    receive: Receive,
    send: Send,
    *,
    django: Django,
    bus: Bus,
    stopping: asyncio.Event,
) -> None:
    gone = asyncio.create_task(hang_up(receive))
    try:
        await start(response, send)
        while news.keys:
            with bus.listening(*news.keys) as changed:
                changed.set()  # what happened between the answer and now is looked at once more
                stream = _Stream(scope, send, changed, gone, stopping)
                news = await stream.tell(news, django)
    finally:
        gone.cancel()
        if OPEN in scope.get("query_string", b"") and not stopping.is_set():
            await django.ask(_left(scope))
    # To a browser this is a line that broke: it comes back, and to another process where this one stops.
    await send({"type": "http.response.body", "body": LATER if stopping.is_set() else b""})


def _refused(response: HttpResponseBase) -> HttpResponse:
    """With the headers that the stream would have had."""
    refusal = HttpResponse(status=HTTPStatus.TOO_MANY_REQUESTS, headers=dict(response.items()))
    refusal["Retry-After"] = str(RE_ASK_SECONDS)
    return refusal


def _left(scope: Scope) -> Scope:
    """The same question once more, by which the view learns that nobody listens any longer."""
    header = (wakeups.LEFT_HEADER.lower().encode(), b"1")
    return {**scope, "headers": [*scope["headers"], header]}


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


@dataclass(frozen=True, slots=True)
class _Stream:
    """One open inbox while its keys stay as they are."""

    scope: Scope
    send: Send
    changed: asyncio.Event
    gone: asyncio.Task[None]
    stopping: asyncio.Event

    async def tell(self, news: _News, django: Django) -> _News:
        """Tell the news and what follows, until the keys change; returns the news with the new keys."""
        keys, asked = news.keys, time.monotonic()
        while news.keys == keys:
            await self._send(news.body if news.body != news.told else PING)
            news.told = news.body
            if not await self._goes_on():
                return _News()
            await asyncio.sleep(max(0, asked + CALM_SECONDS - time.monotonic()))
            self.changed.clear()
            asked = time.monotonic()
            response = await django.ask(self.scope)
            # While the database is away, what was told stands.
            if response.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
                news = _News(response, told=news.body)
        return news

    async def _goes_on(self) -> bool:
        """Wait for news, or until it is time to ask whether there are any; False once there is nobody to tell."""
        loop = asyncio.get_running_loop()
        until = loop.time() + RE_ASK_SECONDS
        while (left := until - loop.time()) > 0 and not self.changed.is_set() and not self.stopping.is_set():
            if await either(self.changed, self.gone, min(left, PING_SECONDS), self.stopping):
                return False
            if not self.changed.is_set() and not self.stopping.is_set():
                await self._send(PING)
        return not self.stopping.is_set()

    async def _send(self, part: bytes) -> None:
        await self.send({"type": "http.response.body", "body": part, "more_body": True})
