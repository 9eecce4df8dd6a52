"""A row changed around the log, by whoever can switch the guards off, is named by `verify_audit`."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from approvals import delegation, keys, lifecycle
from approvals.delegation import GrantTerms
from approvals.lifecycle import Report
from approvals.models import Approval
from audit import clock, message, verify
from audit.canonical import canonical
from audit.compared import all_comparisons
from audit.message import SYSTEM
from audit.models import Event
from audit.verify import Tampered, everything
from grants import accounts, membership
from grants.models import User
from tests.audit.superuser import as_database_superuser
from tests.factories import (
    AMBER_AND_RED,
    EMAIL_PAYLOAD,
    approve,
    make_approval,
    make_approver,
    make_key,
    make_policy,
    make_user,
    reject,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.shows("the-tables-say-what-the-log-says", "rows-around-the-log"),
]

NOBODY = "'01900000-0000-7000-8000-000000000000'"

CHANGES = {
    "approvals_approval": {
        "status": "'rejected', resolution = 'declined', valid_until = NULL",
        "resolution": "'answered'",
        "action": "'Send nothing'",
        "action_type": "'refund'",
        "summary": "'harmless'",
        "rationale": "'because'",
        "confidence": "0.99",
        "evidence": "'[]'",
        "context": """'{"trigger": "none"}'""",
        "workflow": "'elsewhere'",
        "run_id": "'run-1'",
        "initiated_by": "'other@example.com'",
        "risk": "'critical', quorum = 2, breach_action = 'escalate'",
        "pattern": "'exception_based'",
        "reasons": "'[]'",
        "quorum": "7",
        "breach_action": "'escalate'",
        "locked_fields": "'{/to}'",
        "request_sha256": "sha256('x')",
        "payload_schema": "'{}'",
        "sla_minutes": "6000",
        "deadline": "deadline + interval '1 day'",
        "created_at": "created_at - interval '1 day'",
        "decided_at": "decided_at - interval '1 second'",
        "valid_until": "valid_until + interval '1 day'",
        "breached_at": "now()",
        "expired_at": "now()",
        "claimed_at": "claimed_at - interval '1 second'",
        "current_version": "1",
        "successor_id": "id",
        "supersedes_id": "id",
        "agent_id": NOBODY,
        "key_id": NOBODY,
        "policy_id": NOBODY,
        "shadow_would_run": "true",
        "agent_owner_id": NOBODY,
        "key_owner_id": NOBODY,
        "key_minter_id": NOBODY,
        "remind_at": "coalesce(remind_at, now()) - interval '1 second'",
    },
    "approvals_payloadversion": {
        "source": """'{"to": "thief@example.com"}'""",
        "canonical": "'{}', sha256 = sha256('{}')",
        "edited_by_id": NOBODY,
        "created_at": "created_at - interval '1 second'",
        "number": "number + 8",
    },
    "approvals_vote": {
        "verdict": "'reject', resolution = 'declined'",
        "version": "1",
        "payload_sha256": "sha256('x')",
        "user_id": f"{NOBODY}, principal_id = {NOBODY}, grant_id = NULL",
        "basis": "'nothing'",
        "comment": "'I never looked.'",
        "sentence": "'I checked it.'",
        "category": "'other'",
        "acknowledged": "'{7}'",
        "fills_policy_seat": "NOT fills_policy_seat",
        "notified_at": "'2020-01-01'",
        "opened_at": "'2020-01-01'",
        "decided_at": "decided_at - interval '1 second'",
        "is_late": "NOT is_late",
        "manifest": """'{"meaning": "approved"}'""",
    },
    "approvals_voteseat": {"user_id": NOBODY, "vote_id": NOBODY, "version": "version + 5"},
    "approvals_claim": {
        "claim_id": NOBODY,
        "key_id": NOBODY,
        "claimed_at": "claimed_at - interval '1 second'",
    },
    "approvals_outcome": {
        "status": "'failed'",
        "detail": "'It went well.'",
        "payload_sha256": "sha256('x')",
        "is_mismatch": "NOT is_mismatch",
        "reported_at": "reported_at - interval '1 second'",
    },
    "approvals_opening": {"user_id": NOBODY, "opened_at": "opened_at - interval '1 hour'"},
    "approvals_comment": {"text": "'Fine.'", "user_id": NOBODY, "told": "'{x@example.com}'"},
    "approvals_assignment": {
        "email": "email || '.test'",
        "source_before": "'policy'",
        "removed_at": "CASE WHEN removed_at IS NULL THEN now() END",
        "in_place_of_id": "id",
        "placed_by_id": NOBODY,
        "created_at": "created_at - interval '1 second'",
    },
    "approvals_policy": {
        "pattern": "'none'",
        "risk": "'medium'",
        "quorum": "9",
        "reviewers": "'{thief@example.com}'",
        "sla_minutes": "1",
        "validity_minutes": "9",
        "breach_action": "'reject'",
        "escalation": "'[]'::jsonb || '[1]'",
        "condition": "'false'",
        "minimum_confidence": "0.1",
        "allow_self_approval": "true",
        "allow_outside_assignees": "true",
        "require_initiated_by": "true",
        "locked_fields": "'{/to}'",
        "required_evidence": "'{Contract}'",
        "notes": "'Approve it.'",
        "reason": "'No reason.'",
        "title": "'Harmless'",
        "version": "version + 5",
        "retired_at": "retired_at + interval '1 hour'",
        "created_at": "created_at - interval '1 second'",
    },
    "approvals_agent": {
        "name": "name || '!'",
        "owner_id": NOBODY,
        "action_types": "'{refund}'",
        "workflows": "'{finance}'",
        "is_active": "NOT is_active",
    },
    "approvals_agentkey": {
        "prefix": "'0123456789ab'",
        "owner_id": NOBODY,
        "expires_at": "now() + interval '1 day'",
        "minted_by_id": NOBODY,
        "secret_sha256": "sha256('x')",
        "revoked_at": "CASE WHEN revoked_at IS NULL THEN now() END",
    },
    "grants_delegatedgrant": {
        "grantor_id": NOBODY,
        "grantee_id": NOBODY,
        "highest_risk": "'critical'",
        "is_whole": "NOT is_whole",
        "workflows": "'{finance}'",
        "starts_at": "starts_at - interval '1 hour'",
        "expires_at": "expires_at + interval '1 hour'",
        "revoked_at": "NULL, revoked_by_id = NULL",
        "reason": "'None.'",
    },
    "grants_approvermembership": {
        "joined_at": "joined_at - interval '1 year'",
        "left_at": "CASE WHEN left_at IS NULL THEN now() END",
        "user_id": "(SELECT id FROM grants_user WHERE email = 'root@example.com')",
    },
    "grants_user": {
        "name": "name || '!'",
        "is_active": "NOT is_active",
        "is_staff": "NOT is_staff",
        "is_superuser": "NOT is_superuser",
        "is_auditor": "NOT is_auditor",
    },
}
"""By table and column, an UPDATE that gives rows another value."""

AS_SAID = {
    "owner_id": "owner",
    "key_id": "key_prefix",
    "source": "sha256_of_text",
    "canonical": "sha256",
    "payload_schema": "payload_schema_sha256",
    "in_place_of_id": "in_place_of",
}
"""What the sentence calls the column, where it is another word."""
GONE = ("no event tells of it", "the table does not hold it")
"""Where the value is what tells one row from another."""
NEWER = ("manifest", "signature", "policy_seat", "grant", "shadow")

AMONG = {"grants_user": "email = 'member@example.com'"}
"""Where only some rows of a table were ever described by an event."""


@pytest.fixture
def world() -> Approval:
    """Something of everything; the request was corrected, approved by two, claimed and reported."""
    ada, grace = make_user("ada@example.com"), make_user("grace@example.com")
    make_user("root@example.com", is_staff=True)
    member = make_approver("member@example.com")
    member.name = "Mary Member"
    accounts.change(member, by=SYSTEM, changed=["name"])
    membership.leave(make_approver("former@example.com"), by=SYSTEM)
    make_policy()
    policy = make_policy(risk="medium", quorum=2, reviewers=["ada@example.com"])
    _lend(ada, "deputy@example.com")
    approval = make_approval(
        policy=policy, evidence=AMBER_AND_RED, assignees=("sam@example.com",), confidence=0.5
    )
    lifecycle.reassign(
        approval.pk, by=ada, to=grace.email, reason="Grace knows.", instead_of="sam@example.com"
    )
    lifecycle.comment(approval.pk, by=ada, text="Is this right?")
    approve(approval, by=grace)
    approve(approval, by=ada, edited={**EMAIL_PAYLOAD, "body": "Corrected."})
    approval = approve(approval, by=grace)
    claim = lifecycle.claim(approval.pk, by=approval.key)
    version = Approval.objects.get(pk=approval.pk).version()
    lifecycle.report(approval.pk, Report(claim.claim_id, "succeeded", bytes(version.sha256)), by=approval.key)
    keys.revoke_key(make_key()[0], by=SYSTEM)
    reject(make_approval(policy=policy), by=ada)
    make_approval(policy=policy)
    return approval


def _lend(grantor: User, to: str) -> None:
    make_user(to)
    until = clock.now() + timedelta(days=1)
    terms = GrantTerms(
        highest_risk="low", action_types=["external_email"], expires_at=until, reason="On leave."
    )
    delegation.revoke(delegation.give(grantor, to, terms).pk, by=grantor)


def named() -> str:
    """What `verify_audit` says is wrong; empty where nothing is."""
    try:
        everything()
    except Tampered as error:
        return str(error)
    return ""


@pytest.mark.parametrize("table", CHANGES)
def test_a_changed_row_is_named(world: Approval, table: str) -> None:
    assert named() == ""

    unnamed = [column for column in CHANGES[table] if not _is_named(table, column)]

    assert unnamed == []


def _is_named(table: str, column: str) -> bool:
    """Whether the row is named while that column has other values."""
    with transaction.atomic():
        _drop_constraints(table)
        where = AMONG.get(table, "true")
        as_database_superuser(f"UPDATE {table} SET {column} = {CHANGES[table][column]} WHERE {where}")
        said = named()
        transaction.set_rollback(True)
    words = (f": {AS_SAID.get(column, column)} is ", *GONE)
    return said.startswith(table) and any(word in said for word in words)


@pytest.mark.parametrize("table", CHANGES)
def test_a_row_that_no_event_tells_of_is_named(world: Approval, table: str) -> None:
    with transaction.atomic():
        _drop_constraints(table)
        as_database_superuser(f"DELETE FROM {table} WHERE {AMONG.get(table, 'true')}")
        said = named()
        transaction.set_rollback(True)

    assert "the log tells of it" in said


def test_one_request_is_compared_by_itself(world: Approval) -> None:
    out = io.StringIO()
    call_command("verify_audit", approval=str(world.pk), stdout=out)
    as_database_superuser("UPDATE approvals_vote SET comment = 'I never looked.'")

    with pytest.raises(SystemExit, match="1"):
        call_command("verify_audit", approval=str(world.pk), stderr=(said := io.StringIO()))

    assert "VALID" in out.getvalue()
    assert 'comment is "I never looked.", and the log says ""' in said.getvalue()


def test_what_an_older_event_does_not_say_is_not_compared(world: Approval) -> None:
    """An event from before a field was there; the rows stay compared in all that it says."""
    comparison = next(one for one in all_comparisons() if one.kind == "approval")
    bodies = [one.body for one in verify.chain(world.as_subject()).events]
    older = [{**one, "data": {k: v for k, v in one["data"].items() if k not in NEWER}} for one in bodies]

    told = comparison.told(older)

    assert all(
        column not in row
        for row in told.of("approvals_vote").values()
        for column in ("manifest", "signature")
    )
    assert all("comment" in row for row in told.of("approvals_vote").values())


def _drop_constraints(table: str) -> None:
    """As a superuser does who wants a value that a constraint refuses."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('c', 'f', 'u')",
            [table],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}" CASCADE')


@pytest.mark.parametrize("forged", [{"data": {}}, {"data": []}, {"subject": None}], ids=str)
def test_a_forged_event_of_another_shape_is_named(forged: dict[str, Any]) -> None:
    approval = make_approval()
    event = Event.objects.about("approval", approval.pk).get()
    content = canonical(event.content | forged)
    leaf = message.leaf(message.message(key_id=event.key_id, body=content), bytes(event.mac))
    as_database_superuser("UPDATE audit_eventbody SET content = %s WHERE event_id = %s", content, event.pk)
    as_database_superuser("UPDATE audit_event SET leaf = %s WHERE event_id = %s", leaf, event.pk)

    with pytest.raises(Tampered, match="cannot be read"):
        everything(keyless=True)


def test_a_reminder_that_was_sent_needs_no_event(world: Approval) -> None:
    Approval.objects.update(remind_at=None)

    assert named() == ""
