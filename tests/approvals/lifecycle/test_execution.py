"""The agent takes an approval once, and what it executed is compared with what was approved."""

from __future__ import annotations

from uuid import uuid4

import pytest

from approvals import lifecycle
from approvals.exceptions import (
    AlreadyClaimed,
    AlreadyDecided,
    AlreadyReported,
    ApprovalExpired,
    InvalidInput,
    NotApproved,
)
from approvals.lifecycle import Report
from approvals.models import Approval, Notification
from audit.models import Event
from tests.factories import age, approve, make_approval, make_policy, make_user, reject

pytestmark = pytest.mark.django_db


@pytest.fixture
def approved() -> Approval:
    approval = make_approval()
    approve(approval, by=make_user())
    return Approval.objects.get(pk=approval.pk)


def last_event(approval: Approval) -> str:
    return Event.objects.about("approval", approval.pk).last().type  # type: ignore[union-attr]


@pytest.mark.shows("claimed-once")
def test_an_approval_is_claimed_once(approved: Approval) -> None:
    lifecycle.claim(approved.pk, by=approved.key)

    with pytest.raises(AlreadyClaimed):
        lifecycle.claim(approved.pk, by=approved.key)


def test_a_claim_is_repeated_under_its_own_key(approved: Approval) -> None:
    first = lifecycle.claim(approved.pk, by=approved.key, idempotency_key="k")
    again = lifecycle.claim(approved.pk, by=approved.key, idempotency_key="k")

    assert first.claim_id == again.claim_id
    with pytest.raises(AlreadyClaimed):
        lifecycle.claim(approved.pk, by=approved.key, idempotency_key="other")


@pytest.mark.shows("claimed-once")
@pytest.mark.parametrize("decide", [None, reject])
def test_only_an_approved_request_is_claimed(decide) -> None:  # type: ignore[no-untyped-def]
    approval = make_approval()
    if decide:
        decide(approval, by=make_user())

    with pytest.raises(NotApproved):
        lifecycle.claim(approval.pk, by=approval.key)


@pytest.mark.shows("claimed-once")
def test_an_approval_expires_for_execution() -> None:
    make_policy(validity_minutes=1)
    approval = make_approval()
    approve(approval, by=make_user())
    age(approval, minutes=2)

    with pytest.raises(ApprovalExpired):
        lifecycle.claim(approval.pk, by=approval.key)


@pytest.mark.shows("something-else-is-executed")
def test_executing_another_payload_is_recorded_and_people_are_told(approved: Approval) -> None:
    claim = lifecycle.claim(approved.pk, by=approved.key)

    outcome = lifecycle.report(approved.pk, Report(claim.claim_id, "succeeded", bytes(32)), by=approved.key)

    assert outcome.is_mismatch
    assert last_event(approved) == "execution.mismatch"
    assert set(Notification.objects.filter(kind="mismatch").values_list("recipient", flat=True)) == {
        "sales@example.com",
        "owner@example.com",
    }


def test_a_report_is_repeated_harmlessly_and_never_changed(approved: Approval) -> None:
    claim = lifecycle.claim(approved.pk, by=approved.key)
    report = Report(claim.claim_id, "failed", bytes(approved.version().sha256), "SMTP 550")

    lifecycle.report(approved.pk, report, by=approved.key)
    lifecycle.report(approved.pk, report, by=approved.key)

    assert last_event(approved) == "execution.reported"
    with pytest.raises(AlreadyReported):
        changed = Report(claim.claim_id, "succeeded", report.payload_sha256)
        lifecycle.report(approved.pk, changed, by=approved.key)


def test_a_report_names_its_claim(approved: Approval) -> None:
    with pytest.raises(InvalidInput, match="claim it first"):
        lifecycle.report(approved.pk, Report(uuid4(), "succeeded", bytes(32)), by=approved.key)


def test_cancelling_is_repeated_harmlessly() -> None:
    approval = make_approval()

    lifecycle.cancel(approval.pk, by=approval.key)
    again = lifecycle.cancel(approval.pk, by=approval.key)

    assert again.status == "cancelled"
    assert Event.objects.about("approval", approval.pk).filter(type="approval.cancelled").count() == 1


@pytest.mark.shows("decided-is-final")
def test_a_decided_request_is_not_cancelled(approved: Approval) -> None:
    with pytest.raises(AlreadyDecided):
        lifecycle.cancel(approved.pk, by=approved.key)
