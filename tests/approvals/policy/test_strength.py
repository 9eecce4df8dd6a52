"""What is looser than what, term by term; and nothing that is called no looser lets a proposal through with less."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approvals.exceptions import InvalidInput
from approvals.models import Policy
from approvals.models.choices import BreachAction, Pattern, Risk
from approvals.policy import Proposal, Verdict, evaluate, strength

pytestmark = pytest.mark.shows("loosening-takes-two")

LADDER = [{"emails": ["cfo@example.com"], "after_minutes": 0}]
GATE = {
    "pattern": "approval_gate",
    "risk": "medium",
    "quorum": 2,
    "reviewers": ["a@example.com", "b@example.com"],
}
EXCEPTION = {
    "pattern": "exception_based",
    "risk": "low",
    "minimum_confidence": 0.8,
    "condition": "payload.amount > 5",
}


def policy(**terms: Any) -> Policy:
    return Policy(**{"action_type": "refund", **GATE, **terms})


LOOSER: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("pattern", {}, {"pattern": "exception_based"}),
    ("pattern", EXCEPTION, {"pattern": "none"}),
    ("pattern", {"pattern": "draft_only"}, {"pattern": "approval_gate"}),
    ("risk", {}, {"risk": "low"}),
    ("quorum", {}, {"quorum": 1}),
    ("reviewers", {}, {"reviewers": ["a@example.com", "b@example.com", "c@example.com"]}),
    ("reviewers", {}, {"reviewers": ["c@example.com"]}),
    ("reviewers", {}, {"reviewers": []}),
    ("reviewers", {"reviewers": []}, {"reviewers": ["c@example.com"]}),
    ("required_evidence", {"required_evidence": ["Contract"]}, {"required_evidence": []}),
    ("required_evidence_tones", {"required_evidence_tones": ["red"]}, {"required_evidence_tones": ["any"]}),
    ("require_initiated_by", {"require_initiated_by": True}, {"require_initiated_by": False}),
    ("allow_outside_assignees", {}, {"allow_outside_assignees": True}),
    ("allow_self_approval", {}, {"allow_self_approval": True}),
    ("breach_action", {"breach_action": "reject"}, {"breach_action": "escalate"}),
    ("breach_action", {"risk": "high"}, {"risk": "high", "breach_action": "notify"}),
    ("breach_action", {}, {"breach_action": "notify"}),
    ("escalation", {"escalation": LADDER}, {"escalation": []}),
    ("escalation", {}, {"escalation": LADDER}),
    ("validity_minutes", {"validity_minutes": 60}, {"validity_minutes": 61}),
    ("minimum_confidence", EXCEPTION, {"minimum_confidence": 0.7}),
    ("minimum_confidence", EXCEPTION, {"minimum_confidence": None}),
    ("condition", EXCEPTION, {"condition": "payload.amount > 6"}),
    ("condition", EXCEPTION, {"condition": ""}),
    ("condition", {**EXCEPTION, "condition": 'risk == "low"'}, {"risk": "medium"}),
    ("locked_fields", {"locked_fields": ["/to"]}, {"locked_fields": []}),
]


@pytest.mark.parametrize(("term", "old", "new"), LOOSER, ids=str)
def test_this_is_looser_in_that_term(term: str, old: dict[str, Any], new: dict[str, Any]) -> None:
    assert strength.looser_terms(policy(**old), policy(**{**old, **new})) == {term}


NOT_LOOSER: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"pattern": "draft_only"}),
    ({"pattern": "none", "risk": "low"}, EXCEPTION),
    (EXCEPTION, {"pattern": "approval_gate", "condition": ""}),
    (EXCEPTION, {"minimum_confidence": 0.9}),
    ({**EXCEPTION, "condition": ""}, {"condition": "payload.amount > 5"}),
    ({}, {"risk": "high"}),
    ({"escalation": LADDER, "breach_action": "reject"}, {"risk": "critical", "breach_action": "escalate"}),
    ({}, {"quorum": 3}),
    ({}, {"reviewers": ["a@example.com"]}),
    ({}, {"sla_minutes": 9999}),
    ({}, {"condition": "payload.amount > 5"}),
    ({}, {"title": "Refund", "notes": "Look.", "headline": ["/to"], "reminder_share": 0.5}),
    ({}, {"shadow_condition": "false"}),
]


@pytest.mark.parametrize(("old", "new"), NOT_LOOSER, ids=str)
def test_this_is_no_looser(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert not strength.looser_terms(policy(**old), policy(**{**old, **new}))


def test_each_term_is_compared_or_decides_nothing() -> None:
    assert {*strength.LOOSER, *strength.DECIDES_NOTHING} == set(Policy.term_names())


def _lists(*values: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), unique=True)


policies = st.builds(
    policy,
    pattern=st.sampled_from(Pattern.values),
    risk=st.sampled_from(Risk.values),
    quorum=st.integers(1, 3),
    reviewers=_lists("a@example.com", "b@example.com"),
    required_evidence=_lists("Contract"),
    required_evidence_tones=_lists("red", "any"),
    require_initiated_by=st.booleans(),
    breach_action=st.sampled_from(["", *BreachAction.values]),
    sla_minutes=st.just(60),
    minimum_confidence=st.sampled_from([None, 0.5, 0.9]),
    condition=st.sampled_from(["", "payload.amount > 5", 'risk == "low"']),
)
proposals = st.builds(
    Proposal,
    action_type=st.just("refund"),
    risk=st.sampled_from([None, *Risk.values]),
    assignees=st.just(["c@example.com"]),
    confidence=st.sampled_from([None, 0.4, 0.7, 1.0]),
    payload=st.sampled_from([{}, {"amount": 1}, {"amount": 9}]),
    evidence=st.sampled_from([[], [{"label": "Contract", "tone": "red"}]]),
    initiated_by=st.sampled_from(["", "d@example.com"]),
)
WAYS_THROUGH = ["draft", "pending", "not_required"]
"""From the one in which nothing runs to the one in which nobody is asked."""


def judge(one: Policy, proposal: Proposal) -> Verdict | None:
    """None where it is refused."""
    try:
        return evaluate(one, proposal)
    except InvalidInput:
        return None


@settings(max_examples=200, deadline=None)
@given(old=policies, new=policies, proposal=proposals)
def test_what_is_no_looser_lets_nothing_through_with_less(
    old: Policy, new: Policy, proposal: Proposal
) -> None:
    if strength.looser_terms(old, new):
        return

    before, after = judge(old, proposal), judge(new, proposal)

    if after is None or (before is None and old.pattern == new.pattern == Pattern.DRAFT_ONLY):
        return
    assert before is not None or after.status != "not_required"
    if before:
        assert WAYS_THROUGH.index(after.status) <= WAYS_THROUGH.index(before.status)
        assert after.risk.rank >= before.risk.rank
        assert after.quorum >= before.quorum
        assert {one.email for one in after.reviewers} <= {one.email for one in before.reviewers}
