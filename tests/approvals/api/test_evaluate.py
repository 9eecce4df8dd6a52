"""Asking what would come of a proposal: the verdict as it would be, and nothing stored."""

from __future__ import annotations

import json
from typing import Any

import pytest

from approvals.models import Approval, Notification
from audit.models import Event
from tests.approvals.api.client import PROPOSAL, AgentClient, agent_client
from tests.factories import make_agent, make_key, make_policy

pytestmark = pytest.mark.django_db


def evaluate(client: AgentClient, **changes: Any) -> dict[str, Any]:
    response = client.post("/evaluate", {**PROPOSAL, **changes}, key=None)
    assert response.status_code == 200, response.content
    body: dict[str, Any] = json.loads(response.content)
    return body


def test_it_says_what_would_come_and_stores_nothing() -> None:
    make_policy(risk="high", reviewers=["head@example.com"], sla_minutes=90)
    client = AgentClient()
    events = Event.objects.count()

    found = evaluate(client, slaMinutes=80, risk="low")

    assert found.pop("reasons")
    assert found == {
        "status": "pending",
        "disposition": "wait",
        "pattern": "approval_gate",
        "risk": "high",
        "reviewers": [
            {"email": "sales@example.com", "namedBy": "agent"},
            {"email": "head@example.com", "namedBy": "policy"},
        ],
        "quorum": 1,
        "deadlineMinutes": 80,
        "breachAction": "escalate",
        "policy": {"actionType": "external_email", "workflow": "", "version": 1},
    }
    assert not Approval.objects.exists()
    assert not Notification.objects.exists()
    assert Event.objects.count() == events


@pytest.mark.parametrize(
    "proposed", [{}, {"risk": "critical"}, {"confidence": 0.99}, {"payload": {"amount": 5}}]
)
def test_it_foretells_what_a_submission_gets(proposed: dict[str, Any]) -> None:
    make_policy(pattern="exception_based", condition="payload.amount > 3")
    client = AgentClient()

    found = evaluate(client, **proposed)
    taken = client.submit(**proposed)

    for name in ("status", "disposition", "pattern", "risk"):
        assert found[name] == taken[name]
    assert found["quorum"] == taken["votes"]["required"]


@pytest.mark.shows("critical-never-runs-alone")
def test_critical_at_99_with_a_condition_that_says_run_waits_for_two() -> None:
    make_policy(pattern="exception_based", condition="false")
    client = AgentClient()

    found = evaluate(client, risk="critical", confidence=0.99)

    assert (found["disposition"], found["quorum"], found["breachAction"]) == ("wait", 2, "escalate")


@pytest.mark.shows("doubt-asks-a-person")
@pytest.mark.parametrize("amount", ["10000", None, ["10000"], True])
def test_a_condition_on_another_type_asks_a_person_there_and_when_submitted(amount: object) -> None:
    make_policy(pattern="exception_based", condition="payload.amount == 10000")
    client = AgentClient()

    found = evaluate(client, payload={"amount": amount})
    taken = client.submit(payload={"amount": amount})

    assert (found["status"], taken["status"]) == ("pending", "pending")
    assert "compared with a number" in found["reasons"][-1]


@pytest.mark.parametrize(
    ("changes", "status", "pointer"),
    [
        ({"slaMinutes": 0}, 422, "/slaMinutes"),
        ({"quorum": 1}, 422, "/quorum"),
        ({"breachAction": "approve"}, 422, "/breachAction"),
        ({"actionType": "unheard_of"}, 422, "/actionType"),
        ({"risk": "high", "assignees": []}, 422, "/assignees"),
    ],
)
@pytest.mark.parametrize("call", ["/evaluate", "/approvals"])
def test_what_no_submission_may_say_is_refused_alike(
    call: str, changes: dict[str, Any], status: int, pointer: str
) -> None:
    response = agent_client().post(call, {**PROPOSAL, **changes})

    assert response.status_code == status
    assert pointer in [error["pointer"] for error in json.loads(response.content)["errors"]]


def test_a_policys_demands_are_refused_at_their_place() -> None:
    make_policy(required_evidence=["Contract"], require_initiated_by=True)

    response = AgentClient().post("/approvals", PROPOSAL)

    errors = json.loads(response.content)["errors"]
    assert [(error["pointer"], error["code"]) for error in errors] == [
        ("/evidence", "evidence_required"),
        ("/initiatedBy", "initiated_by_required"),
    ]


@pytest.mark.parametrize("call", ["/evaluate", "/approvals"])
def test_evidence_of_a_tone_that_a_policy_demands_is_missed_alike(call: str) -> None:
    make_policy(required_evidence_tones=["emerald"])

    response = AgentClient().post(call, {**PROPOSAL, "evidence": []})

    (error,) = json.loads(response.content)["errors"]
    assert (response.status_code, error["pointer"], error["code"]) == (
        422,
        "/evidence",
        "evidence_tone_required",
    )
    assert "evidence of the tone emerald (supports)" in error["message"]


@pytest.mark.shows("agents-stay-in-scope")
def test_a_key_asks_only_within_its_scope() -> None:
    make_policy()
    key = make_key(make_agent(action_types=["crm_update"]))[1]

    assert AgentClient(key).post("/evaluate", PROPOSAL).status_code == 403
