"""The sweep: what is due is done once, in batches, past what is broken, by the database's clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals import lifecycle, tasks
from approvals.exceptions import ApprovalExpired
from approvals.lifecycle import sla, submission
from approvals.models import Approval, Notification
from approvals_site.celery import app
from audit import clock, log
from audit.message import SYSTEM, NewEvent
from audit.models import Event
from audit.verify import everything
from tests.factories import age, approve, make_approval, make_approver, make_key, make_policy, make_user

pytestmark = pytest.mark.django_db

LADDER = [
    {"emails": ["lead@example.com"], "after_minutes": 0},
    {"emails": ["cfo@example.com"], "after_minutes": 30},
]


@pytest.fixture(autouse=True)
def _people() -> Iterator[None]:
    make_user("sales@example.com")
    yield
    assert everything(with_tables=False).events  # `age` moves the rows' times around the log


def counts(**done: int) -> dict[str, int]:
    return {"breached": 0, "escalated": 0, "reminded": 0, "expired": 0, "asked": 0, **done}


def events(approval: Approval) -> list[str]:
    return [event.type.removeprefix("approval.") for event in Event.objects.about("approval", approval.pk)]


def told(approval: Approval, kind: str) -> list[str]:
    return sorted(approval.notifications.filter(kind=kind).values_list("recipient", flat=True))


def test_what_is_not_due_is_left_alone() -> None:
    make_approval()

    assert sla.sweep() == counts()


@pytest.mark.shows("a-breach-is-noted-once")
def test_every_passed_deadline_is_noted_once() -> None:
    approvals = [age(make_approval(), hours=2) for _ in range(3)]

    assert sla.sweep() == counts(breached=3)
    assert sla.sweep() == counts()
    assert [events(approval) for approval in approvals] == [["requested", "sla_breach"]] * 3


def test_more_than_a_batch_is_done_in_one_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sla, "BATCH", 2)
    for _ in range(5):
        age(make_approval(), hours=2)

    assert sla.sweep() == counts(breached=5)


def test_a_batch_takes_a_fixed_number_of_statements() -> None:
    statements = []
    for number in (2, 12):
        for _ in range(number):
            age(make_approval(assignees=(f"{uuid4()}@example.com", "sales@example.com")), hours=2)
        with CaptureQueriesContext(connection) as captured:
            assert sla.sweep() == counts(breached=number)
        statements.append(len(captured))

    assert statements[0] == statements[1] < 60


@pytest.mark.shows("one-bad-row-stops-nothing")
def test_one_bad_row_does_not_stop_the_others() -> None:
    first, bad, last = (age(make_approval(), hours=3 - number) for number in range(3))
    say_it_was_breached(bad)

    with pytest.raises(ExceptionGroup) as failures:
        sla.sweep()

    assert len(failures.value.exceptions) == 1
    assert events(first) == events(last) == ["requested", "sla_breach"]
    assert Approval.objects.get(pk=bad.pk).breached_at is None


def say_it_was_breached(approval: Approval) -> None:
    """An event for which nothing happened: the unique index refuses the true one."""
    data = {
        "run_id": "", "risk": "low", "deadline": None, "elapsed_seconds": 0, "assignees": [], "breach_action": "notify",
    }  # fmt: skip
    subject = approval.as_subject()
    log.record(NewEvent(subject, "approval.sla_breach", actor=SYSTEM, at=clock.now(), data=data))


def test_each_step_of_the_ladder_is_asked_at_its_own_time() -> None:
    policy = make_policy(breach_action="escalate", escalation=LADDER)
    approval = age(make_approval(policy=policy), minutes=61)
    sla.sweep()
    early = told(approval, "escalated")

    assert sla.sweep() == counts()
    age(approval, minutes=30)
    assert sla.sweep() == counts(escalated=1)

    assert early == ["lead@example.com"]
    assert told(approval, "escalated") == ["cfo@example.com", "lead@example.com"]
    assert events(approval) == ["requested", "sla_breach", "escalated", "escalated"]
    assert approve(approval, by=make_user("cfo@example.com")).status == "approved"


def test_nobody_is_asked_once_it_is_decided() -> None:
    policy = make_policy(breach_action="escalate", escalation=LADDER)
    approval = age(make_approval(policy=policy), minutes=61)
    sla.sweep()
    approve(approval, by=make_user("lead@example.com"))
    age(approval, minutes=30)

    assert sla.sweep() == counts()


def test_reviewers_are_reminded_once_after_the_policys_share() -> None:
    approval = make_approval(policy=make_policy(reminder_share=0.75))
    age(approval, minutes=44)
    early = sla.sweep()

    age(approval, minutes=2)

    assert early == counts()
    assert sla.sweep() == counts(reminded=1)
    assert sla.sweep() == counts()
    assert told(approval, "reminder") == ["sales@example.com"]
    assert events(approval) == ["requested"]


def test_a_reviewer_who_voted_is_not_reminded() -> None:
    policy = make_policy(risk="critical", reminder_share=0.5)
    approval = make_approval(
        policy=policy, risk="critical", assignees=("sales@example.com", "finance@example.com")
    )
    make_user("finance@example.com")
    approve(approval, by=make_user("sales@example.com"))

    age(approval, minutes=31)
    sla.sweep()

    assert told(approval, "reminder") == ["finance@example.com"]


def test_a_deadline_that_passed_is_a_breach_and_no_reminder() -> None:
    approval = age(make_approval(policy=make_policy(reminder_share=0.5)), hours=2)

    assert sla.sweep() == counts(breached=1)
    assert told(approval, "reminder") == []


@pytest.mark.shows("claimed-once")
def test_an_approval_that_is_not_claimed_in_time_expires_once() -> None:
    approval = age(approve(make_approval(), by=make_user()), days=1)

    assert sla.sweep() == counts(expired=1)
    assert sla.sweep() == counts()
    assert events(approval)[-1] == "expired"
    with pytest.raises(ApprovalExpired):
        lifecycle.claim(approval.pk, by=approval.key)


def test_a_claimed_approval_does_not_expire() -> None:
    approval = approve(make_approval(), by=make_user())
    lifecycle.claim(approval.pk, by=approval.key)
    age(approval, days=2)

    assert sla.sweep() == counts()


def test_the_command_sweeps_and_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    age(make_approval(), hours=2)

    call_command("sweep")

    assert capsys.readouterr().out == "1 breached, 0 escalated, 0 reminded, 0 expired, 0 asked.\n"


def test_the_beat_sweeps_every_five_minutes() -> None:
    approval = age(make_approval(), hours=2)

    tasks.sweep()

    assert app.conf.beat_schedule[tasks.sweep.name]["schedule"] == 300
    assert events(approval)[-1] == "sla_breach"


@pytest.mark.shows("the-database-tells-the-time")
@pytest.mark.parametrize(
    "asked_at",
    [datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)],
    ids=["spring", "autumn"],
)
def test_an_hour_is_an_hour_when_the_clocks_change(
    asked_at: datetime, monkeypatch: pytest.MonkeyPatch, settings: pytest.FixtureRequest
) -> None:
    """At 01:00 UTC the clocks in Berlin jump to 03:00 in spring, and in autumn back to 02:00."""
    settings.TIME_ZONE = "Europe/Berlin"  # type: ignore[attr-defined]
    now = asked_at
    policy = make_policy(reminder_share=0.75)
    monkeypatch.setattr(clock, "now", lambda: now)
    read = submission.read_with_policies

    def read_then(*args: Any, **named: Any) -> Any:
        people, *others = read(*args, **named)
        return replace(people, at=now), *others

    monkeypatch.setattr(submission, "read_with_policies", read_then)
    approval = make_approval(policy=policy)

    now = asked_at + timedelta(minutes=44, seconds=59)
    assert sla.sweep() == counts()
    now = asked_at + timedelta(minutes=45)
    assert sla.sweep() == counts(reminded=1)
    now = asked_at + timedelta(minutes=59, seconds=59)
    assert sla.sweep() == counts()
    now = asked_at + timedelta(minutes=60)
    assert sla.sweep() == counts(breached=1)
    assert Approval.objects.get(pk=approval.pk).breached_at == now


@pytest.mark.shows("the-database-tells-the-time")
def test_a_machine_whose_clock_is_wrong_sweeps_by_the_databases(monkeypatch: pytest.MonkeyPatch) -> None:
    on_time, late = make_approval(), age(make_approval(), hours=2)
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2031, 1, 1, tzinfo=UTC))

    assert sla.sweep() == counts(breached=1)

    assert Approval.objects.get(pk=on_time.pk).breached_at is None
    stamped = Approval.objects.get(pk=late.pk).breached_at
    assert stamped is not None
    assert abs(stamped - clock.now()) < timedelta(minutes=1)
    assert Notification.objects.filter(next_attempt_at__gt=clock.now() + timedelta(hours=1)).count() == 0


def test_approvers_remind_each_other_where_nobody_is_named() -> None:
    make_approver("approver@example.com")
    key, _ = make_key()
    approval = make_approval(policy=make_policy(reminder_share=0.5), assignees=(), key=key)

    age(approval, minutes=31)
    sla.sweep()

    assert told(approval, "reminder") == ["approver@example.com"]
