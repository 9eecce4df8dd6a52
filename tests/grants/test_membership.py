"""The group `approvers`: who joins and leaves is on record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from approvals import authority
from audit import clock
from audit.message import SYSTEM
from audit.models import Event
from grants import membership
from grants.models import ApproverMembership
from tests.approvals.sql import run
from tests.factories import make_approval, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.shows("authority-is-on-record")
def test_joining_twice_is_one_membership_and_one_event() -> None:
    user = make_user()

    first = membership.join(user, by=SYSTEM)
    second = membership.join(user, by=SYSTEM)

    assert first == second
    assert [event.type for event in Event.objects.about("person", user.pk)] == ["approvers.joined"]


@pytest.mark.shows("authority-is-on-record")
def test_leaving_ends_the_membership_and_is_recorded_once() -> None:
    user = make_user()
    joined = membership.join(user, by=SYSTEM)

    membership.leave(user, by=SYSTEM)
    membership.leave(user, by=SYSTEM)

    joined.refresh_from_db()
    assert joined.left_at is not None
    types = [event.type for event in Event.objects.about("person", user.pk)]
    assert types == ["approvers.joined", "approvers.left"]


def test_who_comes_back_has_a_membership_of_its_own() -> None:
    user = make_user()
    membership.join(user, by=SYSTEM)
    membership.leave(user, by=SYSTEM)

    membership.join(user, by=SYSTEM)

    assert ApproverMembership.objects.filter(user=user).count() == 2
    assert ApproverMembership.objects.open(clock.now()).filter(user=user).count() == 1


def test_membership_holds_from_joining_to_leaving() -> None:
    user = make_user()
    joined = membership.join(user, by=SYSTEM)
    membership.leave(user, by=SYSTEM)
    joined.refresh_from_db()

    held = [
        ApproverMembership.objects.open(at).exists()
        for at in (joined.joined_at - timedelta(seconds=1), joined.joined_at, joined.left_at)
    ]

    assert held == [False, True, False]


def test_database_refuses_two_open_memberships() -> None:
    user = make_user()
    membership.join(user, by=SYSTEM)

    with pytest.raises(IntegrityError, match="approver_one_open_membership"), transaction.atomic():
        ApproverMembership.objects.create(user=user, joined_at=clock.now())


def test_database_refuses_leaving_before_joining() -> None:
    at = clock.now()

    with pytest.raises(IntegrityError, match="approver_leaves_after_joining"), transaction.atomic():
        ApproverMembership.objects.create(user=make_user(), joined_at=at, left_at=at - timedelta(seconds=1))


@pytest.mark.shows("latecomers-leave-critical-alone")
def test_who_joins_after_a_critical_request_was_opened_does_not_decide_it() -> None:
    approval = make_approval(risk="critical", assignees=("security@example.com", "compliance@example.com"))
    latecomer = make_user("admin@example.com", is_staff=True, is_superuser=True)

    membership.join(latecomer, by=make_user("other@example.com").as_actor(), second=SYSTEM)

    assert not authority.may_decide(latecomer, approval, at=clock.now()).allowed
    later = make_approval(risk="critical", assignees=("security@example.com", "compliance@example.com"))
    assert authority.may_decide(latecomer, later, at=clock.now()).allowed


@pytest.mark.shows("authority-stays-with-its-person")
@pytest.mark.usefixtures("sql_as_application")
@pytest.mark.parametrize(
    "change", ["joined_at = joined_at - interval '1 year'", "user_id = %s", "id = id + 1"], ids=str
)
def test_database_lets_nobody_join_at_another_time(change: str) -> None:
    membership.join(make_user(), by=SYSTEM)
    values = [make_user("other@example.com").pk] if "%s" in change else []

    with pytest.raises(IntegrityError, match="who joined, and when, does not change"):
        run(f"UPDATE grants_approvermembership SET {change}", *values)


@pytest.mark.shows("authority-stays-with-its-person")
@pytest.mark.usefixtures("sql_as_application")
@pytest.mark.parametrize("moment", ["NULL", "left_at + interval '1 year'"])
def test_database_lets_a_membership_be_left_once(moment: str) -> None:
    user = make_user()
    membership.join(user, by=SYSTEM)
    membership.leave(user, by=SYSTEM)

    with pytest.raises(IntegrityError, match="it is left once"):
        run(f"UPDATE grants_approvermembership SET left_at = {moment}")


@pytest.mark.shows("authority-stays-with-its-person")
def test_database_keeps_memberships() -> None:
    membership.join(make_user(), by=SYSTEM)

    with pytest.raises(IntegrityError, match="append-only"):
        run("DELETE FROM grants_approvermembership")
