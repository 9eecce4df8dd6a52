"""Waiting for a decision: the answer comes with the commit, or a little later when Redis is away."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from approvals.live import WaitingFront
from approvals.models import Approval
from tests.factories import approve, make_approval, make_key, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pending() -> Approval:
    return make_approval()


def wait(
    approval: Approval, token: str, *, timeout: str = "timeout=10", path: str = "/wait"
) -> tuple[int, dict[str, Any], float]:
    """Status, body and seconds of one wait, through the ASGI application itself."""

    async def behind(*_: object) -> None:
        raise AssertionError("the front did not take it")

    async def call() -> tuple[int, bytes]:
        sent: list[dict[str, Any]] = []
        never = asyncio.Event()

        async def receive() -> dict[str, Any]:
            await never.wait()
            raise AssertionError

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "GET",
            "path": f"/api/v1/approvals/{approval.pk}{path}",
            "query_string": timeout.encode(),
            "headers": [(b"authorization", f"Bearer {token}".encode()), (b"host", b"localhost")],
        }
        await WaitingFront(behind)(scope, receive, send)
        return sent[0]["status"], sent[1]["body"]

    started = time.monotonic()
    # In a thread of its own: browser tests before this one may have left a loop running in the main one.
    with ThreadPoolExecutor(1) as pool:
        status, body = pool.submit(asyncio.run, call()).result()
    return status, json.loads(body), time.monotonic() - started


def soon(act: Callable[[], object], seconds: float = 0.5) -> threading.Thread:
    """Do it from another thread, with a connection of its own."""

    def run() -> None:
        time.sleep(seconds)
        act()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_an_agent_that_waits_is_answered_when_the_request_is_decided(pending: Approval) -> None:
    reviewer, (_, token) = make_user(), make_key()
    thread = soon(lambda: approve(pending, by=reviewer))

    status, body, seconds = wait(pending, token)
    thread.join()

    assert (status, body["status"]) == (200, "approved")
    assert seconds < 5


def test_a_wait_that_ends_undecided_answers_with_what_stands(pending: Approval) -> None:
    _, token = make_key()

    status, body, seconds = wait(pending, token, timeout="timeout=1")

    assert (status, body["status"]) == (200, "pending")
    assert 0.9 < seconds < 3


def test_redis_lost_costs_latency_and_no_answer(pending: Approval, settings) -> None:  # type: ignore[no-untyped-def]
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    reviewer, (_, token) = make_user(), make_key()
    thread = soon(lambda: approve(pending, by=reviewer))

    _, body, seconds = wait(pending, token)
    thread.join()

    assert body["status"] == "approved"
    assert seconds < 6


def test_a_wait_is_refused_like_any_other_call(pending: Approval) -> None:
    assert wait(pending, "cs_wrong_key")[0] == 401
    assert wait(pending, make_key()[1], timeout="timeout=31")[0] == 422


def test_a_decided_request_is_answered_at_once(pending: Approval) -> None:
    approve(pending, by=make_user())

    assert wait(pending, make_key()[1])[2] < 1
