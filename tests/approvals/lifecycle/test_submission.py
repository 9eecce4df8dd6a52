"""An agent proposes an action: what is stored, what is refused, and what an agent cannot lower."""

from __future__ import annotations

from datetime import timedelta

import pytest

from approvals import lifecycle
from approvals.exceptions import IdempotencyConflict, InvalidInput, NotPermitted
from approvals.lifecycle import Submission
from approvals.models import Approval, Notification
from audit.models import Event
from tests.factories import make_agent, make_approval, make_approver, make_key, make_policy

pytestmark = pytest.mark.django_db


def submission(**fields: object) -> Submission:
    values: dict[str, object] = {
        "action_type": "external_email",
        "action": "Send an email",
        "rationale": "Because.",
        "evidence": (),
        "payload": {"to": "a@example.com"},
        "payload_source": '{"to": "a@example.com"}',
        "assignees": ("sales@example.com",),
        "request_sha256": bytes(32),
        **fields,
    }
    return Submission(**values)  # type: ignore[arg-type]


def test_the_payload_keeps_its_order_and_its_canonical_bytes() -> None:
    approval = make_approval(payload='{"z": 1.0, "a": "\\u00fc"}')

    version = approval.version()

    assert version.source == '{"z": 1.0, "a": "\\u00fc"}'
    assert bytes(version.canonical) == '{"a":"ü","z":1}'.encode()
    assert list(version.value) == ["z", "a"]


@pytest.mark.shows("agents-only-tighten")
def test_the_deadline_follows_the_shorter_of_the_two_slas() -> None:
    make_policy(sla_minutes=60)

    shorter = make_approval(sla_minutes=15)
    longer = make_approval(sla_minutes=600)

    assert shorter.deadline == shorter.created_at + timedelta(minutes=15)
    assert longer.deadline == longer.created_at + timedelta(minutes=60)


@pytest.mark.shows("agents-only-raise-risk")
@pytest.mark.parametrize(
    ("policy_risk", "agent_risk", "effective", "quorum"),
    [
        ("low", None, "low", 1),
        ("low", "high", "high", 1),
        ("high", "low", "high", 1),
        ("medium", "critical", "critical", 2),
        ("critical", "low", "critical", 2),
    ],
)
def test_the_effective_risk_is_the_higher_one(
    policy_risk: str, agent_risk: str, effective: str, quorum: int
) -> None:
    make_policy(risk=policy_risk)

    approval = make_approval(risk=agent_risk)

    assert (approval.risk, approval.quorum) == (effective, quorum)


def test_a_policy_without_a_gate_lets_the_action_run_and_records_it() -> None:
    make_policy(pattern="none", sla_minutes=None)

    approval = make_approval(risk=None)

    assert approval.status == "not_required"
    assert [e.type for e in Event.objects.about("approval", approval.pk)] == ["approval.not_required"]


@pytest.mark.shows("critical-never-runs-alone")
def test_a_critical_action_gates_whatever_the_pattern() -> None:
    make_policy(pattern="none", sla_minutes=30)

    approval = make_approval(risk="critical")

    assert approval.status == "pending"


@pytest.mark.shows("agents-only-tighten")
def test_the_policys_reviewers_are_added_to_the_agents() -> None:
    make_policy(reviewers=["Finance@example.com", "sales@example.com"])

    approval = make_approval(assignees=("Sales@example.com", "friend@example.com"))

    assert {a.email: a.source for a in approval.assignments.all()} == {
        "finance@example.com": "policy",
        "sales@example.com": "policy",
        "friend@example.com": "agent",
    }


def test_the_named_reviewers_are_told() -> None:
    approval = make_approval(assignees=("sales@example.com", "finance@example.com"))

    assert set(approval.notifications.values_list("recipient", "kind")) == {
        ("sales@example.com", "requested"),
        ("finance@example.com", "requested"),
    }


def test_the_approvers_are_told_where_nobody_is_named() -> None:
    make_approver("approver@example.com")

    make_approval(assignees=())

    assert list(Notification.objects.values_list("recipient", flat=True)) == ["approver@example.com"]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"action_type": "unheard_of"}, "/actionType"),
        ({"risk": "high", "assignees": ()}, "/assignees"),
        ({"risk": "critical", "assignees": ()}, "/assignees"),
        ({"supersedes": "01900000-0000-7000-8000-000000000000"}, "/supersedes"),
        ({"locked_fields": ["/too"]}, "/lockedFields/0"),
        ({"schema_source": '{"properties": {"to": {"type": "integer"}}}'}, "/payload/to"),
    ],
)
def test_a_proposal_that_does_not_fit_is_refused_at_its_field(
    fields: dict[str, object], pointer: str
) -> None:
    make_policy()

    with pytest.raises(InvalidInput) as refusal:
        lifecycle.submit(submission(**fields), key=make_key()[0], idempotency_key="1")

    assert [error.pointer for error in refusal.value.errors] == [pointer]
    assert not Approval.objects.exists()


@pytest.mark.shows("every-gate-has-a-deadline")
def test_a_policy_without_an_sla_needs_one_from_the_agent() -> None:
    make_policy(sla_minutes=None)

    with pytest.raises(InvalidInput, match="slaMinutes"):
        lifecycle.submit(submission(), key=make_key()[0], idempotency_key="1")


@pytest.mark.shows("agents-stay-in-scope")
@pytest.mark.parametrize(
    ("scope", "fields"),
    [
        ({"action_types": ["crm_update"]}, {}),
        ({"workflows": ["billing"]}, {"workflow": "outbound-sales"}),
        ({"workflows": ["billing"]}, {}),
        ({"action_types": []}, {}),
    ],
)
def test_an_agent_stays_within_its_action_types_and_workflows(
    scope: dict[str, object], fields: dict[str, object]
) -> None:
    make_policy()
    key, _ = make_key(make_agent(**scope))

    with pytest.raises(NotPermitted):
        lifecycle.submit(submission(**fields), key=key, idempotency_key="1")


@pytest.mark.shows("one-key-one-request")
def test_the_same_key_with_the_same_body_is_the_same_request() -> None:
    make_policy()
    key, _ = make_key()

    first, is_new = lifecycle.submit(submission(), key=key, idempotency_key="1")
    again, is_new_again = lifecycle.submit(submission(), key=key, idempotency_key="1")

    assert (first.pk, is_new, is_new_again) == (again.pk, True, False)


@pytest.mark.shows("one-key-one-request")
def test_the_same_key_with_another_body_is_a_conflict() -> None:
    make_policy()
    key, _ = make_key()
    lifecycle.submit(submission(), key=key, idempotency_key="1")

    with pytest.raises(IdempotencyConflict):
        lifecycle.submit(submission(request_sha256=b"x" * 32), key=key, idempotency_key="1")


def test_keys_are_scoped_to_their_agent() -> None:
    make_policy()
    lifecycle.submit(submission(), key=make_key()[0], idempotency_key="1")
    other, _ = make_key(make_agent("Another agent"))

    _, is_new = lifecycle.submit(submission(request_sha256=b"x" * 32), key=other, idempotency_key="1")

    assert is_new


@pytest.mark.shows("no-change-without-its-event")
def test_what_the_reviewer_sees_is_signed() -> None:
    evidence = [{"label": "Recipient", "value": "Acme", "tone": "slate", "url": None}]
    approval = make_approval(evidence=evidence, confidence=0.84)

    event = Event.objects.about("approval", approval.pk).get()
    body = bytes(event.body.content).decode()

    assert '"confidence":0.84' in body
    assert '"label":"Recipient"' in body
    assert approval.version().digest in body
