"""What `wake.py` compares with: the barest ASGI waiter on Redis. No key, no database, one fixed answer.

Its time is that of the server, of Redis and of the client that measures: no `live` process can come below it.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

import redis.asyncio as redis

CHANNEL = "bare"
BODY = b'{"status":"approved","payload":"' + b"x" * 1000 + b'"}'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]

waiters: dict[str, asyncio.Event] = {}
tasks: list[asyncio.Task[None]] = []


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer once the id in the path was published."""
    if not tasks:
        tasks.append(asyncio.create_task(listen()))
    event = waiters.setdefault(scope["path"].split("/")[-2], asyncio.Event())
    await event.wait()
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})


async def listen() -> None:
    async with redis.Redis.from_url(os.environ["REDIS_URL"]) as client, client.pubsub() as pubsub:
        await pubsub.subscribe(CHANNEL)
        async for message in pubsub.listen():
            if message["type"] == "message" and (event := waiters.pop(message["data"].decode(), None)):
                event.set()
