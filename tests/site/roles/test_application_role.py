"""What the application's role cannot do, whatever code runs as it; and that the product works all the same."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction

from approvals import lifecycle, notifications
from approvals.lifecycle import Report
from approvals.models import Approval
from approvals_site import roles
from audit import sequencer, verify
from tests.database_role import acting_as
from tests.factories import EMAIL_PAYLOAD, approve, make_approval, make_user

pytestmark = pytest.mark.django_db


def refused(role: str, statement: str) -> str:
    """Why PostgreSQL refuses it to that role."""
    with pytest.raises(ProgrammingError) as refusal, transaction.atomic(), acting_as(role):
        connection.cursor().execute(statement)
    return str(refusal.value)


@pytest.mark.shows("the-application-owns-nothing")
@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE approvals_approval DISABLE TRIGGER check_update",
        "ALTER TABLE approvals_vote DISABLE TRIGGER ALL",
        "ALTER TABLE grants_user DROP CONSTRAINT user_email_is_lower_case",
        "DROP TRIGGER check_vote ON approvals_vote",
        "DROP TABLE approvals_vote CASCADE",
        "DROP FUNCTION approvals_check_vote() CASCADE",
        "ALTER FUNCTION approvals_check_vote() RESET search_path",
        "CREATE OR REPLACE FUNCTION approvals_check_vote() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE TRIGGER more BEFORE INSERT ON approvals_vote FOR EACH ROW EXECUTE FUNCTION audit_refuse_change()",
        "CREATE RULE none AS ON INSERT TO audit_event DO INSTEAD NOTHING",
    ],
)  # fmt: skip
def test_the_application_changes_no_guard(application_role: str, statement: str) -> None:
    assert "must be owner of" in (why := refused(application_role, statement)) or "permission denied" in why


@pytest.mark.shows("the-application-owns-nothing")
@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = 'replica'",
        "SELECT set_config('session_replication_role', 'replica', true)",
        "CREATE TEMP TABLE approvals_vote (id int)",
        "CREATE TABLE other (id int)",
        "CREATE FUNCTION count(text) RETURNS int LANGUAGE sql AS 'SELECT 9'",
        "CREATE SCHEMA evil",
        "CREATE ROLE evil",
        "ALTER ROLE CURRENT_USER SUPERUSER",
        "ALTER ROLE CURRENT_USER CREATEROLE",
        "INSERT INTO approvals_voteseat DEFAULT VALUES",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('a', 'b', now())",
        "COPY (SELECT 1) TO '/tmp/countersign-evil'",
    ],
)
def test_the_application_makes_nothing_and_switches_nothing(application_role: str, statement: str) -> None:
    why = refused(application_role, statement)

    assert "permission denied" in why or "must be superuser" in why


@pytest.mark.shows("the-application-owns-nothing")
@pytest.mark.parametrize("action", ["UPDATE", "DELETE", "TRUNCATE"])
@pytest.mark.parametrize(
    "table",
    ["audit_event", "audit_eventbody", "audit_leaf", "audit_node", "audit_checkpoint", "approvals_vote",
     "approvals_voteseat", "approvals_payloadversion", "approvals_comment", "approvals_opening", "approvals_claim",
     "approvals_outcome"],
)  # fmt: skip
def test_the_application_only_adds_to_the_record(application_role: str, table: str, action: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege(%(r)s, %(t)s, %(a)s) OR %(a)s = 'UPDATE' AND"
            " has_any_column_privilege(%(r)s, %(t)s, 'UPDATE')",
            {"r": application_role, "t": table, "a": action},
        )

        assert cursor.fetchone() == (False,)


@pytest.mark.shows("the-application-owns-nothing")
@pytest.mark.parametrize(
    "table", ["approvals_approval", "approvals_agentkey", "grants_user", "approvals_policy"]
)
def test_the_application_deletes_nobody_whom_the_record_names(application_role: str, table: str) -> None:
    assert "permission denied" in refused(application_role, f"DELETE FROM {table}")


@pytest.mark.shows("the-application-owns-nothing")
def test_the_application_does_not_migrate(application_role: str) -> None:
    with acting_as(application_role), pytest.raises(CommandError, match="does not own the tables"):
        call_command("migrate")


@pytest.mark.shows("guards-look-where-they-were-written-to")
def test_a_guard_looks_past_a_temporary_table_in_front_of_its_own() -> None:
    approval = make_approval()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE approvals_vote (approval_id uuid, version int, verdict text)")
        cursor.execute("INSERT INTO approvals_vote VALUES (%s, 1, 'approve')", [approval.pk])

    with pytest.raises(IntegrityError, match="0 of 1 approvals"), transaction.atomic():
        connection.cursor().execute(
            "UPDATE public.approvals_approval SET status = 'approved', decided_at = now(),"
            " valid_until = now() + interval '1 hour' WHERE id = %s",
            [approval.pk],
        )


@pytest.mark.shows("guards-look-where-they-were-written-to")
def test_every_guard_has_its_search_path_pinned() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            " AND (prorettype = 'trigger'::regtype OR prosecdef)"
            " AND 'search_path=public, pg_temp' <> ALL(coalesce(proconfig, '{}'))"
        )

        assert cursor.fetchall() == []


@pytest.mark.shows("guards-look-where-they-were-written-to")
def test_seats_and_origins_are_written_with_their_owner_s_rights() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE prosecdef AND proname LIKE 'approvals\\_%' ORDER BY 1"
        )
        found = [name for (name,) in cursor.fetchall()]

    assert found == [
        *("approvals_close_assignments", "approvals_note_origin", "approvals_note_origins_of_people"),
        "approvals_take_seats",
    ]


@pytest.mark.shows("the-application-owns-nothing")
def test_a_request_runs_its_whole_course_as_the_application(application_role: str) -> None:
    accounts_from_before()
    with acting_as(application_role):
        approval = approve(
            make_approval(schema={"type": "object"}),
            by=make_user(),
            edited={**EMAIL_PAYLOAD, "subject": "Corrected"},
        )
        claim = lifecycle.claim(approval.pk, by=approval.key, idempotency_key="once")
        sha256 = bytes(Approval.objects.get(pk=approval.pk).version().sha256)
        lifecycle.report(approval.pk, Report(claim.claim_id, "succeeded", sha256), by=approval.key)
        lifecycle.sweep()
        sent = notifications.deliver_due()
        sequencer.run()

        assert sent
        assert verify.everything().events > 3


@pytest.mark.shows("the-application-owns-nothing")
def test_a_critical_request_takes_two_as_the_application(application_role: str) -> None:
    accounts_from_before()
    with acting_as(application_role):
        approval = make_approval(risk="critical", assignees=("sales@example.com", "finance@example.com"))
        lifecycle.open_request(approval.pk, by=make_user())
        lifecycle.comment(approval.pk, by=make_user(), text="Fine.")
        approve(approval, by=make_user())
        decided = approve(approval, by=make_user("finance@example.com"))

        assert decided.status == "approved"


def accounts_from_before() -> None:
    """Proven long ago, which the application's role cannot write."""
    for name in ("sales", "finance", "owner", "escalation"):
        make_user(f"{name}@example.com")


@pytest.mark.shows("the-application-owns-nothing")
def test_the_application_passes_its_own_check(application_role: str) -> None:
    assert roles.differences(application_role) == []
    with acting_as(application_role):
        assert roles.excess() == ""
        assert roles.migrating_role() == (application_role, False)
