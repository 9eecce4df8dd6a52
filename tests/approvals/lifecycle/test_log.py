"""What did they decide on? The log answers by itself: an event shows the payload, and its hash beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
import rfc8785

from approvals import lifecycle
from approvals.models import Approval
from audit.models import Event
from tests.factories import EMAIL_PAYLOAD, age, approve, make_approval, make_policy, make_user, reject

pytestmark = pytest.mark.django_db

CORRECTED = {**EMAIL_PAYLOAD, "subject": "Corrected"}


def bodies(approval: Approval, kind: str) -> list[dict[str, Any]]:
    events = Event.objects.about("approval", approval.pk).filter(type=kind).select_related("body")
    return [json.loads(bytes(event.body.content)) for event in events]


def rejected_by_a_person() -> Approval:
    approval = make_approval(risk="critical", assignees=("sales@example.com", "finance@example.com"))
    approve(approval, by=make_user(), edited=CORRECTED)
    return reject(approval, by=make_user("finance@example.com"))


def rejected_by_the_deadline() -> Approval:
    policy = make_policy(breach_action="reject", quorum=2)
    approval = make_approval(policy=policy, assignees=("sales@example.com", "finance@example.com"))
    approve(approval, by=make_user(), edited=CORRECTED)
    lifecycle.breach_if_overdue(age(approval, hours=2).pk)
    return approval


def approved() -> Approval:
    approval = approve(make_approval(), by=make_user(), edited=CORRECTED)
    lifecycle.claim(approval.pk, by=approval.key)
    return approval


def withdrawn() -> Approval:
    approval = make_approval(risk="critical", assignees=("sales@example.com", "finance@example.com"))
    approve(approval, by=make_user(), edited=CORRECTED)
    return lifecycle.cancel(approval.pk, by=approval.key)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (rejected_by_a_person, "approval.rejected"),
        (rejected_by_a_person, "approval.edited"),
        (rejected_by_the_deadline, "approval.rejected"),
        (approved, "approval.granted"),
        (approved, "approval.claimed"),
        (withdrawn, "approval.cancelled"),
    ],
)
def test_an_event_shows_the_payload_of_that_moment_and_its_hash(
    make: Callable[[], Approval], kind: str
) -> None:
    (body,) = bodies(make(), kind)

    assert body["data"]["payload"] == CORRECTED
    assert body["payload_version"] == 2
    assert body["payload_sha256"] == hashlib.sha256(rfc8785.dumps(CORRECTED)).hexdigest()


@pytest.mark.shows("no-change-without-its-event")
def test_each_vote_shows_what_was_voted_on() -> None:
    approval = rejected_by_a_person()

    votes = bodies(approval, "approval.voted")

    assert [vote["data"]["verdict"] for vote in votes] == ["approve", "reject"]
    assert [vote["data"]["payload"] for vote in votes] == [CORRECTED, CORRECTED]


def test_a_breach_names_the_version_that_nobody_decided() -> None:
    (body,) = bodies(rejected_by_the_deadline(), "approval.sla_breach")

    assert body["payload_version"] == 2
    assert body["payload_sha256"] == hashlib.sha256(rfc8785.dumps(CORRECTED)).hexdigest()


@pytest.mark.parametrize(
    ("pattern", "kind"),
    [
        ("approval_gate", "approval.requested"),
        ("none", "approval.not_required"),
        ("draft_only", "draft.recorded"),
    ],
)
def test_the_first_event_shows_what_was_proposed(pattern: str, kind: str) -> None:
    approval = make_approval(policy=make_policy(pattern=pattern))

    assert bodies(approval, kind)[0]["data"]["payload"] == EMAIL_PAYLOAD


def test_a_draft_that_was_used_shows_with_what() -> None:
    draft = make_approval(policy=make_policy(pattern="draft_only"))

    lifecycle.use_draft(draft.pk, by=make_user())

    assert bodies(draft, "draft.used")[0]["data"]["payload"] == EMAIL_PAYLOAD
