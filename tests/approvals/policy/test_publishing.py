"""A table of policies: what is never stored by any route, what a switch to letting go takes, what stays frozen."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from approvals import lifecycle
from approvals.exceptions import InvalidInput, NotPermitted
from approvals.models import Policy
from approvals.policy import publishing, warnings
from audit.models import Event
from tests.factories import approve, make_agent, make_approval, make_key, make_policy, make_user, reject

pytestmark = pytest.mark.django_db

LADDER = [{"emails": ["cfo@example.com"], "after_minutes": 0}]
CRITICAL = {"risk": "critical", "quorum": 2, "breach_action": "escalate", "escalation": LADDER}
FORBIDDEN = [
    {**CRITICAL, "quorum": 1},
    {**CRITICAL, "escalation": []},
    {**CRITICAL, "breach_action": "notify"},
    {**CRITICAL, "breach_action": "reject"},
    {"quorum": 0},
    {"sla_minutes": 0},
    {"validity_minutes": 0},
    {"breach_action": "approve"},
    {"pattern": "trust"},
    {"risk": "none"},
    {"minimum_confidence": 1.5},
    {"minimum_confidence": -0.1},
    {"minimum_confidence": float("nan")},
    {"reminder_share": float("nan")},
    {"required_evidence_tones": ["gold"]},
    {"reminder_share": 1.5},
    {"pattern": "exception_based", "minimum_confidence": None, "condition": ""},
    {"pattern": "none", "shadow_condition": "false"},
    {"risk": "high", "allow_self_approval": True},
    {"escalation": [{"emails": [], "after_minutes": 0}]},
    {"escalation": [{"emails": ["a@example.com"], "after_minutes": -1}]},
    {"escalation": ["a@example.com"]},
    {"escalation": {"emails": ["a@example.com"]}},
]


@pytest.mark.parametrize("terms", FORBIDDEN, ids=str)
def test_publishing_refuses_it_with_a_sentence(terms: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refusal:
        publishing.publish(_policy(**terms), by=make_user().as_actor())

    assert set(refusal.value.message_dict) & set(terms)
    assert not Policy.objects.exists()


@pytest.mark.parametrize("terms", FORBIDDEN, ids=str)
def test_the_database_refuses_it_without_python(terms: dict[str, Any]) -> None:
    good = publishing.publish(_policy(**CRITICAL), by=make_user().as_actor())
    base = {} if terms.get("risk") == "critical" else {"risk": "low", "escalation": []}
    changed = {"id": str(uuid4()), "action_type": "other", **base, **terms}

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO approvals_policy SELECT (jsonb_populate_record(p, %s)).* FROM approvals_policy p WHERE id = %s",
            [json.dumps(changed).replace("NaN", '"NaN"'), good.pk],
        )


def _policy(**terms: Any) -> Policy:
    return Policy(**{"action_type": "refund", "risk": "low", "sla_minutes": 60, **terms})


def test_critical_escalates_where_no_breach_action_is_named() -> None:
    policy = make_policy(risk="critical")

    assert policy.breach_action == "escalate"


class TestSwitchingToLettingGo:
    TERMS = {"pattern": "exception_based", "minimum_confidence": 0.8, "reason": ""}

    def test_it_is_refused_without_a_trial(self) -> None:
        make_policy("refund")

        with pytest.raises(ValidationError, match="decided 0 requests"):
            make_policy("refund", **self.TERMS)

    def test_a_reason_is_enough_and_audited(self) -> None:
        make_policy("refund")

        policy = make_policy("refund", **{**self.TERMS, "reason": "Tried for a year elsewhere"})

        event = Event.objects.filter(type="policy.changed").order_by("-seq").first()
        body = json.loads(bytes(event.body.content))
        assert policy.version == 2
        assert body["data"]["reason"] == "Tried for a year elsewhere"

    def test_none_after_a_gate_is_the_same_step(self) -> None:
        make_policy("refund")

        with pytest.raises(ValidationError, match="nobody needs to look"):
            make_policy("refund", pattern="none")

    def test_a_later_change_of_what_already_runs_needs_none(self) -> None:
        make_policy("refund", **{**self.TERMS, "reason": "starting policy"})

        assert make_policy("refund", **{**self.TERMS, "minimum_confidence": 0.9}).version == 2

    def test_thirty_decided_requests_beside_the_same_condition_are_enough(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(publishing, "TRIAL", 2)
        condition = "payload.amount > 100"
        policy = make_policy("refund", minimum_confidence=0.8, shadow_condition=condition)
        for amount in (5, 500):
            approve(_shadowed(policy, amount), by=make_user())

        with pytest.raises(ValidationError):
            make_policy("refund", **{**self.TERMS, "condition": "payload.amount > 999999"})
        with pytest.raises(ValidationError):
            make_policy("refund", **{**self.TERMS, "condition": condition, "minimum_confidence": 0.1})

        assert make_policy("refund", **{**self.TERMS, "condition": condition}).version == 2


def _shadowed(policy: Policy, amount: int, **fields: Any) -> Any:
    return make_approval(policy=policy, payload={"amount": amount}, confidence=0.9, **fields)


def test_a_candidate_is_summed_up_by_how_people_decided() -> None:
    policy = make_policy("refund", minimum_confidence=0.8, shadow_condition="payload.amount > 100")
    person = make_user()
    approve(_shadowed(policy, 5), by=person)
    approve(_shadowed(policy, 6), by=person, edited={"amount": 7})
    reject(_shadowed(policy, 8), by=person)
    approve(_shadowed(policy, 500), by=person)
    lifecycle.cancel(_shadowed(policy, 9).pk, by=make_key()[0])
    _shadowed(policy, 10)

    assert publishing.shadow_summary(policy) == publishing.ShadowSummary(
        decided=4, would_run=3, overruled=2, waiting=1
    )


def test_a_shadowed_request_gates_and_keeps_what_the_candidate_said() -> None:
    policy = make_policy("refund", minimum_confidence=0.8, shadow_condition="payload.amount > 100")

    small, large = _shadowed(policy, 5), _shadowed(policy, 500)

    assert (small.status, small.shadow_would_run) == ("pending", True)
    assert (large.status, large.shadow_would_run) == ("pending", False)
    assert "condition holds" in large.shadow_reason


def test_changing_a_policy_leaves_what_is_open_as_strict_as_it_was() -> None:
    policy = make_policy(
        risk="critical",
        reviewers=["sales@example.com"],
        quorum=3,
        locked_fields=["/to"],
        validity_minutes=10,
    )
    approval = make_approval(policy=policy)
    before = {
        name: getattr(approval, name)
        for name in ("risk", "quorum", "deadline", "breach_action", "locked_fields")
    }

    make_policy(pattern="none", risk="low", sla_minutes=None, reason="We trust it now", validity_minutes=9999)
    for email in ("sales@example.com", "a@example.com"):
        _assign(approval, email)
        approve(approval, by=make_user(email))

    approval.refresh_from_db()
    assert {name: getattr(approval, name) for name in before} == before
    assert approval.status == "pending"
    assert approval.policy.validity_minutes == 10
    with pytest.raises(InvalidInput, match="locked"):
        _assign(approval, "b@example.com")
        approve(approval, by=make_user("b@example.com"), edited={"to": "x", "subject": "", "body": ""})


def _assign(approval: Any, email: str) -> None:
    from approvals.models import Assignment

    Assignment.objects.get_or_create(
        approval=approval, email=email, defaults={"source": "agent", "created_at": approval.created_at}
    )


@pytest.mark.parametrize(
    ("allowed", "risk", "may"),
    [
        (False, "low", False),
        (True, "low", True),
        (True, "medium", True),
        (True, "high", False),
        (True, "critical", False),
    ],
)
def test_self_approval_counts_only_below_high(allowed: bool, risk: str, may: bool) -> None:
    policy = make_policy(allow_self_approval=allowed)
    approval = make_approval(policy=policy, risk=risk, initiated_by="sales@example.com")

    if may:
        approve(approval, by=make_user())
    else:
        with pytest.raises(NotPermitted):
            approve(approval, by=make_user())


def test_a_policys_locks_are_added_to_the_requests() -> None:
    policy = make_policy(locked_fields=["/to", "/cc"])

    approval = make_approval(policy=policy, locked_fields=["/subject", "/to"])

    assert approval.locked_fields == ["/to", "/cc", "/subject"]


class TestWarnings:
    def test_one_reviewer_for_everything(self) -> None:
        policies = [
            make_policy(name, reviewers=["a@example.com", f"{name}@example.com"]) for name in ("x1", "x2")
        ]

        assert [s[:13] for s in warnings.of_table(policies)] == ["a@example.com"]

    def test_nobody_with_an_account(self) -> None:
        policy = make_policy(reviewers=["ghost@example.com"])

        assert "Nobody with an account" in warnings.of_policies([policy])[policy][0]

    def test_a_slow_critical_policy(self) -> None:
        make_user("a@example.com")
        make_user("escalation@example.com")
        policy = make_policy(risk="critical", sla_minutes=241, reviewers=["a@example.com"])

        assert warnings.of_policies([policy])[policy] == [
            "A critical action may wait 241 minutes: that is over four hours."
        ]


class TestTermsToLookAtAgain:
    """What a policy says that is odd whoever its people are; the rest of it is as it should be."""

    GOOD = {"reviewers": ["a@example.com", "b@example.com"], "escalation": LADDER}

    def sentences(self, **terms: Any) -> list[str]:
        return warnings.of_terms(_policy(**{**self.GOOD, **terms}))

    def test_a_good_policy_has_none(self) -> None:
        assert self.sentences() == []

    @pytest.mark.parametrize(
        ("terms", "words"),
        [
            ({"sla_minutes": None}, "It has no SLA"),
            ({"sla_minutes": 30 * 24 * 60 + 1440}, "may wait 31 days"),
            ({"escalation": [{"emails": ["a@x.example"], "after_minutes": 60}, *LADDER]}, "out of order"),
            ({"escalation": [], "breach_action": "escalate"}, "nobody is on its ladder"),
            ({"escalation": [], "risk": "high"}, "It escalates when the deadline passes"),
            ({"escalation": []}, "An agent can raise it to critical"),
            ({"escalation": [], "pattern": "none"}, "An agent can raise it to critical"),
            ({"quorum": 3}, "takes 3 approvals and names 2 reviewers"),
            ({**CRITICAL, "reviewers": ["a@example.com"]}, "takes 2 approvals and names 1 reviewer:"),
            ({"condition": "true"}, "Its condition is ignored"),
            ({"minimum_confidence": 0.8}, "Its minimum confidence is ignored"),
            ({"pattern": "none", "condition": "true", "minimum_confidence": 0.8}, "confidence are ignored"),
            ({**CRITICAL, "pattern": "exception_based", "condition": "true"}, "whatever these say"),
            ({"pattern": "exception_based", "condition": "risk == 'hgih'"}, "can no longer be read"),
        ],
    )
    def test_each_is_told(self, terms: dict[str, Any], words: str) -> None:
        assert [words in sentence for sentence in self.sentences(**terms)] == [True]

    @pytest.mark.parametrize(
        "terms",
        [
            {"sla_minutes": 30 * 24 * 60},
            {"pattern": "draft_only", "sla_minutes": None, "escalation": []},
            {"pattern": "exception_based", "minimum_confidence": 0.8, "condition": "true"},
            {"minimum_confidence": 0.8, "shadow_condition": "false"},
            {"quorum": 2},
            {"escalation": [*LADDER, *LADDER]},
        ],
    )
    def test_what_is_as_it_should_be_is_not(self, terms: dict[str, Any]) -> None:
        assert self.sentences(**terms) == []

    def test_one_reviewer_alone_in_most_policies(self) -> None:
        several = [_policy(action_type=f"a{n}", reviewers=["a@example.com"]) for n in range(3)]
        others = [
            _policy(action_type=f"b{n}", reviewers=["b@example.com", f"{n}@example.com"]) for n in range(2)
        ]

        assert warnings.of_table([*several, *others]) == [
            "a@example.com is the only reviewer of 3 of 5 policies: name somebody beside them."
        ]
        assert warnings.of_table([*several[:2], *others]) == []


def test_an_agents_name_is_what_a_condition_sees() -> None:
    policy = make_policy("refund", pattern="exception_based", condition='agent == "Careless"')

    careless = make_approval(policy=policy, confidence=0.9, key=make_key(make_agent("Careless"))[0])
    careful = make_approval(policy=policy, confidence=0.9)

    assert (careless.status, careful.status) == ("pending", "not_required")
