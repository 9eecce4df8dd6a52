"""A receiver that takes a connection and never answers: decisions go on while a worker waits for it."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest
from django.db import connection

from approvals.models import Notification
from approvals.notifications import deliver_due, preferences
from tests.factories import approve, make_approval, make_key, make_user
from tests.receivers import hook
from tests.site.real_processes import within

pytestmark = pytest.mark.django_db(transaction=True)


def deliver() -> None:
    try:
        deliver_due()
    finally:
        connection.close()  # this thread's


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
