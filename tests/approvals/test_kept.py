"""What happened is never rewritten, deleted or truncated, and whoever had a part in it stays."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection

from approvals import lifecycle
from approvals.lifecycle import Report
from approvals.models import Approval
from tests.approvals.sql import run
from tests.factories import (
    EMAIL_PAYLOAD,
    approve,
    make_approval,
    make_grant,
    make_user,
)

pytestmark = pytest.mark.django_db


APPEND_ONLY = {
    "audit_event": "seq",
    "audit_eventbody": "content",
    "approvals_payloadversion": "source",
    "approvals_vote": "comment",
    "approvals_voteseat": "version",
    "approvals_opening": "opened_at",
    "approvals_comment": "text",
    "approvals_claim": "claimed_at",
    "approvals_outcome": "detail",
}
KEPT = (
    "approvals_approval",
    "approvals_assignment",
    "approvals_policy",
    "approvals_agent",
    "approvals_agentkey",
)


@pytest.fixture
def _told() -> None:
    """A request with a row in every table that tells of it."""
    approval = make_approval()
    lifecycle.open_request(approval.pk, by=make_user())
    lifecycle.comment(approval.pk, by=make_user(), text="Fine.")
    approve(approval, by=make_user(), edited={**EMAIL_PAYLOAD, "subject": "Corrected"})
    claim = lifecycle.claim(approval.pk, by=approval.key, idempotency_key="once")
    sha256 = bytes(Approval.objects.get(pk=approval.pk).version().sha256)
    lifecycle.report(approval.pk, Report(claim.claim_id, "succeeded", sha256), by=approval.key)
    make_grant()


@pytest.mark.shows("the-record-only-grows")
@pytest.mark.usefixtures("_told")
@pytest.mark.parametrize(("table", "column"), APPEND_ONLY.items())
def test_what_happened_is_never_rewritten(table: str, column: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        run(f"UPDATE {table} SET {column} = {column}")


@pytest.mark.shows("the-record-only-grows")
@pytest.mark.usefixtures("_told")
@pytest.mark.parametrize("table", [*APPEND_ONLY, *KEPT, "grants_delegatedgrant"])
def test_what_happened_is_never_deleted(table: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        run(f"DELETE FROM {table}")


@pytest.mark.shows("the-record-only-grows")
@pytest.mark.parametrize("table", [*APPEND_ONLY, *KEPT, "grants_delegatedgrant"])
def test_what_happened_cannot_be_truncated(table: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        run(f"TRUNCATE {table} CASCADE")


@pytest.mark.shows("the-record-only-grows")
@pytest.mark.usefixtures("_told")
def test_nobody_is_deleted_whom_the_record_names() -> None:
    run("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="foreign key"):
        run("DELETE FROM grants_user")


@pytest.mark.shows("the-record-only-grows")
@pytest.mark.usefixtures("_told")
def test_no_reference_goes_down_with_what_it_names() -> None:
    """Every foreign key protects: none cascades, none is emptied."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE confdeltype NOT IN ('a', 'r')) FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid::regclass::text ~ '^(approvals|grants)_'"
        )
        found, cascading = cursor.fetchone()

    assert found > 30
    assert cascading == 0
