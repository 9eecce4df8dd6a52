"""One key with a crowd of waits, or one person with a crowd of pages, delays nobody and stays within its share."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from approvals.live.asking import Asking
from approvals.live.django import Django, Scope
from approvals.live.shares import Shares
from approvals.live.together import MOST, Asked, Together
from approvals.live.turns import Turns
from approvals.models import Approval
from tests.approvals.live.asgi import get
from tests.approvals.live.test_inbox import cookie_of
from tests.approvals.live.test_together import a_wait, on_a_loop
from tests.factories import make_approval, make_key, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.shows("a-noisy-agent")]


def test_each_name_has_its_turn_however_many_another_has() -> None:
    turns = Turns[str]()
    for entry in ("a1", "a2", "a3", "b1", "a4", "c1", "b2"):
        turns.add(entry[0], entry)

    taken = [turns.take(3, unless=lambda entry: entry == "a2") for _ in range(3)]

    assert taken == [["a1", "b1", "c1"], ["b2", "a3", "a4"], []]


def test_another_agent_is_answered_in_the_next_look_though_a_crowd_came_first() -> None:
    looks: list[Sequence[Asked]] = []

    def look(asked: Sequence[Asked]) -> list[None]:
        looks.append(asked)
        return [None] * len(asked)

    async def ask() -> None:
        together = Together(look, "a-look")
        approval = Asked(make_id(), "crowd")
        crowd = [asyncio.create_task(together.ask(approval)) for _ in range(10 * MOST)]
        await asyncio.sleep(0)
        other = asyncio.create_task(together.ask(Asked(make_id(), "other")))
        await asyncio.gather(other, *crowd)

    on_a_loop(ask())

    assert "other" in [asked.token for look in looks[:2] for asked in look]
    assert sum(map(len, looks)) == 10 * MOST + 1


def make_id() -> Any:
    return Approval().pk


class SlowDjango(Django):
    """Answers once it is released, and knows how many it was asked for at a time, by key."""

    def __init__(self) -> None:
        super().__init__()
        self.release = threading.Event()

    async def ask(self, scope: Scope, *, is_woken: bool = False) -> Any:
        token = dict(scope["headers"])[b"authorization"]
        if b"crowd" in token:
            await self.in_thread(lambda: self.release.wait(10), is_woken=False)
        return await super().ask(scope, is_woken=is_woken)


def test_a_crowd_with_one_key_leaves_a_thread_to_the_others() -> None:
    approval, (_, token) = make_approval(), make_key()
    django = SlowDjango()

    async def ask() -> int:
        asking = Asking(django)
        crowd = [
            asyncio.create_task(
                asking.first(a_wait(approval, "crowd", (b"x-kind", b"%d" % n)), str(approval.pk))
            )
            for n in range(20)
        ]
        await asyncio.sleep(0)
        answer = await asyncio.wait_for(asking.first(a_wait(approval, token), str(approval.pk)), 5)
        django.release.set()
        await asyncio.gather(*crowd)
        return answer.status

    assert on_a_loop(ask()) == 200


def test_a_share_is_free_again_once_its_connection_ends() -> None:
    shares = Shares(1)

    with shares.one_more("a") as first, shares.one_more("a") as second, shares.one_more("b") as other:
        assert (first, second, other) == (True, False, True)

    with shares.one_more("a") as later:
        assert later


def test_a_wait_beyond_the_share_is_refused_with_when_to_come_back(settings: Any) -> None:
    settings.AGENT_OPEN_WAITS = 0
    approval, (_, token) = make_approval(), make_key()

    answer = get(f"/api/v1/approvals/{approval.pk}/wait", {"authorization": f"Bearer {token}"})

    assert (answer.status, answer.headers["retry-after"]) == (429, "5")
    assert json.loads(answer.body)["type"] == "urn:countersign:problem:too_many_open"
    assert answer.headers["cache-control"] == "no-store, private"


def test_a_strangers_wait_beyond_the_share_is_refused_as_a_strangers(settings: Any) -> None:
    settings.AGENT_OPEN_WAITS = 0
    approval = make_approval()

    assert get(f"/api/v1/approvals/{approval.pk}/wait", {"authorization": "Bearer cs_no_key"}).status == 401


def test_a_page_too_many_is_refused_and_may_ask_again(settings: Any) -> None:
    settings.PERSON_STREAMS = 0

    answer = get("/live/inbox/", cookie_of(make_user()))

    assert (answer.status, answer.headers["retry-after"], answer.body) == (429, "60", "")
    assert "x-live-keys" not in answer.headers
