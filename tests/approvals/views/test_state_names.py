"""A state has one name: in the row, the heading, the footer, the history, the message and the refusal."""

from __future__ import annotations

import pytest

from approvals import lifecycle
from approvals.exceptions import AlreadyDecided
from approvals.models import Approval, Notification
from approvals.models.choices import Resolution, Status, state_name
from approvals.notifications.message import of_notification
from tests.approvals.views.browse import client_of, text_of, url
from tests.approvals.views.inbox.test_inbox import is_late
from tests.factories import approve, attest, make_approval, make_policy, make_user, reject, seen

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("status", "resolution", "name"),
    [
        (Status.PENDING, "", "Pending"),
        (Status.APPROVED, "", "Approved"),
        (Status.REJECTED, Resolution.DECLINED, "Rejected (declined)"),
        (Status.REJECTED, Resolution.CHANGES_REQUESTED, "Rejected (needs changes)"),
        (Status.REJECTED, Resolution.ANSWERED, "Rejected (answered instead)"),
        (Status.REJECTED, Resolution.SLA_EXPIRED, "Rejected (deadline passed)"),
        (Status.NOT_REQUIRED, "", "Not required"),
    ],
)
def test_the_name_of_a_state(status: str, resolution: str, name: str) -> None:
    assert state_name(status, resolution) == name


@pytest.mark.parametrize("resolution", ["declined", "changes_requested", "answered"])
def test_a_rejection_is_named_alike_everywhere(resolution: str) -> None:
    other = make_user("other@example.com")
    approval = make_approval(assignees=("sales@example.com", other.email))
    reject(approval, by=make_user(), resolution=resolution, comment="No.", category="Not needed")
    name, client = Approval.objects.get(pk=approval.pk).state_name, client_of(other)

    page, row = text_of(client.get(url("request", approval))), text_of(client.get("/approvals/?tab=decided"))
    with pytest.raises(AlreadyDecided) as refusal:
        lifecycle.approve(approval.pk, by=other, seen=seen(approval), attestation=attest(approval, by=other))

    assert f'<span class="status rejected">{name}</span>' in row
    assert f'<span class="status rejected">{name}</span>' in page
    assert f"<strong>{name} by Sales</strong>" in page
    assert f"{name.lower()}: not needed" in page
    assert name.lower() in str(refusal.value)
    told = Notification(approval=Approval.objects.get(pk=approval.pk), kind="decided")
    assert name.lower() in of_notification(told).sentence


def test_what_its_deadline_rejects_is_named_so_before_the_sweep() -> None:
    approval = is_late(make_approval(policy=make_policy(breach_action="reject")))

    page = text_of(client_of(make_user()).get(url("request", approval)))

    assert '">Rejected (deadline passed)</span>' in page
    assert "<strong>Rejected (deadline passed)</strong>" in page


def test_an_approval_is_named_alike_everywhere() -> None:
    approval = approve(make_approval(), by=make_user())

    page = text_of(client_of(make_user()).get(url("request", approval)))

    assert '<span class="status approved">Approved</span>' in page
    assert "<strong>Approved by Sales</strong>" in page
