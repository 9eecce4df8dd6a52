"""Does a channel work? A worker sends a test, stage by stage; then the person says whether it arrived.

A test is a row first, as every message is: no page waits for another server.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from approvals import rates, wakeups
from approvals.exceptions import AlreadyReported
from approvals.models import Channel, ChannelTest
from approvals.notifications import channels, message
from approvals.notifications.channels import DeliveryFailed, email
from approvals.vault import Unreadable
from audit import clock, log
from audit.message import NewEvent, Subject
from grants.models import User

Stage = dict[str, object]


LEASE = timedelta(seconds=120)
"""How long a worker has for one test; a dead worker's is taken over after that."""
LIFE = timedelta(hours=1)
"""How long a test is tried; a worker that dies over it is not followed by others forever."""
RUN = 60.0
"""Seconds after which a run takes no further test."""


@transaction.atomic
def ask_for_test(user: User, channel: Channel | None) -> ChannelTest:
    """Have the worker send it, through a channel or by e-mail to the person themselves. Raises RateExceeded."""
    rates.take_of_person("tests", user.pk)
    at = clock.now()
    test = ChannelTest.objects.create(user=user, channel=channel, created_at=at, due_at=at)
    transaction.on_commit(lambda: wakeups.publish(f"test:{test.pk}"), robust=True)
    return test


def send_due() -> int:
    """Send each test that is due, and keep how far it came; returns how many. Any number of workers may do so at once.

    Raises ExceptionGroup, after all others, where one failed in a way that no channel explains: a defect here.
    """
    sent, defects, started = 0, list[Exception](), time.monotonic()
    while time.monotonic() - started < RUN and (test := _lease()):
        stages, defect = _stages(test)
        _keep(test, stages)
        defects += [defect] if defect else []
        sent += 1
    if defects:
        raise ExceptionGroup("tests that could not even be tried", defects)
    return sent


@transaction.atomic
def _lease() -> ChannelTest | None:
    """Take one test: its lease moves ahead, so nobody else sees the row meanwhile."""
    at = clock.now()
    due = ChannelTest.objects.filter(due_at__lte=at, created_at__gt=at - LIFE)
    rows = due.select_related("user", "channel").select_for_update(skip_locked=True, of=("self",))
    found = rows.order_by("due_at").first()
    if found is not None:
        found.due_at = at + LEASE
        found.save(update_fields=["due_at"])
    return found


@transaction.atomic
def _keep(test: ChannelTest, stages: list[Stage]) -> None:
    """Once, where two workers tried it."""
    _lock(test)
    if not ChannelTest.objects.filter(pk=test.pk, due_at__isnull=False).update(stages=stages, due_at=None):
        return
    test.stages = stages
    data: dict[str, object] = {"test": str(test.pk), "passed": test.passed, "stages": stages}
    _record(test, "channel.tested", clock.now(), data)


@transaction.atomic
def answer(test: ChannelTest, *, arrived: bool) -> None:
    """Keep whether it arrived, as the person says; nothing while it is on its way.

    Raises AlreadyReported where they said the opposite before.
    """
    _lock(test)
    stored = ChannelTest.objects.select_for_update(of=("self",)).get(pk=test.pk)
    if stored.is_waiting:
        return
    if stored.arrived is not None:
        if stored.arrived != arrived:
            raise AlreadyReported(_("You gave the other answer before. Send another test to answer again."))
        return
    at = clock.now()
    ChannelTest.objects.filter(pk=test.pk).update(arrived=arrived, answered_at=at)
    data: dict[str, object] = {"test": str(test.pk), "arrived": arrived}
    _record(test, "channel.answered", at, data)


def _record(test: ChannelTest, event: str, at: datetime, data: dict[str, object]) -> None:
    log.record(NewEvent(_subject(test), event, actor=test.user.as_actor(), at=at, data=data))


def _stages(test: ChannelTest) -> tuple[list[Stage], Exception | None]:
    """How far it came, and what broke here if something did."""
    stages: list[Stage] = []
    try:
        for name in _delivered(test):
            stages.append({"name": name, "passed": True, "detail": ""})  # noqa: PERF401 - kept as far as it came
    except (DeliveryFailed, Unreadable) as failure:
        return [*stages, _stopped(str(failure))], None
    except Exception as defect:  # noqa: BLE001 - one bad row never stops the others
        return [*stages, _stopped("Something is broken here. The log says what.")], defect
    return stages, None


def _delivered(test: ChannelTest) -> Iterator[str]:
    """A sentence for each stage that went well. Raises DeliveryFailed and Unreadable."""
    if test.channel and test.channel.removed_at:
        raise DeliveryFailed("The channel was removed.")
    kind, address = (
        (test.channel.kind, test.channel.address) if test.channel else (email.KIND, test.user.email)
    )
    with message.read_by(test.user):
        yield from channels.of_kind(kind).deliver(message.of_test(test), address)


def _stopped(why: str) -> Stage:
    return {"name": "It went no further.", "passed": False, "detail": why}


def _lock(test: ChannelTest) -> None:
    """The row that keeps the chain of this channel's events in one line."""
    if test.channel:
        Channel.objects.select_for_update(of=("self",)).get(pk=test.channel.pk)
    else:
        User.objects.select_for_update(no_key=True).get(pk=test.user.pk)


def _subject(test: ChannelTest) -> Subject:
    if test.channel:
        return test.channel.as_subject()
    return Subject(kind="channel", id=f"{email.KIND}:{test.user.pk}")
