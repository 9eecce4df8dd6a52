"""The outbox: a row before it is a message, sent after the commit, and sent again after any crash."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from smtplib import SMTPException
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction

from approvals import tasks
from approvals.models import Approval, Notification
from approvals.notifications import deliver_due, message, notify, outbox
from audit import clock
from tests.factories import make_approval

pytestmark = pytest.mark.django_db

REQUESTED = Notification.Kind.REQUESTED


@pytest.fixture
def approval() -> Approval:
    """A request whose own messages are out already."""
    approval = make_approval()
    deliver_due()
    mail.outbox.clear()
    return approval


@pytest.fixture
def broken_for(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes the mail server refuse some addresses, with an error of one's choice."""

    def break_for(*addresses: str, error: Exception | None = None) -> None:
        original = EmailBackend.send_messages

        def send_messages(self: EmailBackend, messages: list[Any]) -> int:
            if any(address in message.to for message in messages for address in addresses):
                raise error or SMTPException("550 no such mailbox")
            return original(self, messages)

        monkeypatch.setattr(EmailBackend, "send_messages", send_messages)

    return break_for


def _tell(approval: Approval, *recipients: str) -> list[Notification]:
    notify(approval, REQUESTED, recipients or ("sales@example.com",), at=clock.now())
    return list(Notification.objects.unfinished().filter(approval=approval))


def _make_due(*notifications: Notification) -> None:
    ids = [notification.pk for notification in notifications]
    Notification.objects.filter(pk__in=ids).update(next_attempt_at=clock.now())


@pytest.mark.shows("a-message-is-a-row-first")
def test_request_writes_one_row_for_each_reviewer() -> None:
    approval = make_approval(assignees=("sales@example.com", "finance@example.com", "SALES@example.com"))

    recipients = approval.notifications.values_list("recipient", flat=True)

    assert sorted(recipients) == ["finance@example.com", "sales@example.com"]
    assert mail.outbox == []


def test_due_rows_are_sent_and_stamped(approval: Approval) -> None:
    (row,) = _tell(approval)

    assert deliver_due() == 1

    row.refresh_from_db()
    assert row.sent_at is not None
    assert [message.to for message in mail.outbox] == [["sales@example.com"]]


def test_sent_rows_are_not_sent_again(approval: Approval) -> None:
    _tell(approval)
    deliver_due()

    assert deliver_due() == 0
    assert len(mail.outbox) == 1


def test_task_of_the_beat_schedule_delivers(approval: Approval) -> None:
    _tell(approval)

    tasks.deliver_outbox()

    assert tasks.deliver_outbox.name == "approvals.deliver_outbox"
    assert len(mail.outbox) == 1


def test_all_that_is_due_goes_out_in_one_run(approval: Approval) -> None:
    _tell(approval, *(f"person{number}@example.com" for number in range(21)))

    assert deliver_due() == 21


def test_row_that_a_worker_holds_is_left_to_it(approval: Approval) -> None:
    _tell(approval)
    outbox._lease(set())

    assert deliver_due() == 0
    assert mail.outbox == []


@pytest.mark.shows("a-message-is-a-row-first")
def test_row_of_a_dead_worker_is_taken_over_after_the_lease(approval: Approval) -> None:
    (row,) = _tell(approval)
    outbox._lease(set())
    row.refresh_from_db()

    assert row not in Notification.objects.due(clock.now())
    assert row in Notification.objects.due(clock.now() + outbox.LEASE)


@pytest.mark.shows("a-message-is-a-row-first")
def test_repeated_message_has_the_same_id(approval: Approval) -> None:
    """A worker that dies between sending and recording: the message comes twice, and can be told so."""
    (row,) = _tell(approval)
    deliver_due()
    Notification.objects.filter(pk=row.pk).update(sent_at=None, next_attempt_at=clock.now())

    deliver_due()

    ids = {message.message()["Message-ID"] for message in mail.outbox}
    assert len(mail.outbox) == 2
    assert ids == {f"<{row.pk}@countersign>"}


@pytest.mark.shows("one-bad-row-stops-nothing")
def test_failing_message_waits_and_the_others_go_out(
    approval: Approval, broken_for: Callable[..., None]
) -> None:
    broken_for("gone@example.com")
    _tell(approval, "gone@example.com", "sales@example.com")
    at = clock.now()

    assert deliver_due() == 1

    failed = Notification.objects.get(recipient="gone@example.com")
    wait = failed.next_attempt_at - at
    assert failed.sent_at is None
    assert "550" in failed.last_error
    assert outbox.BACKOFF[0] <= wait <= outbox.BACKOFF[0] * 1.2 + timedelta(seconds=5)


def test_each_failure_waits_longer(approval: Approval, broken_for: Callable[..., None]) -> None:
    broken_for("sales@example.com")
    (row,) = _tell(approval)
    waits = []

    for _ in outbox.BACKOFF:
        _make_due(row)
        at = clock.now()
        deliver_due()
        row.refresh_from_db()
        waits.append(row.next_attempt_at - at)

    assert waits == sorted(waits)
    assert waits[-1] >= outbox.BACKOFF[-1]


def test_message_is_given_up_after_the_last_wait(approval: Approval, broken_for: Callable[..., None]) -> None:
    broken_for("sales@example.com")
    (row,) = _tell(approval)

    for _ in range(len(outbox.BACKOFF) + 1):
        _make_due(row)
        deliver_due()

    row.refresh_from_db()
    assert row.given_up_at is not None
    assert "550" in row.last_error
    assert not Notification.objects.due(clock.now() + timedelta(days=9)).exists()


def test_recovered_server_gets_what_waited(
    approval: Approval, broken_for: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken_for("sales@example.com", error=ConnectionRefusedError("connection refused"))
    (row,) = _tell(approval)
    deliver_due()
    monkeypatch.undo()
    _make_due(row)

    assert deliver_due() == 1

    row.refresh_from_db()
    assert row.last_error == ""


def test_address_that_no_mail_can_carry_is_a_failure_like_another(approval: Approval) -> None:
    _tell(approval, "a@example.com\nBcc: b@example.com", "sales@example.com")

    assert deliver_due() == 1

    assert [message.to for message in mail.outbox] == [["sales@example.com"]]
    assert Notification.objects.filter(last_error__contains="BadHeaderError").count() == 1


@pytest.mark.shows("one-bad-row-stops-nothing")
def test_defect_stops_no_other_message_and_is_seen(
    approval: Approval, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = message.of_notification

    def of_notification(notification: Notification) -> Any:
        if notification.recipient == "odd@example.com":
            raise ZeroDivisionError
        return original(notification)

    monkeypatch.setattr(message, "of_notification", of_notification)
    _tell(approval, "odd@example.com", "sales@example.com")

    with pytest.raises(ExceptionGroup):
        deliver_due()

    assert [message.to for message in mail.outbox] == [["sales@example.com"]]
    odd = Notification.objects.get(recipient="odd@example.com")
    assert odd.next_attempt_at < clock.now() + outbox.LEASE / 2


def test_worker_that_lost_its_lease_does_not_reschedule(approval: Approval) -> None:
    _tell(approval)
    late = outbox._lease(set())
    assert late is not None
    Notification.objects.filter(pk=late.pk).update(attempts=2)
    before = Notification.objects.get(pk=late.pk).next_attempt_at

    outbox._schedule_again(late, "timed out")

    assert Notification.objects.get(pk=late.pk).next_attempt_at == before


@pytest.mark.shows("a-message-is-a-row-first")
@pytest.mark.django_db(transaction=True)
def test_nothing_is_told_of_what_was_rolled_back() -> None:
    approval = make_approval()
    deliver_due()
    mail.outbox.clear()

    class Undone(Exception):
        pass

    with pytest.raises(Undone), transaction.atomic():
        _tell(approval)
        raise Undone

    assert deliver_due() == 0
    assert mail.outbox == []
