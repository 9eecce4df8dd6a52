"""A commit wakes those who listen, over the real Redis."""

from __future__ import annotations

from threading import Event, Thread
from typing import Any

import pytest

from approvals import wakeups
from tests.factories import make_approval

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 20  # seconds


def test_a_listener_hears_of_a_commit() -> None:
    heard, stop = Event(), Event()
    listener = Thread(target=wakeups.listen, args=(heard.set, stop))
    listener.start()

    # Published until it is heard: the subscription may not stand yet.
    while listener.is_alive() and not heard.wait(0.2):
        make_approval()
    stop.set()
    listener.join(PATIENCE)

    assert heard.is_set()
    assert not listener.is_alive()


@pytest.mark.shows("redis-may-lose-everything")
def test_a_decision_does_not_wait_for_redis(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    wakeups._client.cache_clear()

    approval = make_approval()
    wakeups._client.cache_clear()

    assert approval.is_pending


def test_an_address_is_not_published() -> None:
    assert "sales" not in wakeups.person_key("sales@example.com")
