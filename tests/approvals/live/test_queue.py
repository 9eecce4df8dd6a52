"""Many agents come at once, and wait for their first answer: a decision is not told behind all of them."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings

from approvals import wakeups
from approvals.live.asking import Asking
from approvals.live.bus import Bus
from approvals.live.django import THREADS, Django
from approvals.live.wait import answer_when_decided
from approvals.models import Approval
from tests.approvals.live.test_waiting import soon
from tests.factories import approve, make_approval, make_key, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_decision_is_told_ahead_of_those_who_still_queue_for_their_first_answer() -> None:
    approval, reviewer, (_, token) = make_approval(), make_user(), make_key()
    thread = soon(lambda: approve(approval, by=reviewer))

    with ThreadPoolExecutor(1) as pool:
        body = pool.submit(asyncio.run, answer_while_everybody_queues(approval, token)).result()
    thread.join()

    assert json.loads(body)["status"] == "approved"


async def answer_while_everybody_queues(approval: Approval, token: str) -> bytes:
    """The answer of one wait. No thread that gives first answers is free before it has come."""
    sent: list[dict[str, Any]] = []
    django, never, queue = Django(), asyncio.Event(), threading.Event()
    ahead = [asyncio.create_task(django.in_thread(queue.wait, is_woken=False)) for _ in range(THREADS)]

    async def receive() -> dict[str, Any]:
        await never.wait()
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    bus = Bus(settings.REDIS_URL, wakeups.channel(), _everything)
    call = answer_when_decided(
        str(approval.pk),
        _scope(approval, token),
        receive,
        send,
        asking=Asking(django),
        bus=bus,
        stopping=asyncio.Event(),
    )
    try:
        await asyncio.wait_for(call, 30)
    finally:
        queue.set()
        await asyncio.gather(*ahead)
    content: bytes = sent[-1]["body"]
    return content


async def _everything(keys: Collection[str]) -> Collection[str]:
    """A client that looks every two seconds finds that all of it may have changed."""
    return keys


def _scope(approval: Approval, token: str) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "GET",
        "path": f"/api/v1/approvals/{approval.pk}/wait",
        "query_string": b"timeout=30",
        "headers": [(b"authorization", f"Bearer {token}".encode()), (b"host", b"localhost")],
    }
