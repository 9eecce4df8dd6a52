"""The policy's verdict, a row for each case. Pure: no test here needs a database but for which policy is found."""

from __future__ import annotations

from typing import Any

import pytest

from approvals import policy
from approvals.exceptions import InvalidInput
from approvals.models import Policy
from approvals.policy import Proposal
from tests.factories import make_policy

LADDER = [{"emails": ["cfo@example.com"], "after_minutes": 0}]


def a_policy(**fields: Any) -> Policy:
    terms = {"action_type": "refund", "pattern": "approval_gate", "risk": "low", "sla_minutes": 60, **fields}
    return Policy(**terms)


def judge(terms: dict[str, Any] | None = None, **proposed: Any) -> policy.Verdict:
    return policy.evaluate(a_policy(**terms or {}), Proposal(action_type="refund", **proposed))


def refusals(terms: dict[str, Any], **proposed: Any) -> set[tuple[str, str]]:
    with pytest.raises(InvalidInput) as refusal:
        judge(terms, **proposed)
    return {(error.pointer, error.code) for error in refusal.value.errors}


class TestAgentsCanOnlyRaise:
    @pytest.mark.shows("agents-only-raise-risk")
    @pytest.mark.parametrize("of_policy", ["low", "medium", "high", "critical"])
    @pytest.mark.parametrize("of_agent", [None, "low", "medium", "high", "critical"])
    def test_the_higher_risk_counts(self, of_policy: str, of_agent: str | None) -> None:
        order = ["low", "medium", "high", "critical"]

        verdict = judge({"risk": of_policy, "reviewers": ["a@example.com"]}, risk=of_agent)

        assert verdict.risk == max(of_policy, of_agent or "low", key=order.index)

    @pytest.mark.shows("agents-only-raise-risk")
    def test_low_against_high_is_high(self) -> None:
        assert judge({"risk": "high", "reviewers": ["a@example.com"]}, risk="low").risk == "high"

    @pytest.mark.shows("agents-only-tighten")
    @pytest.mark.parametrize(
        ("of_policy", "wanted", "minutes", "reason"),
        [
            (60, None, 60, ""),
            (60, 15, 15, "The agent asks for a decision within 15 minutes."),
            (60, 60, 60, ""),
            (60, 61, 60, "The agent asked for 61 minutes; the policy allows 60."),
            (60, 1440, 60, "The agent asked for 1440 minutes; the policy allows 60."),
            (None, 600, 600, "The agent asks for a decision within 600 minutes."),
        ],
    )
    def test_the_sla_is_shortened_and_never_lengthened(
        self, of_policy: int | None, wanted: int | None, minutes: int, reason: str
    ) -> None:
        verdict = judge({"sla_minutes": of_policy}, sla_minutes=wanted)

        assert verdict.sla_minutes == minutes
        assert reason == "" or reason in verdict.reasons

    @pytest.mark.shows("agents-only-tighten")
    def test_its_assignees_are_added_to_the_policys_reviewers(self) -> None:
        verdict = judge({"reviewers": ["finance@example.com"]}, assignees=["Friend@example.com"])

        assert {r.email: r.source for r in verdict.reviewers} == {
            "finance@example.com": "policy",
            "friend@example.com": "agent",
        }

    @pytest.mark.shows("agents-only-tighten", "critical-takes-two")
    @pytest.mark.parametrize(
        ("of_policy", "risk", "quorum"),
        [(1, "low", 1), (3, "low", 3), (1, "high", 1), (1, "critical", 2), (3, "critical", 3)],
    )
    def test_the_quorum_is_the_policys_and_two_at_least_where_critical(
        self, of_policy: int, risk: str, quorum: int
    ) -> None:
        terms = {"quorum": of_policy, "reviewers": ["a@example.com"]}

        assert judge(terms, risk=risk).quorum == quorum


@pytest.mark.shows("every-gate-has-a-deadline")
class TestEveryGateHasADeadline:
    @pytest.mark.parametrize("pattern", ["approval_gate", "exception_based"])
    @pytest.mark.parametrize("minutes", [0, -1, None])
    def test_none_or_zero_is_refused(self, pattern: str, minutes: int | None) -> None:
        terms = {"pattern": pattern, "minimum_confidence": 0.8, "sla_minutes": None}

        assert {pointer for pointer, _ in refusals(terms, sla_minutes=minutes)} == {"/slaMinutes"}

    @pytest.mark.parametrize("pattern", ["none", "draft_only"])
    def test_what_does_not_wait_has_none(self, pattern: str) -> None:
        assert judge({"pattern": pattern}).sla_minutes is None


class TestNoBreachApproves:
    @pytest.mark.shows("breach-never-approves", "critical-is-held")
    @pytest.mark.parametrize(
        ("of_policy", "risk", "action"),
        [
            ("", "low", "notify"),
            ("", "medium", "notify"),
            ("", "high", "escalate"),
            ("", "critical", "escalate"),
            ("reject", "low", "reject"),
            ("notify", "high", "notify"),
            ("reject", "high", "reject"),
            ("reject", "critical", "escalate"),
            ("notify", "critical", "escalate"),
        ],
    )
    def test_the_default_follows_the_risk_and_critical_is_held(
        self, of_policy: str, risk: str, action: str
    ) -> None:
        verdict = judge({"breach_action": of_policy, "reviewers": ["a@example.com"]}, risk=risk)

        assert verdict.breach_action == action


@pytest.mark.shows("critical-never-runs-alone")
class TestCriticalNeverRunsAlone:
    RUNS = {"minimum_confidence": 0.5, "condition": "false", "reviewers": ["a@example.com"]}

    @pytest.mark.parametrize("pattern", ["none", "exception_based", "approval_gate"])
    @pytest.mark.parametrize("where", ["policy", "agent"])
    def test_it_gates_at_confidence_99_with_a_condition_that_says_run(self, pattern: str, where: str) -> None:
        floor = "critical" if where == "policy" else "low"

        verdict = judge({**self.RUNS, "pattern": pattern, "risk": floor}, risk="critical", confidence=0.99)

        assert (verdict.pattern, verdict.status, verdict.quorum) == ("approval_gate", "pending", 2)

    def test_a_critical_draft_stays_a_draft(self) -> None:
        verdict = judge({"pattern": "draft_only"}, risk="critical")

        assert (verdict.pattern, verdict.status) == ("draft_only", "draft")


@pytest.mark.shows("high-risk-names-a-reviewer")
class TestHighNeedsSomebodyNamed:
    @pytest.mark.parametrize("risk", ["high", "critical"])
    def test_nobody_is_refused(self, risk: str) -> None:
        assert refusals({}, risk=risk) == {("/assignees", "assignee_required")}

    @pytest.mark.parametrize("pattern", ["none", "exception_based"])
    def test_nobody_is_refused_where_the_action_would_run_unattended(self, pattern: str) -> None:
        terms = {"pattern": pattern, "minimum_confidence": 0.5}

        assert refusals(terms, risk="high", confidence=0.99) == {("/assignees", "assignee_required")}

    @pytest.mark.parametrize("risk", ["low", "medium"])
    def test_below_it_the_approvers_are_enough(self, risk: str) -> None:
        assert judge(risk=risk).is_gated


@pytest.mark.shows("doubt-asks-a-person")
class TestExceptionBased:
    """It runs only if the confidence is there and enough, and no condition matches."""

    @pytest.mark.parametrize(
        ("minimum", "condition", "confidence", "amount", "runs", "reason"),
        [
            (0.8, "", 0.8, 5, True, "confidence of 0.8"),
            (0.8, "", 1.0, 5, True, "nobody needs to look"),
            (0.8, "", 0.79, 5, False, "below the 0.8"),
            (0.8, "", None, 5, False, "without a confidence"),
            (None, "payload.amount > 10000", None, 5, False, "without a confidence"),
            (None, "payload.amount > 10000", 0.1, 5, True, "condition does not hold"),
            (0.8, "payload.amount > 10000", 0.9, 5, True, "condition does not hold"),
            (0.8, "payload.amount > 10000", 0.9, 10_000, True, "condition does not hold"),
            (0.8, "payload.amount > 10000", 0.9, 10_001, False, "condition holds: payload.amount > 10000"),
            (0.8, "payload.amount > 10000", 0.9, "10001", False, "has no answer"),
            (0.8, "payload.amount > 10000", 0.9, None, False, "has no answer"),
            (0.8, "payload.total > 10000", 0.9, 5, False, "payload.total is not there"),
            (0.8, "payload.total > 10000 && false", 0.9, 5, False, "payload.total is not there"),
            (0.8, "payload.amount == 10000", 0.9, 5, True, "condition does not hold"),
            (0.8, "payload.amount == 10000", 0.9, "10000", False, "is text, compared with a number"),
            (0.8, "payload.amount == 10000", 0.9, None, False, "is null, compared with a number"),
            (0.8, "payload.amount == 10000", 0.9, [10000], False, "is a list, compared with a number"),
            (0.8, "payload.amount == true", 0.9, "true", False, "compared with true or false"),
            (0.8, "payload.amount == true", 0.9, 1, False, "compared with true or false"),
            (0.8, "payload.amount in ['IR']", 0.9, ["IR"], False, "is a list, compared with text"),
            (0.8, "payload.amount == 1 && false", 0.9, "1", False, "is text, compared with a number"),
            (0.8, "confidence < 0.9", 0.85, 5, False, "condition holds"),
            (0.8, 'risk == "medium"', 0.9, 5, False, "condition holds"),
            (0.8, 'workflow == "crm"', 0.9, 5, False, "condition holds"),
            (0.8, 'agent == "Sales agent"', 0.9, 5, False, "condition holds"),
            (0.8, 'evidence.exists(e, e.tone == "red")', 0.9, 5, False, "condition holds"),
            (0.8, 'context.trigger == "x"', 0.9, 5, False, "context.trigger is not there"),
            (0.8, "broken ||", 0.9, 5, False, "no longer compiles"),
        ],
    )
    def test_when_a_person_looks(
        self,
        minimum: float | None,
        condition: str,
        confidence: float | None,
        amount: Any,
        runs: bool,
        reason: str,
    ) -> None:
        terms = {"pattern": "exception_based", "minimum_confidence": minimum, "condition": condition}

        verdict = judge(
            terms,
            risk="medium",
            confidence=confidence,
            payload={"amount": amount},
            workflow="crm",
            agent="Sales agent",
            evidence=[{"label": "Access", "value": "read", "tone": "red", "url": None}],
        )

        assert verdict.status == ("not_required" if runs else "pending")
        assert verdict.pattern == "exception_based"
        assert reason in verdict.reasons[-1]

    def test_every_reason_against_is_told(self) -> None:
        terms = {"pattern": "exception_based", "minimum_confidence": 0.8, "condition": "payload.amount > 1"}

        verdict = judge(terms, confidence=0.5, payload={"amount": 2})

        assert ["below" in verdict.reasons[-2], "holds" in verdict.reasons[-1]] == [True, True]


class TestWhatAPolicyDemands:
    def test_everything_missing_is_told_at_once(self) -> None:
        terms = {
            "risk": "high",
            "sla_minutes": None,
            "required_evidence": ["Contract", "Amount"],
            "require_initiated_by": True,
        }
        evidence = [{"label": "contract", "value": "CON-1", "tone": "slate"}]

        assert refusals(terms, evidence=evidence) == {
            ("/evidence", "evidence_required"),
            ("/initiatedBy", "initiated_by_required"),
            ("/assignees", "assignee_required"),
            ("/slaMinutes", "sla_required"),
        }

    @pytest.mark.parametrize(
        ("demanded", "brought", "missing"),
        [
            (["any"], [], 1),
            (["any"], ["red"], 0),
            (["emerald"], ["slate"], 1),
            (["emerald"], ["slate", "emerald"], 0),
            (["emerald", "blue"], [], 2),
            (["emerald", "blue"], ["blue"], 1),
        ],
    )
    def test_it_demands_tones(self, demanded: list[str], brought: list[str], missing: int) -> None:
        terms = {"required_evidence_tones": demanded}
        evidence = [{"label": "x", "value": "", "tone": tone} for tone in brought]

        if missing:
            assert refusals(terms, evidence=evidence) == {("/evidence", "evidence_tone_required")}
        else:
            assert judge(terms, evidence=evidence).is_gated

    @pytest.mark.parametrize("pattern", ["none", "draft_only", "exception_based", "approval_gate"])
    def test_it_demands_of_every_pattern(self, pattern: str) -> None:
        terms = {"pattern": pattern, "required_evidence": ["Contract"], "minimum_confidence": 0.8}

        assert refusals(terms, confidence=0.9) == {("/evidence", "evidence_required")}


class TestShadow:
    @pytest.mark.parametrize(
        ("confidence", "amount", "would_run"),
        [(0.9, 5, True), (0.9, 50_000, False), (0.5, 5, False), (None, 5, False), (0.9, "5", False)],
    )
    def test_a_candidate_gates_and_says_what_it_would_have_done(
        self, confidence: float | None, amount: Any, would_run: bool
    ) -> None:
        terms = {"minimum_confidence": 0.8, "shadow_condition": "payload.amount > 10000"}

        verdict = judge(terms, confidence=confidence, payload={"amount": amount})

        assert verdict.status == "pending"
        assert verdict.shadow is not None
        assert verdict.shadow.would_run is would_run
        assert verdict.shadow.reason

    @pytest.mark.shows("critical-never-runs-alone")
    def test_no_candidate_would_run_what_is_critical(self) -> None:
        terms = {"shadow_condition": "false", "reviewers": ["a@example.com"]}

        shadow = judge(terms, risk="critical", confidence=1.0).shadow

        assert shadow is not None
        assert not shadow.would_run

    def test_without_a_candidate_there_is_no_shadow(self) -> None:
        assert judge().shadow is None


@pytest.mark.django_db
class TestWhichPolicy:
    @pytest.mark.shows("the-most-particular-policy-counts")
    @pytest.mark.parametrize(
        ("action_type", "workflow", "found"),
        [
            ("refund", "billing", "refund in billing"),
            ("refund", "support", "refund"),
            ("refund", "", "refund"),
            ("refund", "travel", "refund"),
            ("payout", "billing", "*"),
            ("payout", "support", "*"),
            ("payout", "travel", "* in travel"),
            ("payout", "", "*"),
        ],
    )
    def test_the_most_particular_counts(self, action_type: str, workflow: str, found: str) -> None:
        make_policy("*")
        make_policy("*", workflow="travel")
        make_policy("refund")
        make_policy("refund", workflow="billing")

        assert policy.find(action_type, workflow).name == found

    @pytest.mark.shows("no-policy-no-action")
    def test_an_action_type_without_one_is_refused_with_those_known(self) -> None:
        make_policy("refund")
        make_policy("*", workflow="travel")

        with pytest.raises(InvalidInput, match=r"Known action types: refund\.$"):
            policy.find("payout", "")

    @pytest.mark.shows("no-policy-no-action")
    def test_what_is_known_only_in_another_workflow_is_not_listed(self) -> None:
        make_policy("refund", workflow="billing")
        make_policy("payout")

        with pytest.raises(InvalidInput, match=r"types in the workflow 'support': payout\.$"):
            policy.find("refund", "support")

    def test_only_the_current_version_judges(self) -> None:
        make_policy("refund", risk="low")
        make_policy("refund", risk="high")

        assert policy.find("refund", "").version == 2
