"""Who is waiting for what, and how do they hear that it changed?

One Redis subscriber for the whole process wakes them; one query for all of them together, every few seconds,
is the backstop: Redis lost or a message dropped costs latency, never an answer.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager

import redis.asyncio as redis
import structlog

logger = structlog.get_logger(__name__)

RE_READ_SECONDS = 2.0
"""How late an answer can be while Redis is away."""

RECONNECT_SECONDS = 1.0

LOOK_UP_SECONDS = 1.0
"""How often the subscriber looks up from listening, to see whether it is cancelled."""

FindDecided = Callable[[Collection[str]], Awaitable[Collection[str]]]
"""Of these keys, those of requests that are no longer pending."""


class Bus:
    """The waiters of one process. Everything runs on the event loop that first waits."""

    def __init__(self, url: str, channel: str, find_decided: FindDecided) -> None:
        self._url = url
        self._channel = channel
        self._find_decided = find_decided
        self._waiters: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._tasks: list[asyncio.Task[None]] = []

    @contextmanager
    def listening(self, *keys: str) -> Iterator[asyncio.Event]:
        """An event that is set when something under one of these keys changes. Enter it before reading a row."""
        self._start()
        event = asyncio.Event()
        for key in keys:
            self._waiters[key].add(event)
        try:
            yield event
        finally:
            for key in keys:
                self._forget(key, event)

    def _forget(self, key: str, event: asyncio.Event) -> None:
        """The last waiter of a key takes the key with it."""
        self._waiters[key].discard(event)
        if not self._waiters[key]:
            del self._waiters[key]

    def _start(self) -> None:
        if not self._tasks or any(task.done() for task in self._tasks):
            for task in self._tasks:
                task.cancel()
            self._tasks = [asyncio.create_task(self._subscribe()), asyncio.create_task(self._re_read())]

    def wake_everybody(self) -> None:
        """Let all who wait look around."""
        for key in tuple(self._waiters):
            self._wake(key)

    def _wake(self, key: str) -> None:
        for event in self._waiters.get(key, ()):
            event.set()

    async def _subscribe(self) -> None:
        while _goes_on():
            try:
                await self._listen()
            except (redis.RedisError, OSError) as error:
                logger.warning("bus_lost", error=str(error))
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen(self) -> None:
        async with (
            redis.Redis.from_url(self._url, health_check_interval=10) as client,
            client.pubsub() as pubsub,
        ):
            await pubsub.subscribe(self._channel)
            while _goes_on():
                message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=LOOK_UP_SECONDS)
                for key in message["data"].decode().split() if message else ():
                    self._wake(key)

    async def _re_read(self) -> None:
        while _goes_on():
            await asyncio.sleep(RE_READ_SECONDS)
            for key in await self._find_decided(tuple(self._waiters)):
                self._wake(key)


def _goes_on() -> bool:
    """True until this task is cancelled. Polled, because the Redis client swallows a cancellation while it connects."""
    task = asyncio.current_task()
    return task is not None and not task.cancelling()
