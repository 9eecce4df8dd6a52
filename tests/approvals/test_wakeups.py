"""A commit wakes those who listen, over the real Redis."""

from __future__ import annotations

from contextlib import suppress
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

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
    wakeups.client.cache_clear()

    approval = make_approval()
    wakeups.client.cache_clear()

    assert approval.is_pending


def test_an_address_is_not_published() -> None:
    assert "sales" not in wakeups.person_key("sales@example.com")


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that were published."""
    texts: list[str] = []
    monkeypatch.setattr(wakeups, "publish", lambda *keys: texts.append(" ".join(keys)))
    return texts


def test_a_transaction_publishes_once_and_each_key_once(published: list[str]) -> None:
    first, second = uuid4(), uuid4()

    with transaction.atomic():
        wakeups.publish_after_commit(first, people=["sales@example.com"])
        wakeups.publish_after_commit(second, people=["sales@example.com"])

    sales = wakeups.person_key("sales@example.com")
    assert published == [f"{first} approvers {sales} {second}"]


def test_what_is_rolled_back_to_a_savepoint_is_not_published(published: list[str]) -> None:
    kept, undone = uuid4(), uuid4()

    with transaction.atomic():
        wakeups.publish_after_commit(kept, people=[])
        with suppress(RuntimeError), transaction.atomic():
            wakeups.publish_after_commit(undone, people=[])
            raise RuntimeError

    assert published == [f"{kept} approvers"]


def test_without_a_transaction_it_is_published_at_once(published: list[str]) -> None:
    one = uuid4()

    wakeups.publish_after_commit(one, people=[])

    assert published == [f"{one} approvers"]
