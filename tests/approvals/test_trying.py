"""A test of a channel is a row first: a worker sends it, once, and takes a dead worker's over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError

from approvals import tasks, trying
from approvals.models import ChannelTest
from audit import clock
from audit.models import Event
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def asked() -> ChannelTest:
    return trying.ask_for_test(make_user(), None)


def test_asking_sends_nothing() -> None:
    test = asked()

    assert (mail.outbox, test.stages, test.is_waiting) == ([], [], True)


def test_the_worker_sends_it_once_and_keeps_how_far_it_came() -> None:
    test = asked()

    counts = [trying.send_due(), trying.send_due()]

    test.refresh_from_db()
    assert (counts, len(mail.outbox)) == ([1, 0], 1)
    assert (test.passed, test.is_waiting) == (True, False)
    assert [event.type for event in Event.objects.about("channel", f"email:{test.user.pk}")] == [
        "channel.tested"
    ]


def test_the_task_sends_it() -> None:
    asked()

    tasks.send_tests()

    assert len(mail.outbox) == 1


@pytest.mark.shows("a-crash-while-sending")
def test_what_a_dead_worker_took_is_taken_over_after_its_lease() -> None:
    test = asked()
    trying._lease()
    at_once = trying.send_due()
    ChannelTest.objects.update(due_at=clock.now())

    later = trying.send_due()

    assert (at_once, later) == (0, 1)
    assert str(test.pk) in mail.outbox[0].extra_headers["Message-ID"]


def test_a_worker_that_comes_late_changes_nothing() -> None:
    test = asked()
    trying.send_due()

    trying._keep(test, [trying._stopped("Too late.")])

    test.refresh_from_db()
    assert test.passed
    assert Event.objects.filter(type="channel.tested").count() == 1


def test_what_no_worker_survives_is_not_tried_forever() -> None:
    asked()
    ChannelTest.objects.update(created_at=clock.now() - trying.LIFE)

    assert trying.send_due() == 0


def test_a_defect_ends_its_own_test_and_no_other(monkeypatch: Any, settings: Any) -> None:
    broken = asked()
    settings.EMAIL_BACKEND = "no.such.Backend"
    with pytest.raises(ExceptionGroup):
        trying.send_due()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    other = trying.ask_for_test(make_user("other@example.com"), None)

    trying.send_due()

    broken.refresh_from_db()
    other.refresh_from_db()
    assert broken.stages[-1]["detail"] == "Something is broken here. The log says what."
    assert other.passed


def test_a_test_that_waits_says_nothing_yet() -> None:
    test = asked()

    with pytest.raises(IntegrityError):
        ChannelTest.objects.filter(pk=test.pk).update(arrived=True, answered_at=clock.now() + timedelta(1))
