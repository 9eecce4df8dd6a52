"""What would keep a request from anybody who can decide it, told when it is submitted and on its page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from approvals import reach
from approvals.models import Approval, ChannelTest, Notification
from approvals.notifications import preferences
from approvals.notifications.routing import NEVER_SILENT
from approvals.policy import warnings
from audit import clock
from tests.approvals.api.client import AgentClient
from tests.factories import (
    make_agent,
    make_approval,
    make_approver,
    make_grant,
    make_key,
    make_policy,
    make_user,
    reject,
)

pytestmark = pytest.mark.django_db

TWO = ("sales@example.com", "finance@example.com")


def codes(approval: Approval) -> list[str]:
    return [warning["code"] for warning in reach.warnings(approval, at=clock.now())]


@pytest.fixture
def _two_people() -> None:
    for address in TWO:
        make_user(address)


@pytest.mark.usefixtures("_two_people")
def test_two_reviewers_who_hear_of_it_need_no_warning() -> None:
    assert codes(make_approval(assignees=TWO)) == []


def test_an_address_without_a_person_is_named_as_such() -> None:
    make_approver()

    assert codes(make_approval()) == ["unowned_assignee"]


def test_a_sole_assignee_needs_somebody_who_stands_in() -> None:
    sales = make_user()
    approval = make_approval()
    alone = codes(approval)

    make_grant(sales, make_user("deputy@example.com"))

    assert alone == ["sole_assignee_without_delegate"]
    assert codes(approval) == ["all_on_leave"]


def test_a_grant_for_something_else_stands_in_for_nothing() -> None:
    make_grant(make_user(), make_user("deputy@example.com"), is_whole=False, action_types=["refund"])

    assert codes(make_approval()) == ["sole_assignee_without_delegate"]


@pytest.mark.usefixtures("_two_people")
def test_all_on_leave_says_who_decides_instead() -> None:
    deputy = make_user("deputy@example.com")
    for address in TWO:
        make_grant(make_user(address), deputy)

    (warning,) = reach.warnings(make_approval(assignees=TWO), at=clock.now())

    assert warning["code"] == "all_on_leave"
    assert "deputy@example.com" in warning["message"]


def test_a_sole_assignee_who_may_not_decide_is_told_as_such() -> None:
    owner = make_user("sales@example.com")
    make_approver()

    assert codes(make_approval(key=make_key(make_agent(owner=owner))[0])) == ["sole_assignee_barred"]


@pytest.mark.parametrize(("approvers", "expected"), [(0, ["too_few_people", "too_few_people_told"]), (1, [])])
def test_a_quorum_that_too_few_can_fill(approvers: int, expected: list[str]) -> None:
    for address in TWO:
        make_user(address)
    for number in range(approvers):
        make_approver(f"approver-{number}@example.com")

    approval = make_approval(assignees=TWO, policy=make_policy(quorum=3))

    assert codes(approval) == expected


def test_a_delegate_fills_no_place_more() -> None:
    sales = make_user()
    make_user("finance@example.com")
    make_grant(sales, make_user("deputy@example.com"))

    assert "too_few_people" in codes(make_approval(assignees=TWO, policy=make_policy(quorum=3)))


@pytest.mark.usefixtures("_two_people")
def test_nobody_named_who_would_hear_of_it() -> None:
    make_approver()
    for address in TWO:
        preferences.choose(make_user(address), {(event, None) for event in NEVER_SILENT})

    assert codes(make_approval(assignees=TWO)) == ["no_working_channel"]


@pytest.mark.usefixtures("_two_people")
def test_mail_that_was_given_up_is_no_working_channel_until_one_comes_through() -> None:
    approval = make_approval(assignees=TWO)
    at = clock.now()
    Notification.objects.filter(approval=approval).update(given_up_at=at)
    lost = codes(approval)

    Notification.objects.create(approval=approval, kind="reminder", recipient=TWO[0], sent_at=clock.now())

    assert lost == ["no_working_channel"]
    assert codes(approval) == []


@pytest.mark.usefixtures("_two_people")
def test_a_test_that_did_not_arrive_counts_until_one_does() -> None:
    approval, at = make_approval(assignees=TWO), clock.now()
    for address in TWO:
        ChannelTest.objects.create(user=make_user(address), created_at=at, arrived=False, answered_at=at)
    lost = codes(approval)

    ChannelTest.objects.create(
        user=make_user(TWO[0]), created_at=clock.now(), arrived=True, answered_at=clock.now()
    )

    assert lost == ["no_working_channel"]
    assert codes(approval) == []


def test_what_is_decided_warns_of_nothing() -> None:
    reviewer = make_user()

    decided = reject(make_approval(), by=reviewer)

    assert codes(decided) == []


def test_a_page_of_requests_takes_a_fixed_number_of_queries(
    django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    key, token = make_key()
    agent = AgentClient(token)
    make_approval(key=key)
    agent.get("/approvals")  # which notes that the key was used
    with django_assert_max_num_queries(30) as few:
        agent.get("/approvals")
    for number in range(10):
        make_approval(key=key, assignees=(f"person-{number}@example.com", "sales@example.com"))

    with django_assert_num_queries(len(few)):
        listed = agent.get("/approvals").json()["items"]

    assert len(listed) == 11
    assert all(item["warnings"] for item in listed)


def test_the_requests_page_shows_them() -> None:
    browser = Client()
    browser.force_login(make_user())
    approval = make_approval()

    page = browser.get(approval.get_absolute_url()).content.decode()

    assert "sales@example.com is the only person named, and nobody stands in for them." in page


def test_a_mailbox_that_an_upgrade_put_onto_the_ladder_is_named() -> None:
    ladder = [{"emails": ["nobody-yet@example.com"], "after_minutes": 0}]
    policy = make_policy(risk="critical", sla_minutes=60, escalation=ladder)

    sentences = warnings.of_people([policy])[policy]

    assert any("nobody-yet@example.com is on the escalation ladder" in sentence for sentence in sentences)


@pytest.mark.usefixtures("_two_people")
@pytest.mark.parametrize("pattern", ["(", r"^(?:(?!a).)*(\w+)+$"])
def test_a_pattern_that_could_not_be_checked_is_told(pattern: str) -> None:
    schema = {"type": "object", "properties": {"to": {"type": "string", "pattern": pattern}}}

    approval = make_approval(assignees=TWO, payload={"to": "b" * 3_000 + "!"}, schema=schema)
    (warning,) = reach.warnings(approval, at=clock.now())

    assert warning["code"] == "pattern_not_checked"
    assert pattern in warning["message"]


@pytest.mark.usefixtures("_two_people")
def test_a_pattern_that_was_checked_needs_no_warning() -> None:
    schema = {"type": "object", "properties": {"to": {"type": "string", "pattern": r"^(?!x)(b)\1$"}}}

    assert codes(make_approval(assignees=TWO, payload={"to": "bb"}, schema=schema)) == []
