"""A body is counted as it comes in, before anybody has looked at who sends it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.handlers.asgi import ASGIHandler

from approvals.live.bounds import bounded

CHUNK = b"x" * 1024 * 1024


def post(megabytes: int) -> int:
    """The status of a POST without a key whose body comes in pieces of a MiB and never says its length."""

    async def call() -> int:
        sent: list[dict[str, Any]] = []
        left = megabytes

        async def receive() -> dict[str, Any]:
            nonlocal left
            if left == 0:
                await asyncio.Event().wait()
            left -= 1
            return {"type": "http.request", "body": CHUNK, "more_body": left > 0}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        path = "/api/v1/approvals"
        headers = [(b"host", b"localhost"), (b"transfer-encoding", b"chunked"), (b"idempotency-key", b"1")]
        scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}
        await bounded(ASGIHandler(), scope, receive, send)
        status: int = sent[0]["status"]
        return status

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, call()).result()


@pytest.mark.shows("bodies-that-burn")
@pytest.mark.parametrize(("megabytes", "status"), [(1, 401), (300, 413)])
def test_a_body_without_end_is_cut_off(megabytes: int, status: int) -> None:
    assert post(megabytes) == status
