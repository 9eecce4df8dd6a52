"""What the database refuses when Python is gone around: each forbidden state of the data model."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from approvals import lifecycle
from approvals.models import Approval
from tests.factories import (
    age,
    approve,
    make_agent,
    make_approval,
    make_grant,
    make_key,
    make_policy,
    make_user,
)

pytestmark = pytest.mark.django_db


def run(sql: str, *params: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def insert_like(approval: Approval, **changes: Any) -> None:
    """A copy of the request's row with some columns changed, by SQL alone."""
    changes = {"id": str(uuid4()), "idempotency_key": str(uuid4()), **changes}
    run(
        "INSERT INTO approvals_approval SELECT (jsonb_populate_record(a, %s)).* FROM approvals_approval a WHERE id = %s",
        json.dumps(changes),
        approval.pk,
    )


def insert_vote(approval: Approval, **changes: Any) -> None:
    user = make_user()
    version = approval.version()
    values = {
        "id": uuid4(),
        "approval_id": approval.pk,
        "version": version.number,
        "payload_sha256": version.sha256,
        "verdict": "approve",
        "user_id": user.pk,
        "principal_id": user.pk,
        "basis": "assignee",
        "resolution": "",
        "category": "",
        "comment": "",
        "sentence": "",
        "acknowledged": [],
        "decided_at": approval.created_at,
        "is_late": False,
        **changes,
    }
    marks = ", ".join(["%s"] * len(values))
    run(f"INSERT INTO approvals_vote ({', '.join(values)}) VALUES ({marks})", *values.values())


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


@pytest.mark.parametrize("status", ["pending", "rejected", "cancelled"])
def test_an_approved_request_never_changes(status: str) -> None:
    approval = make_approval()
    approve(approval, by=make_user())

    with pytest.raises(IntegrityError, match="terminal"):
        run("UPDATE approvals_approval SET status = %s WHERE id = %s", status, approval.pk)


def test_a_breach_is_stamped_once() -> None:
    approval = age(make_approval(), hours=2)
    run("UPDATE approvals_approval SET breached_at = now() WHERE id = %s", approval.pk)

    with pytest.raises(IntegrityError, match="stamped once"):
        run("UPDATE approvals_approval SET breached_at = now() + interval '1 s' WHERE id = %s", approval.pk)


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


def test_a_breach_that_holds_rejects_nothing() -> None:
    approval = age(make_approval(), hours=2)

    with pytest.raises(IntegrityError, match="only a breach whose action is to reject"):
        run(
            "UPDATE approvals_approval SET status = 'rejected', resolution = 'sla_expired', decided_at = now(),"
            " breached_at = now() WHERE id = %s",
            approval.pk,
        )


def test_what_was_claimed_does_not_expire() -> None:
    approval = approve(make_approval(), by=make_user())
    lifecycle.claim(approval.pk, by=approval.key)
    age(approval, days=2)

    with pytest.raises(IntegrityError, match="only an unclaimed approval expires"):
        run("UPDATE approvals_approval SET expired_at = now() WHERE id = %s", approval.pk)


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


def test_a_payload_is_stored_with_its_own_hash() -> None:
    approval = make_approval()

    with pytest.raises(IntegrityError, match="payload_hash_fits"):
        run(
            "INSERT INTO approvals_payloadversion (approval_id, number, canonical, sha256, source, edited_by_id, created_at)"
            " SELECT approval_id, 2, '{}', sha256, source, %s, now() FROM approvals_payloadversion WHERE approval_id = %s",
            make_user().pk,
            approval.pk,
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2},
        {"payload_sha256": bytes(32)},
        {"verdict": "reject"},
        {"resolution": "declined"},
        {"verdict": "reject", "resolution": "sla_expired"},
    ],
    ids=str,
)
def test_a_vote_is_on_the_current_version_and_says_what_it_is(changes: dict[str, Any]) -> None:
    approval = make_approval()

    with pytest.raises(IntegrityError):
        insert_vote(approval, **changes)


def test_no_vote_on_a_decided_request() -> None:
    approval = make_approval()
    approve(approval, by=make_user())

    with pytest.raises(IntegrityError, match="approved"):
        insert_vote(approval, user_id=make_user("other@example.com").pk)


def test_t09_one_person_never_fills_two_seats() -> None:
    approval = make_approval(risk="critical")
    insert_vote(approval)

    with pytest.raises(IntegrityError, match="vote_seat_one_per_person"):
        insert_vote(approval)


def test_t10_a_principal_and_their_delegate_never_fill_two_seats() -> None:
    approval = make_approval(risk="critical")
    principal = make_user("finance@example.com")
    insert_vote(approval, user_id=principal.pk, principal_id=principal.pk)

    grant = make_grant(principal, make_user())

    with pytest.raises(IntegrityError, match="vote_seat_one_per_person"):
        insert_vote(approval, principal_id=principal.pk, grant_id=grant.pk)


def test_a_seat_is_taken_by_a_vote_only() -> None:
    approval = make_approval(risk="critical")
    approve(approval, by=make_user())

    with pytest.raises(IntegrityError, match="by a vote only"):
        run(
            "INSERT INTO approvals_voteseat (approval_id, version, user_id, vote_id)"
            " SELECT approval_id, version, %s, vote_id FROM approvals_voteseat",
            make_user("other@example.com").pk,
        )


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


def test_a_policy_version_is_immutable() -> None:
    policy = make_policy()

    with pytest.raises(IntegrityError, match="immutable"):
        run("UPDATE approvals_policy SET risk = 'high' WHERE id = %s", policy.pk)


@pytest.mark.parametrize("column", ["sla_minutes", "validity_minutes"])
def test_a_policy_has_no_time_of_zero(column: str) -> None:
    policy = make_policy()

    with pytest.raises(IntegrityError):
        run(
            "INSERT INTO approvals_policy SELECT (jsonb_populate_record(p, %s)).* FROM approvals_policy p WHERE id = %s",
            json.dumps({"id": str(uuid4()), "action_type": "other", column: 0}),
            policy.pk,
        )


@pytest.mark.parametrize("sql", ["UPDATE audit_{} SET event_id = event_id", "DELETE FROM audit_{}"])
@pytest.mark.parametrize("table", ["event", "eventbody"])
def test_an_event_is_neither_changed_nor_deleted(table: str, sql: str) -> None:
    make_approval()

    with pytest.raises(IntegrityError, match="append-only"):
        run(sql.format(table))


@pytest.mark.parametrize(
    "table",
    [
        "audit_event",
        "audit_eventbody",
        "approvals_approval",
        "approvals_payloadversion",
        "approvals_vote",
        "approvals_voteseat",
        "approvals_opening",
        "approvals_claim",
        "approvals_outcome",
    ],
)
def test_what_happened_cannot_be_truncated(table: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        run(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE approvals_vote SET comment = 'x'",
        "DELETE FROM approvals_vote",
        "DELETE FROM approvals_approval",
    ],
)
def test_a_decision_cannot_be_rewritten(sql: str) -> None:
    approval = make_approval()
    approve(approval, by=make_user())

    with pytest.raises(IntegrityError, match="append-only"):
        run(sql)


def test_an_address_is_assigned_in_lower_case() -> None:
    approval = make_approval()

    with pytest.raises(IntegrityError, match="lower_case"):
        run("UPDATE approvals_assignment SET email = 'Sales@example.com' WHERE approval_id = %s", approval.pk)


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
