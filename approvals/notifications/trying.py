"""Does a channel work? A test goes out at once, stage by stage; then the person says whether it arrived."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from approvals import rates
from approvals.exceptions import AlreadyReported
from approvals.models import Channel, ChannelTest
from approvals.notifications import channels, message
from approvals.notifications.channels import DeliveryFailed, email
from approvals.vault import Unreadable
from audit import clock, log
from audit.message import NewEvent, Subject
from grants.models import User

Stage = dict[str, object]


def send_test(user: User, channel: Channel | None) -> ChannelTest:
    """Send it now, through a channel or by e-mail to the person themselves, and keep how far it came.

    Raises RateExceeded.
    """
    rates.take_of_person("tests", user.pk)
    test = ChannelTest(user=user, channel=channel, created_at=clock.now())
    test.stages = _stages(test)
    with transaction.atomic():
        _lock(test)
        test.save(force_insert=True)
        data: dict[str, object] = {"test": str(test.pk), "passed": test.passed, "stages": test.stages}
        _record(test, "channel.tested", test.created_at, data)
    return test


@transaction.atomic
def answer(test: ChannelTest, *, arrived: bool) -> None:
    """Keep whether it arrived, as the person says. Raises AlreadyReported where they said the opposite before."""
    _lock(test)
    stored = ChannelTest.objects.select_for_update(of=("self",)).get(pk=test.pk)
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


def _stages(test: ChannelTest) -> list[Stage]:
    stages: list[Stage] = []
    try:
        kind, address = (
            (test.channel.kind, test.channel.address) if test.channel else (email.KIND, test.user.email)
        )
        with message.read_by(test.user):
            text = message.of_test(test)
            for name in channels.of_kind(kind).deliver(text, address):
                stages.append({"name": name, "passed": True, "detail": ""})  # noqa: PERF401 - kept as far as it came
    except (DeliveryFailed, Unreadable) as failure:
        stages.append({"name": "It went no further.", "passed": False, "detail": str(failure)})
    return stages


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
