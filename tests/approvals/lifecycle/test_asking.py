"""Those told and able are fewer than the approvals still wanted: the approvers are asked, then the administrators told.

On each path on which that can come about, and once.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from approvals import lifecycle, reach
from approvals.models import Agent, Approval, Notification
from audit import clock
from audit.message import SYSTEM
from audit.models import Event
from grants import membership
from grants.models import User
from tests.approvals.sql import run
from tests.factories import (
    EMAIL_PAYLOAD,
    age,
    approve,
    joined_earlier,
    make_approval,
    make_approver,
    make_grant,
    make_policy,
    make_user,
    proved,
)

pytestmark = pytest.mark.django_db

SALES, FINANCE, APPROVER, ADMIN = (
    "sales@example.com",
    "finance@example.com",
    "approver@example.com",
    "admin@example.com",
)
TWO = (SALES, FINANCE)


@pytest.fixture(autouse=True)
def _people() -> None:
    make_user(SALES)
    make_user(FINANCE)
    make_user(ADMIN, is_staff=True)


def told(approval: Approval, *kinds: str) -> list[tuple[str, str]]:
    rows = Notification.objects.filter(approval=approval)
    rows = rows.filter(kind__in=kinds) if kinds else rows
    return sorted(rows.values_list("kind", "recipient"))


def log_of(approval: Approval, kind: str) -> list[dict[str, Any]]:
    events = Event.objects.about("approval", approval.pk).filter(type=f"approval.{kind}")
    return [json.loads(bytes(event.body.content))["data"] for event in events.select_related("body")]


def codes(approval: Approval) -> set[str]:
    return {one["code"] for one in reach.warnings(again(approval), at=clock.now())}


def again(approval: Approval) -> Approval:
    return Approval.objects.get(pk=approval.pk)


@pytest.mark.shows("enough-people-are-asked")
def test_a_critical_request_with_one_named_is_asked_of_the_approvers_at_once() -> None:
    make_approver()

    approval = make_approval(risk="critical")

    assert told(approval) == [("requested", APPROVER), ("requested", SALES)]
    assert log_of(approval, "approvers_asked") == [{"people": [APPROVER], "wanted": 2, "able": 1}]
    assert log_of(approval, "understaffed") == []
    assert "too_few_people_told" not in codes(approval)


@pytest.mark.shows("enough-people-are-asked")
def test_where_the_approvers_are_not_enough_the_administrators_are_told_and_a_warning_says_so() -> None:
    approval = make_approval(risk="critical")

    assert told(approval) == [("requested", SALES), ("understaffed", ADMIN)]
    assert log_of(approval, "understaffed") == [{"people": [ADMIN], "wanted": 2, "able": 1}]
    assert "too_few_people_told" in codes(approval)


@pytest.mark.shows("enough-people-are-asked")
def test_enough_who_are_named_leave_the_approvers_alone() -> None:
    make_approver()

    approval = make_approval(risk="critical", assignees=TWO)

    assert told(approval) == [("requested", FINANCE), ("requested", SALES)]
    assert approval.approvers_asked_at is None


def test_an_approver_who_hears_of_the_whole_pool_is_told_once() -> None:
    from approvals.models import Choice

    Choice.objects.create(user=make_approver(), event="pool", is_on=True)

    assert (told(make_approval(risk="critical"), "requested", "pool")) == [
        ("requested", APPROVER),
        ("requested", SALES),
    ]


def test_the_first_vote_the_breach_and_the_sweep_tell_nobody_twice() -> None:
    joined_earlier(make_approver(), at=clock.now() - timedelta(days=1))
    approval = make_approval(risk="critical")
    approve(approval, by=make_user(SALES))
    lifecycle.sweep()

    lifecycle.breach_if_overdue(age(approval, hours=2).pk)
    lifecycle.sweep()

    assert len(told(approval, "requested")) == 2
    assert told(approval, "breached") == [("breached", APPROVER), ("breached", SALES)]
    assert len(log_of(approval, "approvers_asked")) == 1
    assert approve(approval, by=make_user(APPROVER)).status == "approved"


def test_the_administrators_hear_of_the_breach_too_where_too_few_can_decide() -> None:
    approval = age(make_approval(risk="critical"), hours=2)

    lifecycle.breach_if_overdue(approval.pk)

    assert told(approval, "breached", "understaffed") == [
        ("breached", ADMIN),
        ("breached", SALES),
        ("understaffed", ADMIN),
    ]


def two_named() -> Approval:
    make_approver()
    return make_approval(risk="critical", assignees=TWO)


def hand_on_to_nobody(approval: Approval) -> None:
    """At low risk to an address without an account."""
    lifecycle.reassign(
        approval.pk,
        by=make_user(SALES),
        to="mailbox@example.com",
        reason="On leave.",
        instead_of=SALES,
        accepts_unknown=True,
    )


def close_account(approval: Approval) -> None:
    lifecycle.close_account(make_user(SALES), by=SYSTEM)


def close_account_elsewhere(approval: Approval) -> None:
    User.objects.filter(email=SALES).update(is_active=False)
    lifecycle.sweep()


def make_them_the_owner(approval: Approval) -> None:
    Agent.objects.filter(pk=approval.agent_id).update(owner=make_user(SALES))
    lifecycle.sweep()


def only_the_agents_choice_is_left(approval: Approval) -> None:
    """The policy's reviewer leaves: those whom the agent named cannot complete it alone."""
    User.objects.filter(email="lead@example.com").update(is_active=False)
    lifecycle.sweep()


def one_named() -> Approval:
    make_approver()
    return make_approval()


def policys_and_agents() -> Approval:
    make_approver()
    make_user("lead@example.com")
    return make_approval(policy=make_policy(reviewers=["lead@example.com"]), assignees=TWO)


@pytest.mark.usefixtures("rows_alone")
@pytest.mark.shows("enough-people-are-asked")
@pytest.mark.parametrize(
    ("make", "happen"),
    [
        (one_named, hand_on_to_nobody),
        (two_named, close_account),
        (two_named, close_account_elsewhere),
        (two_named, make_them_the_owner),
        (policys_and_agents, only_the_agents_choice_is_left),
    ],
)
def test_what_leaves_too_few_asks_the_approvers_once(
    make: Callable[[], Approval], happen: Callable[[Approval], None]
) -> None:
    approval = make()
    before = told(approval, "requested", "left_open")

    happen(approval)
    lifecycle.sweep()

    heard = [one for one in told(approval, "requested", "left_open") if one not in before]
    assert [address for _, address in heard] == [APPROVER]
    assert len(log_of(approval, "approvers_asked")) == 1
    assert again(approval).approvers_asked_at is not None


def test_an_edit_that_voids_votes_asks_again_where_the_voter_is_gone() -> None:
    make_approver()
    approval = make_approval(risk="critical", assignees=TWO)
    approve(approval, by=make_user(FINANCE))
    User.objects.filter(email=FINANCE).update(is_active=False)
    before = told(approval, "requested")

    approve(approval, by=make_user(SALES), edited={**EMAIL_PAYLOAD, "subject": "Corrected"})

    assert ("requested", APPROVER) not in before
    assert ("requested", APPROVER) in told(approval)


def test_a_ladder_without_an_account_asks_the_approvers() -> None:
    make_approver()
    ladder = [{"emails": ["team@example.com"], "after_minutes": 0}]
    approval = make_approval(policy=make_policy(breach_action="escalate", escalation=ladder))

    lifecycle.breach_if_overdue(age(approval, hours=2).pk)

    assert ("requested", APPROVER) in told(approval)


@pytest.mark.shows("enough-people-are-asked")
def test_an_approver_who_leaves_is_missed_and_one_who_joins_is_asked() -> None:
    approver, approval = make_approver(), make_approval(policy=make_policy(quorum=2))
    membership.leave(approver, by=SYSTEM)
    lifecycle.sweep()
    missed = told(approval, "understaffed")

    make_approver("next@example.com")
    lifecycle.sweep()

    assert missed == [("understaffed", ADMIN)]
    assert ("requested", "next@example.com") in told(approval)
    lifecycle.sweep()
    assert again(approval).administrators_told_at is None
    assert len(told(approval, "understaffed")) == 1


def test_an_approver_who_came_after_a_critical_request_is_not_asked() -> None:
    approval = make_approval(risk="critical")

    make_approver()
    lifecycle.sweep()

    assert told(approval, "requested") == [("requested", SALES)]


@pytest.mark.shows("enough-people-are-asked")
def test_a_delegate_counts_for_nobody_more_than_the_grantor() -> None:
    make_grant(make_user(SALES), make_user("deputy@example.com"))
    make_approver()

    assert ("requested", APPROVER) in told(make_approval(risk="critical"))


def test_a_grant_that_ends_leaves_the_grantor_who_was_told() -> None:
    make_approver()
    grant = make_grant(make_user(SALES), make_user("deputy@example.com"))
    approval = make_approval()
    from approvals import delegation

    delegation.revoke(grant.pk, by=grant.grantor)
    lifecycle.sweep()

    assert ("requested", SALES) in told(approval)
    assert ("requested", APPROVER) not in told(approval)


def test_who_was_asked_is_told_when_it_is_decided() -> None:
    make_approver()
    approval = make_approval(risk="critical", assignees=(SALES,))
    approve(approval, by=make_user(SALES))
    make_approver("second@example.com")

    lifecycle.reject(
        approval.pk,
        by=make_user(SALES),
        seen=lifecycle.Seen(1, again(approval).version().digest),
        resolution="declined",
        proof=proved(approval, by=make_user(SALES)),
    )

    assert told(approval, "decided") == [("decided", APPROVER)]


@pytest.mark.parametrize(("assignees", "sentence"), [
    ((SALES,), "People asked: Sales and the approvers."),
    (TWO, "People asked: Sales, Finance. Any approver may decide it as well."),
])  # fmt: skip
def test_the_page_says_whom_it_is_asked_of_and_no_more(assignees: tuple[str, ...], sentence: str) -> None:
    make_approver()
    approval, browser = make_approval(risk="critical", assignees=assignees), Client()
    browser.force_login(make_user(SALES))

    page = " ".join(browser.get(approval.get_absolute_url()).content.decode().split())

    assert sentence in page


def test_what_is_decided_is_asked_of_nobody_any_more_even_by_sql() -> None:
    from django.db import IntegrityError

    approval = approve(make_approval(), by=make_user(SALES))

    with pytest.raises(IntegrityError, match="terminal"):
        run("UPDATE approvals_approval SET approvers_asked_at = now() WHERE id = %s", approval.pk)
