"""A workflow's policy asks for no less than the action type's own, unless that was agreed to."""

from __future__ import annotations

from typing import Any

import pytest

from approvals import held
from approvals.models import Policy
from approvals.policy import Proposal, evaluate, find, strength
from tests.factories import make_policy

pytestmark = [pytest.mark.django_db, pytest.mark.shows("workflows-never-weaken")]

EXCEPTION = {"pattern": "exception_based", "minimum_confidence": 0.8, "reason": "Tried"}


def current(workflow: str = "mine") -> Policy:
    return Policy.objects.current().get(action_type="refund", workflow=workflow)


def weighed(action_type: str = "refund", **terms: Any) -> set[str]:
    """The terms in which it would be looser."""
    values = {"pattern": "approval_gate", "risk": "low", "sla_minutes": 60, **terms}
    change = held.policies.weigh(Policy(action_type=action_type, **values))
    return {one["term"] for one in change.difference if one["is_looser"]} if change else set()


@pytest.mark.parametrize(
    ("before", "stricter"),
    [
        ({}, {"quorum": 3}),
        ({}, {"risk": "high"}),
        ({}, {"risk": "critical", "quorum": 2}),
        ({"pattern": "none", "reason": "Fine"}, {"pattern": "approval_gate"}),
        ({"pattern": "none", "reason": "Fine"}, EXCEPTION),
        (EXCEPTION, {**EXCEPTION, "minimum_confidence": 0.9}),
        ({**EXCEPTION, "condition": "payload.a > 1"}, {**EXCEPTION, "condition": "payload.a > 0"}),
        ({"reviewers": ["a@example.com", "b@example.com"]}, {"reviewers": ["a@example.com"]}),
        ({}, {"validity_minutes": 5}),
        ({}, {"locked_fields": ["/to"], "required_evidence": ["Contract"], "require_initiated_by": True}),
        ({"allow_self_approval": True}, {"risk": "high"}),
    ],
    ids=str,
)
def test_a_stricter_policy_raises_its_workflows_with_it(
    before: dict[str, Any], stricter: dict[str, Any]
) -> None:
    make_policy("refund", **before)
    make_policy("refund", workflow="mine", **before)

    base = make_policy("refund", **stricter)

    assert current().version == 2
    assert strength.looser_terms(base, current()) <= {"condition", "escalation"}


def test_the_conditions_of_both_ask_a_person() -> None:
    make_policy("refund", **EXCEPTION, condition="payload.a > 1")
    make_policy("refund", workflow="mine", **EXCEPTION, condition="payload.a > 1")

    make_policy("refund", **EXCEPTION, condition="payload.b > 1")

    proposal = Proposal(action_type="refund", workflow="mine", confidence=1.0, payload={"a": 0, "b": 2})
    assert current().condition == "(payload.a > 1) || (payload.b > 1)"
    assert evaluate(find("refund", "mine"), proposal).is_gated


def test_what_was_agreed_to_stays_weaker_and_the_rest_is_raised() -> None:
    make_policy("refund", quorum=2)
    make_policy("refund", workflow="mine", quorum=1)

    make_policy("refund", quorum=3, risk="high")

    assert (current().quorum, current().risk) == (1, "high")


def test_a_workflow_that_is_as_strict_keeps_its_version() -> None:
    make_policy("refund")
    make_policy("refund", workflow="mine", quorum=3)

    make_policy("refund", quorum=2)

    assert (current().version, current().quorum) == (1, 3)


def test_a_condition_about_another_risk_becomes_a_gate() -> None:
    make_policy("refund", **EXCEPTION)
    make_policy("refund", workflow="mine", **EXCEPTION, condition='risk == "low"')

    make_policy("refund", **EXCEPTION, risk="medium")

    assert (current().risk, current().pattern) == ("medium", "approval_gate")


def test_a_workflows_new_policy_is_compared_with_what_judges_there_now() -> None:
    make_policy("refund", quorum=2)

    assert weighed(workflow="mine", quorum=1) == {"quorum"}
    assert weighed(workflow="mine", quorum=2) == set()


def test_a_policy_for_what_none_covers_opens_it() -> None:
    assert weighed() == {"action_type"}


def test_a_first_policy_beside_the_one_for_everything_is_compared_with_that() -> None:
    make_policy("*", quorum=2)

    assert weighed(quorum=1) == {"quorum"}
    assert weighed(quorum=2) == set()


def test_a_first_policy_takes_over_from_those_for_everything_in_a_workflow_too() -> None:
    make_policy("*")
    make_policy("*", workflow="finance", quorum=3)

    assert weighed() == {"quorum"}


def test_what_was_put_together_from_both_is_raised_again() -> None:
    make_policy("refund", **EXCEPTION, condition="payload.a > 1")
    make_policy("refund", workflow="mine", **EXCEPTION, condition="payload.a > 1")
    make_policy("refund", **EXCEPTION, condition="payload.b > 1")

    make_policy("refund", **EXCEPTION, condition="payload.c > 1")

    assert current().condition.endswith("|| (payload.c > 1)")


def test_a_workflow_that_cannot_be_raised_leaves_every_action_to_people() -> None:
    long = " || ".join(f"payload.a == {n}" for n in range(40))
    make_policy("refund", **EXCEPTION, condition=long)
    make_policy("refund", workflow="mine", **EXCEPTION, condition=long)

    make_policy("refund", **EXCEPTION, condition=long.replace("payload.a", "payload.b"))

    assert (current().pattern, current().condition) == ("approval_gate", "")


def test_a_workflow_keeps_no_reviewer_whom_its_action_type_drops() -> None:
    make_policy("refund", reviewers=["a@example.com", "b@example.com"])
    make_policy("refund", workflow="mine", reviewers=["b@example.com"])

    make_policy("refund", reviewers=["a@example.com"])

    assert current().reviewers == ["a@example.com"]


@pytest.mark.parametrize(
    "dormant",
    [{"pattern": "approval_gate"}, {**EXCEPTION, "risk": "critical", "quorum": 2}],
    ids=["behind a gate", "while critical"],
)
def test_a_condition_that_comes_to_decide_is_shown(dormant: dict[str, Any]) -> None:
    if dormant.get("risk") == "critical":
        dormant = {**dormant, "escalation": [{"emails": ["a@example.com"], "after_minutes": 0}]}
    make_policy("refund", **{**dormant, "condition": "false"})

    assert {"condition", "minimum_confidence"} <= weighed(**EXCEPTION, condition="false")


def test_what_the_action_type_demands_later_was_never_left_out_on_purpose() -> None:
    make_policy("refund", required_evidence=["Contract", "Invoice"])
    make_policy("refund", workflow="mine", required_evidence=["Contract"])

    make_policy("refund", required_evidence=["Contract", "Invoice", "Receipt"])

    assert current().required_evidence == ["Contract", "Receipt"]
