"""`kill -9` of a worker after the channel took the message and before the row says so."""

from __future__ import annotations

import signal
from collections import Counter

import pytest
from django.db import connection

from approvals.models import Notification
from audit import clock
from tests.crashes.mailbox import Mailbox
from tests.crashes.processes import Prefork
from tests.factories import make_approval, make_key

pytestmark = pytest.mark.django_db(transaction=True)

KILLS = 50
PEOPLE = ("a@example.com", "b@example.com", "c@example.com")


@pytest.mark.shows("a-message-is-a-row-first")
def test_fifty_killed_workers_lose_no_message_and_repeat_under_the_same_id() -> None:
    key, _ = make_key()
    with Mailbox() as mailbox, Prefork("worker", EMAIL_URL=mailbox.url) as workers:
        for kill in range(KILLS):
            make_approval(key=key, assignees=PEOPLE)

            assert killed_at(kill % len(PEOPLE), workers, mailbox) == -signal.SIGKILL
            held = Notification.objects.unfinished().filter(next_attempt_at__gt=clock.now())
            assert held.count() == 1, "the dead worker's lease on the message that it had in hand still holds"
            end_leases()
            assert run(workers) == 0

    sent = Counter(mailbox.received)
    written = Notification.objects.all()
    assert set(sent) == {f"<{notification.pk}@countersign>" for notification in written}
    assert sent.total() == written.count() + KILLS
    assert max(sent.values()) == 2
    assert not written.unfinished().exists()


def killed_at(message: int, workers: Prefork, mailbox: Mailbox) -> int:
    mailbox.kill_sender_after(message)
    mailbox.sender_is(workers.start())
    return workers.wait()


def run(workers: Prefork) -> int:
    workers.start()
    return workers.wait()


def end_leases() -> None:
    """As if the time that a worker has for its batch were over."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE approvals_notification SET next_attempt_at = created_at WHERE sent_at IS NULL")
