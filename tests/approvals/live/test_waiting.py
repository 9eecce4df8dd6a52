"""Waiting for a decision: the answer comes with the commit, or a little later when Redis is away."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from approvals.models import Approval
from tests.approvals.live.asgi import get
from tests.factories import approve, make_approval, make_key, make_user
from tests.outages import outage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pending() -> Approval:
    return make_approval()


def wait(approval: Approval, token: str, query: str = "timeout=30") -> tuple[int, dict[str, Any]]:
    """Status and body of one wait."""
    answer = get(f"/api/v1/approvals/{approval.pk}/wait", {"authorization": f"Bearer {token}"}, query)
    return answer.status, json.loads(answer.body)


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

    status, body = wait(pending, token)
    thread.join()

    assert (status, body["status"]) == (200, "approved")


def test_a_wait_that_ends_undecided_answers_with_what_stands(pending: Approval) -> None:
    status, body = wait(pending, make_key()[1], "timeout=1")

    assert (status, body["status"]) == (200, "pending")


@pytest.mark.shows("redis-may-lose-everything")
def test_redis_lost_costs_latency_and_no_answer(pending: Approval, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    reviewer, (_, token) = make_user(), make_key()
    thread = soon(lambda: approve(pending, by=reviewer))

    _, body = wait(pending, token)
    thread.join()

    assert body["status"] == "approved"


@pytest.mark.shows("the-database-is-away")
def test_an_agent_that_comes_while_the_database_is_away_is_told_when_to_come_back(pending: Approval) -> None:
    _, token = make_key()
    with outage():
        answer = get(
            f"/api/v1/approvals/{pending.pk}/wait", {"authorization": f"Bearer {token}"}, "timeout=30"
        )

    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    assert json.loads(answer.body)["type"] == "urn:countersign:problem:unavailable"


def test_nobody_waits_without_end_behind_a_database_that_hangs(
    pending: Approval, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A statement that waits for the row holds up the thread; the answer does not wait for it."""
    _, token = make_key()
    monkeypatch.setattr("approvals.live.django.ANSWER_SECONDS", 0.5)
    hang = threading.Event()
    monkeypatch.setattr("approvals.api.endpoints.read_whole", lambda rows: [hang.wait(10)])
    release = threading.Timer(2, hang.set)
    release.start()

    answer = get(f"/api/v1/approvals/{pending.pk}/wait", {"authorization": f"Bearer {token}"}, "timeout=30")
    release.join()

    assert (answer.status, answer.headers["retry-after"]) == (503, "2")


@pytest.mark.parametrize(
    ("token", "query", "status"),
    [("cs_wrong_key", "", 401), ("", "timeout=31", 422), ("", "timeout=" + "9" * 5000, 422)],
    ids=["key", "timeout", "digits"],
)
def test_a_wait_is_refused_like_any_other_call(
    pending: Approval, token: str, query: str, status: int
) -> None:
    assert wait(pending, token or make_key()[1], query)[0] == status


def test_a_decided_request_is_answered_at_once(pending: Approval) -> None:
    approve(pending, by=make_user())

    assert wait(pending, make_key()[1], "timeout=0")[1]["status"] == "approved"
