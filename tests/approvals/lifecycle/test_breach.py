"""A deadline passes: what each breach action does, whom it tells, and that none approves."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from approvals import lifecycle
from approvals.exceptions import AlreadyDecided
from approvals.models import Agent, Approval, Assignment, Notification, Vote
from audit import clock
from audit.models import Event
from tests.factories import (
    age,
    approve,
    make_agent,
    make_approval,
    make_approver,
    make_grant,
    make_key,
    make_policy,
    make_user,
)

pytestmark = pytest.mark.django_db

LADDER = [
    {"emails": ["lead@example.com"], "after_minutes": 0},
    {"emails": ["cfo@example.com", "ceo@example.com"], "after_minutes": 30},
]


def breached(approval: Approval, **later: float) -> Approval:
    """The request once its deadline has passed, and so much later at that, and it was noted."""
    Notification.objects.all().delete()
    age(approval, minutes=60)
    age(approval, **later) if later else None
    assert lifecycle.breach_if_overdue(approval.pk)
    return Approval.objects.get(pk=approval.pk)


def told(approval: Approval) -> list[tuple[str, str]]:
    return sorted(approval.notifications.values_list("kind", "recipient"))


def log_of(approval: Approval) -> list[tuple[str, dict[str, Any]]]:
    events = Event.objects.about("approval", approval.pk).select_related("body")
    return [(event.type, json.loads(bytes(event.body.content))["data"]) for event in events]


@pytest.mark.shows("breach-never-approves")
def test_notify_holds_it_and_tells_the_assignees_again() -> None:
    make_user("sales@example.com")

    approval = breached(make_approval(run_id="run_7"))

    assert approval.is_pending
    assert approval.breached_at is not None
    assert told(approval) == [("breached", "sales@example.com")]
    (_, (event, data)) = log_of(approval)
    assert event == "approval.sla_breach"
    assert data["run_id"] == "run_7"
    assert data["risk"] == "low"
    assert data["assignees"] == ["sales@example.com"]
    assert data["breach_action"] == "notify"
    assert 3600 <= data["elapsed_seconds"] < 3660


@pytest.mark.shows("breach-never-approves")
def test_escalate_makes_the_first_step_reviewers_and_leaves_the_next_for_its_time() -> None:
    lead = make_user("lead@example.com")
    policy = make_policy(breach_action="escalate", escalation=LADDER)

    approval = breached(make_approval(policy=policy))

    assert told(approval) == [("breached", "sales@example.com"), ("escalated", "lead@example.com")]
    assert approval.escalate_at == approval.deadline + timedelta(minutes=30)  # type: ignore[operator]
    assert log_of(approval)[-1] == (
        "approval.escalated",
        {"step": 1, "after_minutes": 0, "people": ["lead@example.com"]},
    )
    assert approve(approval, by=lead).status == "approved"


def test_steps_whose_time_came_before_anybody_looked_are_asked_together() -> None:
    policy = make_policy(breach_action="escalate", escalation=LADDER)

    approval = breached(make_approval(policy=policy), minutes=31)

    assert approval.escalate_at is None
    assert [kind for kind, _ in log_of(approval)][-2:] == ["approval.escalated"] * 2
    assert {assignment.email for assignment in approval.assignments.filter(source="escalation")} == {
        "lead@example.com",
        "cfo@example.com",
        "ceo@example.com",
    }


@pytest.mark.shows("breach-never-approves")
def test_reject_ends_it_by_the_system_and_by_nobody_else() -> None:
    approval = breached(make_approval(policy=make_policy(breach_action="reject")))

    assert (approval.status, approval.resolution) == ("rejected", "sla_expired")
    assert not Vote.objects.exists()
    rejection = Event.objects.about("approval", approval.pk).get(type="approval.rejected")
    body = json.loads(bytes(rejection.body.content))
    assert body["actor"]["kind"] == "system"
    assert body["authority"] is None
    assert body["data"]["person"] is None
    assert not approval.assignments.filter(is_open=True).exists()


@pytest.mark.shows("a-late-decision-follows-its-breach")
def test_a_decision_in_the_gap_before_the_sweep_is_refused_where_the_deadline_rejects() -> None:
    approval = age(make_approval(policy=make_policy(breach_action="reject")), hours=2)

    with pytest.raises(AlreadyDecided, match=r"rejected \(deadline passed\)"):
        approve(approval, by=make_user())

    assert [kind for kind, _ in log_of(approval)][1:] == ["approval.sla_breach", "approval.rejected"]


@pytest.mark.shows("critical-is-held", "breach-never-approves")
def test_critical_is_held_and_everybody_assigned_and_the_ladder_hear_of_it_once() -> None:
    policy = make_policy(risk="critical", sla_minutes=60)
    people = ("sales@example.com", "escalation@example.com", "finance@example.com")

    approval = breached(make_approval(policy=policy, risk="critical", assignees=people))

    assert approval.is_pending
    assert told(approval) == [
        ("breached", "finance@example.com"),
        ("breached", "sales@example.com"),
        ("escalated", "escalation@example.com"),
    ]


def test_an_escalation_without_a_ladder_asks_the_approvers() -> None:
    make_approver()

    approval = breached(make_approval(risk="high"))

    assert told(approval) == [("breached", "approver@example.com"), ("breached", "sales@example.com")]


def test_where_nobody_is_left_to_decide_the_administrators_hear_of_it() -> None:
    make_user("sales@example.com", is_active=False)
    make_user("admin@example.com", is_staff=True)

    approval = breached(make_approval())

    assert told(approval) == [("breached", "admin@example.com")]


def test_a_person_who_may_never_decide_it_is_not_asked() -> None:
    owner = make_user("sales@example.com")
    make_user("finance@example.com")
    key, _ = make_key(make_agent(owner=owner))

    approval = breached(make_approval(key=key, assignees=(owner.email, "finance@example.com")))

    assert told(approval) == [("breached", "finance@example.com")]


@pytest.mark.usefixtures("rows_alone")
@pytest.mark.shows("owners-stay-barred")
def test_who_answered_for_the_agent_when_it_asked_is_not_asked_either() -> None:
    owner = make_user("sales@example.com")
    make_user("finance@example.com")
    agent = make_agent(owner=owner)
    approval = make_approval(key=make_key(agent)[0], assignees=(owner.email, "finance@example.com"))
    Agent.objects.filter(pk=agent.pk).update(owner=make_user("next@example.com"))

    breached(approval)

    assert told(approval) == [("breached", "finance@example.com")]


def test_a_stand_in_for_an_assignee_hears_of_it_too() -> None:
    sales, deputy = make_user("sales@example.com"), make_user("deputy@example.com")
    make_grant(sales, deputy)
    make_grant(sales, make_user("other@example.com"), is_whole=False, action_types=["refund"])

    approval = breached(make_approval())

    assert told(approval) == [("breached", "deputy@example.com"), ("breached", "sales@example.com")]


def test_a_reviewer_who_handed_it_on_is_asked_again_by_the_ladder() -> None:
    policy = make_policy(breach_action="escalate", escalation=LADDER[:1])
    approval = make_approval(policy=policy, assignees=("lead@example.com", "sales@example.com"))
    Assignment.objects.filter(email="lead@example.com").update(removed_at=clock.now())

    breached(approval)

    assignment = Assignment.objects.get(approval=approval, email="lead@example.com")
    assert assignment.removed_at is None
    assert assignment.is_open


@pytest.mark.shows("open-requests-keep-their-policy")
def test_what_a_policy_said_stays_for_what_is_open() -> None:
    approval = make_approval(policy=make_policy(breach_action="reject"))
    make_policy(breach_action="notify")

    assert breached(approval).status == "rejected"


@pytest.mark.shows("a-breach-is-noted-once")
def test_a_breach_is_noted_once() -> None:
    approval = breached(make_approval())

    assert not lifecycle.breach_if_overdue(approval.pk)
    assert len(told(approval)) == 1
