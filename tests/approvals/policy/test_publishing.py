"""A policy changes: what no route stores, and what an open request keeps."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from approvals.exceptions import InvalidInput, NotPermitted
from approvals.models import Policy
from approvals.policy import publish
from tests.factories import approve, make_agent, make_approval, make_key, make_policy, make_user

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


FROM_NOW_ON = [{"sla_minutes": 366 * 24 * 60 + 1}, {"validity_minutes": 366 * 24 * 60 + 1}]
"""What stands in the database from before is kept."""


@pytest.mark.parametrize("terms", [*FORBIDDEN, *FROM_NOW_ON], ids=str)
def test_publishing_refuses_it_with_a_sentence(terms: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refusal:
        publish(_policy(**terms), by=make_user().as_actor())

    assert set(refusal.value.message_dict) & set(terms)
    assert not Policy.objects.exists()


@pytest.mark.parametrize("terms", FORBIDDEN, ids=str)
def test_the_database_refuses_it_without_python(terms: dict[str, Any]) -> None:
    good = publish(_policy(**CRITICAL), by=make_user().as_actor())
    base = {} if terms.get("risk") == "critical" else {"risk": "low", "escalation": []}
    changed = {"id": str(uuid4()), "action_type": "other", **base, **terms}

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO approvals_policy SELECT (jsonb_populate_record(p, %s)).* FROM approvals_policy p WHERE id = %s",
            [json.dumps(changed).replace("NaN", '"NaN"'), good.pk],
        )


def _policy(**terms: Any) -> Policy:
    return Policy(**{"action_type": "refund", "risk": "low", "sla_minutes": 60, **terms})


@pytest.mark.shows("critical-is-held")
def test_critical_escalates_where_no_breach_action_is_named() -> None:
    policy = make_policy(risk="critical")

    assert policy.breach_action == "escalate"


@pytest.mark.shows("open-requests-keep-their-policy")
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


def test_an_agents_name_is_what_a_condition_sees() -> None:
    policy = make_policy("refund", pattern="exception_based", condition='agent == "Careless"')

    careless = make_approval(policy=policy, confidence=0.9, key=make_key(make_agent("Careless"))[0])
    careful = make_approval(policy=policy, confidence=0.9)

    assert (careless.status, careful.status) == ("pending", "not_required")
