"""What the database refuses when Python is gone around: each forbidden state of the data model."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError

from approvals import lifecycle
from approvals.models import Approval, Origin
from approvals.models.choices import Status
from tests.approvals.sql import insert_like, run
from tests.factories import (
    age,
    approve,
    make_agent,
    make_approval,
    make_key,
    make_policy,
    make_user,
    reject,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sql_as_application")]


@pytest.mark.shows("decided-is-final", "critical-never-runs-alone")
@pytest.mark.parametrize(
    "changes",
    [
        {"risk": "critical", "quorum": 1},
        {"quorum": 0},
        {"sla_minutes": 0},
        {"deadline": "2001-01-01T00:00:00Z"},
        {"deadline": None},
        {"status": "approved", "decided_at": "2030-01-01T00:00:00Z", "valid_until": "2031-01-01T00:00:00Z"},
        {"status": "sleeping"},
        {"risk": "none"},
        {"confidence": 1.01},
        {"risk": "critical", "quorum": 2, "status": "not_required", "decided_at": "2030-01-01T00:00:00Z"},
        {"resolution": "declined"},
        {"current_version": 2},
    ],
    ids=lambda changes: " ".join(f"{k}={v}" for k, v in changes.items()),
)
def test_a_request_cannot_start_in_a_forbidden_state(changes: dict[str, Any]) -> None:
    approval = make_approval()

    with pytest.raises(IntegrityError):
        insert_like(approval, **changes)


@pytest.mark.shows("decided-is-final")
@pytest.mark.parametrize(
    "assignment",
    [
        "status = 'approved', decided_at = now(), valid_until = now() + interval '1 hour'",
        "status = 'rejected', resolution = 'declined', decided_at = now()",
        "status = 'not_required', decided_at = now()",
        "risk = 'medium'",
        "quorum = 7",
        "deadline = deadline + interval '1 day'",
        "evidence = '[]', action = 'Something else'",
        "current_version = 2",
        "current_version = 3",
    ],
)
def test_a_pending_request_cannot_be_moved_by_sql(assignment: str) -> None:
    approval = make_approval(evidence=[{"label": "A", "value": "b", "tone": "red", "url": None}])

    with pytest.raises(IntegrityError):
        run(f"UPDATE approvals_approval SET {assignment} WHERE id = %s", approval.pk)


@pytest.mark.shows("decided-is-final")
@pytest.mark.parametrize("status", ["pending", "rejected", "cancelled"])
def test_an_approved_request_never_changes(status: str) -> None:
    approval = make_approval()
    approve(approval, by=make_user())

    with pytest.raises(IntegrityError, match="terminal"):
        run("UPDATE approvals_approval SET status = %s WHERE id = %s", status, approval.pk)


@pytest.mark.usefixtures("rows_alone")
@pytest.mark.shows("a-breach-is-noted-once")
def test_a_breach_is_stamped_once() -> None:
    approval = age(make_approval(), hours=2)
    run("UPDATE approvals_approval SET breached_at = now() WHERE id = %s", approval.pk)

    with pytest.raises(IntegrityError, match="stamped once"):
        run("UPDATE approvals_approval SET breached_at = now() + interval '1 s' WHERE id = %s", approval.pk)


@pytest.mark.shows("the-database-tells-the-time")
@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("breached_at = now()", "after the deadline"),
        ("escalate_at = now()", "only a breach escalates"),
        ("claimed_at = now()", "only a claim says"),
        ("expired_at = now()", "only an unclaimed approval expires"),
        (
            "status = 'rejected', resolution = 'sla_expired', decided_at = now()",
            "only a breach whose action is to reject",
        ),
    ],
)
def test_what_time_does_is_not_done_early(change: str, rule: str) -> None:
    approval = make_approval()

    with pytest.raises(IntegrityError, match=rule):
        run(f"UPDATE approvals_approval SET {change} WHERE id = %s", approval.pk)


@pytest.mark.shows("breach-never-approves")
def test_a_breach_that_holds_rejects_nothing() -> None:
    approval = age(make_approval(), hours=2)

    with pytest.raises(IntegrityError, match="only a breach whose action is to reject"):
        run(
            "UPDATE approvals_approval SET status = 'rejected', resolution = 'sla_expired', decided_at = now(),"
            " breached_at = now() WHERE id = %s",
            approval.pk,
        )


@pytest.mark.shows("claimed-once")
def test_what_was_claimed_does_not_expire() -> None:
    approval = approve(make_approval(), by=make_user())
    lifecycle.claim(approval.pk, by=approval.key)
    age(approval, days=2)

    with pytest.raises(IntegrityError, match="only an unclaimed approval expires"):
        run("UPDATE approvals_approval SET expired_at = now() WHERE id = %s", approval.pk)


@pytest.mark.shows("a-breach-is-noted-once")
def test_one_breach_event_a_request() -> None:
    approval = make_approval()
    copy = """
        INSERT INTO audit_event SELECT (jsonb_populate_record(e, jsonb_build_object(
            'event_id', gen_random_uuid(), 'seq', %s::int, 'type', 'approval.sla_breach',
            'leaf', '\\x' || encode(sha256(%s::text::bytea), 'hex')))).*
        FROM audit_event e WHERE subject_id = %s AND seq = 1
    """
    run(copy, 2, "2", str(approval.pk))

    with pytest.raises(IntegrityError, match="one_breach"):
        run(copy, 3, "3", str(approval.pk))


def test_a_version_does_not_skip_a_number() -> None:
    approval = make_approval()

    with pytest.raises(IntegrityError, match="does not follow"):
        run(
            "INSERT INTO approvals_payloadversion (approval_id, number, canonical, sha256, source, edited_by_id, created_at)"
            " SELECT approval_id, 3, canonical, sha256, source, %s, now() FROM approvals_payloadversion WHERE approval_id = %s",
            make_user().pk,
            approval.pk,
        )


@pytest.mark.shows("a-vote-names-its-payload")
def test_a_payload_is_stored_with_its_own_hash() -> None:
    approval = make_approval()

    with pytest.raises(IntegrityError, match="payload_hash_fits"):
        run(
            "INSERT INTO approvals_payloadversion (approval_id, number, canonical, sha256, source, edited_by_id, created_at)"
            " SELECT approval_id, 2, '{}', sha256, source, %s, now() FROM approvals_payloadversion WHERE approval_id = %s",
            make_user().pk,
            approval.pk,
        )


FORBIDDEN = [
    (old, new)
    for old in Status.values
    for new in Status.values
    if new != old and new not in Approval.TRANSITIONS[old]
]


def make_in(status: str) -> Approval:
    """A request that came into that state by the way that leads there."""
    patterns = {
        "not_required": "none",
        "draft": "draft_only",
        "used": "draft_only",
        "discarded": "draft_only",
    }
    approval = make_approval(policy=make_policy(pattern=patterns.get(status, "approval_gate")))
    ways: dict[str, Any] = {
        "approved": lambda: approve(approval, by=make_user()),
        "rejected": lambda: reject(approval, by=make_user()),
        "cancelled": lambda: lifecycle.cancel(approval.pk, by=approval.key),
        "used": lambda: lifecycle.use_draft(approval.pk, by=make_user()),
        "discarded": lambda: lifecycle.discard_draft(approval.pk, by=make_user()),
    }
    ways.get(status, lambda: None)()
    return approval


@pytest.mark.shows("decided-is-final")
@pytest.mark.parametrize(("old", "new"), FORBIDDEN)
def test_no_state_is_reached_but_by_the_table_of_transitions(old: str, new: str) -> None:
    approval = make_in(old)

    with pytest.raises(IntegrityError, match=r"is terminal|is no transition"):
        run("UPDATE approvals_approval SET status = %s WHERE id = %s", new, approval.pk)


@pytest.mark.shows("claimed-once")
def test_only_a_valid_approval_is_claimed() -> None:
    approval = make_approval()

    with pytest.raises(IntegrityError, match="only a valid approval"):
        run(
            "INSERT INTO approvals_claim (approval_id, claim_id, idempotency_key, key_id, claimed_at)"
            " VALUES (%s, %s, '', %s, now())",
            approval.pk,
            uuid4(),
            approval.key_id,
        )


@pytest.mark.shows("open-requests-keep-their-policy")
def test_a_policy_version_is_immutable() -> None:
    policy = make_policy()

    with pytest.raises(IntegrityError, match="immutable"):
        run("UPDATE approvals_policy SET risk = 'high' WHERE id = %s", policy.pk)


@pytest.mark.shows("every-gate-has-a-deadline")
@pytest.mark.parametrize("column", ["sla_minutes", "validity_minutes"])
def test_a_policy_has_no_time_of_zero(column: str) -> None:
    policy = make_policy()

    with pytest.raises(IntegrityError):
        run(
            "INSERT INTO approvals_policy SELECT (jsonb_populate_record(p, %s)).* FROM approvals_policy p WHERE id = %s",
            json.dumps({"id": str(uuid4()), "action_type": "other", column: 0}),
            policy.pk,
        )


def test_an_address_is_assigned_in_lower_case() -> None:
    approval = make_approval()

    with pytest.raises(IntegrityError, match="lower_case"):
        run(
            "INSERT INTO approvals_assignment (approval_id, email, source, created_at)"
            " VALUES (%s, 'Other@example.com', 'agent', now())",
            approval.pk,
        )


@pytest.mark.shows("authority-stays-with-its-person")
@pytest.mark.parametrize("change", ["email = 'other@example.com'", "created_at = now() - interval '1 day'"])
def test_an_assignment_keeps_its_person_and_its_moment(change: str) -> None:
    approval = make_approval()

    with pytest.raises(IntegrityError, match="who is asked about what"):
        run(f"UPDATE approvals_assignment SET {change} WHERE approval_id = %s", approval.pk)


@pytest.mark.usefixtures("rows_alone")
@pytest.mark.shows("the-minter-is-barred", "a-key-in-anothers-name")
def test_who_made_a_key_is_read_from_its_row_and_never_changes() -> None:
    minter, stranger = make_user("minter@example.com"), make_user("stranger@example.com")
    approval = make_approval(key=make_key(make_agent(), minted_by=minter)[0])
    insert_like(approval, key_minter_id=str(stranger.pk))
    copy = Approval.objects.exclude(pk=approval.pk).get()

    for new in (stranger.pk, None):
        with pytest.raises(IntegrityError, match="does not change"):
            run("UPDATE approvals_approval SET key_minter_id = %s WHERE id = %s", new, approval.pk)
        with pytest.raises(IntegrityError, match="does not change"):
            run("UPDATE approvals_agentkey SET minted_by_id = %s WHERE id = %s", new, approval.key_id)

    assert (approval.key_minter, copy.key_minter) == (minter, minter)


@pytest.mark.shows("the-minter-is-barred")
def test_a_key_stays_with_its_agent() -> None:
    key, other = make_key()[0], make_agent("Other agent")

    with pytest.raises(IntegrityError, match="does not change"):
        run("UPDATE approvals_agentkey SET agent_id = %s WHERE id = %s", other.pk, key.pk)


def test_an_assignment_copies_what_the_inbox_sorts_by() -> None:
    approval = make_approval()
    assignment = approval.assignments.get()

    assert (assignment.is_open, assignment.deadline) == (True, approval.deadline)

    approve(approval, by=make_user())
    assignment.refresh_from_db()

    assert not assignment.is_open


def test_an_agent_key_expires_after_its_creation() -> None:
    key, _ = make_key(make_agent())

    with pytest.raises(IntegrityError, match="expires_after_creation"):
        run("UPDATE approvals_agentkey SET expires_at = created_at WHERE id = %s", key.pk)


@pytest.mark.usefixtures("rows_alone")
@pytest.mark.shows("owners-stay-barred")
def test_who_answered_for_the_agent_is_read_from_its_row_and_never_changes() -> None:
    approval, stranger = make_approval(), make_user("stranger@example.com")
    insert_like(approval, agent_owner_id=str(stranger.pk), key_owner_id=str(stranger.pk))
    copy = Approval.objects.exclude(pk=approval.pk).get()

    with pytest.raises(IntegrityError, match="does not change"):
        run("UPDATE approvals_approval SET agent_owner_id = %s WHERE id = %s", stranger.pk, approval.pk)
    with pytest.raises(IntegrityError, match="does not change"):
        run("UPDATE approvals_approval SET key_owner_id = %s WHERE id = %s", stranger.pk, approval.pk)

    assert (copy.agent_owner, copy.key_owner) == (approval.agent.owner, approval.key.owner)


def test_an_assignment_copies_what_the_inbox_filters_by() -> None:
    approval = make_approval(workflow="billing")

    run("UPDATE approvals_assignment SET agent_id = NULL, workflow = 'another', alike = 'x', risk = 'high'")

    assignment = approval.assignments.get()
    copied = (assignment.agent_id, assignment.workflow, assignment.alike, assignment.risk)
    assert copied == (approval.agent_id, "billing", approval.alike, "low")
    assert len(approval.alike) == 16


@pytest.mark.shows("decided-is-final")
def test_what_a_request_is_alike_to_never_changes() -> None:
    make_approval()

    with pytest.raises(IntegrityError, match="does not change"):
        run("UPDATE approvals_approval SET alike = 'another'")


def test_each_agent_and_workflow_that_asked_a_person_is_noted_once() -> None:
    for _ in range(2):
        approval = make_approval(workflow="billing", assignees=("a@example.com", "b@example.com"))
    make_approval(policy=make_policy("log", pattern="none"), workflow="unattended", assignees=())

    noted = list(Origin.objects.order_by("email").values_list("email", "agent", "workflow"))

    assert noted == [(who, approval.agent_id, "billing") for who in ("", "a@example.com", "b@example.com")]


def test_one_who_is_asked_later_finds_the_origin_too() -> None:
    approval = make_approval(workflow="billing")

    lifecycle.reassign(approval.pk, by=make_user(), to=make_user("new@example.com").email, reason="On leave.")

    assert Origin.objects.filter(email="new@example.com", workflow="billing").exists()
