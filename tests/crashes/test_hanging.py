"""A receiver that never answers, or a byte at a time: decisions go on, and a worker is held no longer than allowed."""

from __future__ import annotations

import time
from threading import Thread
from typing import Any

import pytest
from django.db import connection

from approvals.models import Notification
from approvals.notifications import deliver_due, preferences
from tests.factories import approve, make_approval, make_key, make_user
from tests.receivers import HTTP_HEAD, SMTP_GREETING, dripping, hook
from tests.site.real_processes import within

pytestmark = pytest.mark.django_db(transaction=True)


def deliver() -> None:
    try:
        deliver_due()
    finally:
        connection.close()  # this thread's


@pytest.mark.shows("a-receiver-hangs")
def test_a_receiver_that_hangs_holds_up_no_decision(settings: Any) -> None:
    sales, finance = make_user("sales@example.com"), make_user("finance@example.com")
    key, _ = make_key()
    with hook(hangs=True) as receiver:
        settings.SLACK_ORIGINS, settings.SLACK_TIMEOUT = [receiver.origin], 30
        preferences.add_own(sales, kind="slack", name="Hangs", address=receiver.url)
        approvals = [make_approval(key=key, assignees=(sales.email, finance.email)) for _ in range(5)]
        worker = Thread(target=deliver)
        worker.start()
        assert within(20, lambda: bool(receiver.bodies))

        decided = [approve(approval, by=finance) for approval in approvals]

        assert [approval.status for approval in decided] == ["approved"] * 5
        assert worker.is_alive(), "it still waits for the receiver"
        receiver.released.set()
        worker.join(30)

    assert not worker.is_alive()
    assert Notification.objects.filter(channel=None, sent_at__isnull=False).exists()
    assert Notification.objects.filter(channel__isnull=False, last_error__contains="127.0.0.1").exists()


@pytest.mark.shows("a-receiver-hangs")
def test_receivers_that_drip_hold_a_worker_no_longer_than_their_time(settings: Any) -> None:
    sales = make_user("sales@example.com")
    with dripping(SMTP_GREETING) as mail, dripping(HTTP_HEAD) as slack:
        settings.EMAIL_BACKEND, settings.EMAIL_TOTAL_SECONDS = "patience.mail.EmailBackend", 0.5
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mail
        settings.SLACK_ORIGINS, settings.SLACK_TIMEOUT = [f"http://127.0.0.1:{slack}"], 0.5
        address = f"http://127.0.0.1:{slack}/services/T0/B0/secret"
        preferences.add_own(sales, kind="slack", name="Drips", address=address)
        for _ in range(4):
            make_approval(assignees=(sales.email,))
        started = time.monotonic()

        assert deliver_due() == 0

        assert time.monotonic() - started < 5
    tried = Notification.objects.exclude(last_error="")
    assert sorted(one.channel is None for one in tried) == [False, True], "one of each: the others wait"
    assert all("Timeout" in one.last_error for one in tried)
