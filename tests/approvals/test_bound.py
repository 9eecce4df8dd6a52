"""No commit changes what the log tells of without its event: asked of the database, by the application's own role."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.db import Error, IntegrityError, connection, transaction

from approvals import lifecycle
from approvals.models import Approval
from audit.message import Subject
from grants import membership
from tests.factories import (
    approve,
    make_agent,
    make_approval,
    make_approver,
    make_grant,
    make_policy,
    make_user,
)
from tests.unsaid import told_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.shows("no-change-without-its-event", "rows-around-the-log"),
]

PENDING = "(SELECT id FROM approvals_approval WHERE status = 'pending')"
APPROVED = "(SELECT id FROM approvals_approval WHERE status = 'approved' AND claimed_at IS NULL)"
CLAIMED = "(SELECT id FROM approvals_approval WHERE claimed_at IS NOT NULL)"
PERSON = "(SELECT id FROM grants_user WHERE email = 'sales@example.com')"
OTHER = "(SELECT id FROM grants_user WHERE email = 'other@example.com')"
KEY = "(SELECT id FROM approvals_agentkey LIMIT 1)"
COPY = "INSERT INTO {table} SELECT (jsonb_populate_record(one, '{changes}')).* FROM {table} one {which}"


def copied(table: str, which: str, **changes: object) -> str:
    """A row like one that is there."""
    return COPY.format(table=table, which=which, changes=json.dumps({"id": str(uuid4()), **changes}))


VOTE = f"""
    INSERT INTO approvals_vote (id, approval_id, version, payload_sha256, verdict, user_id, principal_id, basis, resolution,
        category, comment, sentence, acknowledged, decided_at, is_late, manifest)
    SELECT gen_random_uuid(), approval_id, number, sha256, 'approve', {PERSON}, {PERSON}, 'assignee', '', '', '', '', '{{}}',
        now(), false, '{{}}' FROM approvals_payloadversion WHERE approval_id = {PENDING}
"""
CHANGES = {
    "a vote": VOTE,
    "a vote, and approved": f"""{VOTE};
        UPDATE approvals_approval SET status = 'approved', decided_at = now(), valid_until = now() + interval '1 day'
        WHERE id = {PENDING}""",
    "rejected": f"""{VOTE.replace("'approve', ", "'reject', ").replace("'assignee', ''", "'assignee', 'declined'")};
        UPDATE approvals_approval SET status = 'rejected', resolution = 'declined', decided_at = now() WHERE id = {PENDING}""",
    "cancelled": f"UPDATE approvals_approval SET status = 'cancelled', decided_at = now() WHERE id = {PENDING}",
    "a request": copied("approvals_approval", f"WHERE id = {PENDING}", idempotency_key="another"),
    "a request that runs": copied(
        "approvals_approval", "WHERE status = 'not_required'", idempotency_key="another"
    ),
    "an opening": f"INSERT INTO approvals_opening (approval_id, user_id, opened_at) VALUES ({PENDING}, {OTHER}, now())",
    "a comment": f"""INSERT INTO approvals_comment (id, approval_id, user_id, text, told, created_at)
        VALUES (gen_random_uuid(), {PENDING}, {PERSON}, 'Fine.', '{{}}', now())""",
    "an assignment": f"""INSERT INTO approvals_assignment (approval_id, email, source, created_at, is_open)
        VALUES ({PENDING}, 'other@example.com', 'policy', now(), true)""",
    "an assignment that ends": f"UPDATE approvals_assignment SET removed_at = now() WHERE approval_id = {PENDING}",
    "a claim": f"""INSERT INTO approvals_claim (approval_id, claim_id, idempotency_key, key_id, claimed_at)
        VALUES ({APPROVED}, gen_random_uuid(), '', {KEY}, now())""",
    "an outcome": f"""INSERT INTO approvals_outcome (claim_id, status, detail, payload_sha256, is_mismatch, reported_at)
        SELECT approval_id, 'succeeded', '', sha256, false, now() FROM approvals_payloadversion WHERE approval_id = {CLAIMED}
        AND number = 1""",
    "a policy that goes": "UPDATE approvals_policy SET retired_at = now() WHERE retired_at IS NULL",
    "a policy": copied("approvals_policy", "WHERE action_type = 'external_email'", action_type="refund"),
    "an agent that may do more": "UPDATE approvals_agent SET action_types = '{*}' WHERE action_types = '{external_email}'",
    "another owner of an agent": f"UPDATE approvals_agent SET owner_id = {OTHER}",
    "an agent": copied("approvals_agent", "LIMIT 1", name="Another"),
    "a key": copied("approvals_agentkey", "LIMIT 1", prefix="0123456789ab"),
    "a key that counts again": "UPDATE approvals_agentkey SET revoked_at = now()",
    "a grant": f"""INSERT INTO grants_delegatedgrant (id, grantor_id, grantee_id, action_types, workflows, highest_risk,
        is_whole, reason, starts_at, expires_at, created_at) SELECT gen_random_uuid(), grantor_id, {OTHER}, action_types,
        workflows, highest_risk, is_whole, reason, now(), expires_at, now() FROM grants_delegatedgrant""",
    "a grant that ends": f"UPDATE grants_delegatedgrant SET revoked_at = now(), revoked_by_id = {PERSON}",
    "an approver": f"INSERT INTO grants_approvermembership (user_id, joined_at) VALUES ({OTHER}, now())",
    "an approver who leaves": "UPDATE grants_approvermembership SET left_at = now()",
}
"""What SQL alone would change, each past every other guard."""


@pytest.fixture
def world() -> Approval:
    """A request of each state, an approver, a grant and an agent of narrow scope."""
    make_approver("member@example.com")
    make_user("other@example.com")
    make_user()
    make_policy()
    make_grant()
    make_agent("Narrow", action_types=["external_email"])
    make_approval(policy=make_policy("lookup", pattern="none"))
    for _ in range(2):
        claimed = approve(make_approval(), by=make_user())
    lifecycle.claim(claimed.pk, by=claimed.key)
    return make_approval()


def commit(sql: str, role: str) -> None:
    """In one transaction as that role, to its end."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'SET LOCAL ROLE "{role}"')
        cursor.execute(sql)


def test_nothing_is_changed_without_its_event(world: Approval, application_role: str) -> None:
    said = {}
    for what, sql in CHANGES.items():
        try:
            commit(sql, application_role)
        except Error as error:
            said[what] = str(error).partition("\n")[0]

    strange = {
        what: said.get(what, "stored")
        for what in CHANGES
        if "was changed without its event" not in said.get(what, "")
    }
    assert strange == {}


def test_the_event_may_come_from_a_savepoint_and_after_the_change(world: Approval) -> None:
    member = make_user("member@example.com")

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(CHANGES["an approver who leaves"])
        with transaction.atomic(), told_of(member.as_subject(), "approvers.left"):
            pass

    assert membership.ApproverMembership.objects.filter(left_at=None).count() == 0


@pytest.mark.parametrize(
    ("about", "types"),
    [("another subject", ("approvers.left",)), ("another type", ("approvers.joined",)), ("nothing", ())],
)
def test_another_event_does_not_do(world: Approval, about: str, types: tuple[str, ...]) -> None:
    member, other = make_user("member@example.com"), Subject("person", "somebody")
    subject = other if about == "another subject" else member.as_subject()

    refused = pytest.raises(IntegrityError, match=r"approvers\.left is missing")
    with refused, told_of(subject, *types), connection.cursor() as cursor:
        cursor.execute(CHANGES["an approver who leaves"])


def test_an_event_bears_the_transaction_that_wrote_it_whatever_is_inserted(
    world: Approval, application_role: str
) -> None:
    forged = """
        INSERT INTO audit_event SELECT (jsonb_populate_record(one, jsonb_build_object(
            'event_id', gen_random_uuid(), 'seq', one.seq + 1000, 'leaf', '\\x01', 'xact', '999999'))).*
        FROM audit_event one WHERE type = 'approvers.joined'
    """
    commit(forged, application_role)

    with connection.cursor() as cursor:
        cursor.execute("SELECT xact::text FROM audit_event WHERE leaf = '\\x01'")
        assert cursor.fetchone()[0] != "999999"


@pytest.mark.shows("guards-look-where-they-were-written-to")
def test_a_temporary_table_in_front_of_the_log_changes_nothing(world: Approval) -> None:
    with (
        pytest.raises(IntegrityError, match="without its event"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("CREATE TEMP TABLE audit_event ON COMMIT DROP AS TABLE public.audit_event")
        cursor.execute("UPDATE pg_temp.audit_event SET xact = pg_current_xact_id(), type = 'approvers.left'")
        cursor.execute(CHANGES["an approver who leaves"])


def test_asking_sooner_only_refuses_sooner(world: Approval, application_role: str) -> None:
    with pytest.raises(IntegrityError, match="without its event"):
        commit(f"SET CONSTRAINTS ALL IMMEDIATE; {CHANGES['an approver who leaves']}", application_role)


def test_the_application_cannot_switch_it_off(world: Approval, application_role: str) -> None:
    for sql in (
        "ALTER TABLE approvals_approval DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "DROP TRIGGER bound_insert ON approvals_vote",
        "ALTER TABLE audit_event DISABLE TRIGGER stamp_transaction",
    ):
        with pytest.raises(Error):
            commit(sql, application_role)
