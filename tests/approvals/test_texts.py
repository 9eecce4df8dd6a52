"""What people write is stored, logged and handed on with LF, though browsers post CRLF."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from approvals import lifecycle
from approvals.api.representation import approval_out
from approvals.lifecycle import Attestation
from approvals.models import Approval, Policy, Vote
from approvals.texts import normalised
from audit import clock
from audit.models import Event
from grants.models import DelegatedGrant
from tests.approvals.views.browse import client_of, form_in, url
from tests.factories import AMBER_AND_RED, make_approval, make_policy, make_user, seen

pytestmark = pytest.mark.django_db

TYPED, KEPT = "One line.\r\nAnother.\rA third.", "One line.\nAnother.\nA third."


def logged(approval: Approval) -> str:
    return "".join(
        json.dumps(json.loads(bytes(event.body.content)))
        for event in Event.objects.about("approval", approval.pk)
    )


@pytest.mark.parametrize(
    ("typed", "kept"), [("", ""), ("a\nb", "a\nb"), ("a\r\n\r\nb", "a\n\nb"), ("a\r\r\nb\r", "a\n\nb\n")]
)
def test_each_kind_of_line_break_becomes_one_line_feed(typed: str, kept: str) -> None:
    assert normalised(typed) == kept


def test_what_a_rejection_tells_the_agent_and_the_log() -> None:
    approval = make_approval()

    lifecycle.reject(approval.pk, by=make_user(), seen=seen(approval), resolution="answered", comment=TYPED)

    assert Vote.objects.get().comment == KEPT
    assert "\\r" not in logged(approval)
    assert "\\r" not in json.dumps(
        approval_out(Approval.objects.get(pk=approval.pk), at=clock.now()), default=str
    )


def test_what_is_stated_with_an_approval() -> None:
    approval = make_approval(risk="high", evidence=AMBER_AND_RED)
    words = Attestation(acknowledged=(1, 2), sentence=TYPED, comment=TYPED)

    lifecycle.approve(approval.pk, by=make_user(), seen=seen(approval), attestation=words)

    vote = Vote.objects.get()
    assert (vote.sentence, vote.comment) == (KEPT, KEPT)
    assert "\\r" not in logged(approval)


def test_why_a_request_is_handed_on() -> None:
    approval = make_approval()
    make_user("other@example.com")

    lifecycle.reassign(
        approval.pk, by=make_user(), to="other@example.com", reason=TYPED, instead_of="sales@example.com"
    )

    assert "\\r" not in logged(approval)


def test_why_authority_is_lent() -> None:
    make_user("deputy@example.com")
    until = clock.now() + timedelta(days=1)
    form = {"grantee": "deputy@example.com", "scope": "everything", "highest_risk": "low", "reason": TYPED}

    client_of(make_user()).post("/approvals/delegated/new/", form | {"expires_at": f"{until:%Y-%m-%dT%H:%M}"})

    assert DelegatedGrant.objects.get().reason == KEPT


def test_what_a_policy_tells_its_reviewers() -> None:
    make_policy(notes=TYPED, reason=TYPED)

    policy = Policy.objects.get()
    assert (policy.notes, policy.reason) == (KEPT, KEPT)


def test_a_line_break_counts_as_one_character_as_it_does_in_the_browser() -> None:
    approval, client = make_approval(), client_of(make_user())
    fields = form_in(client.get(url("rejection", approval)), "rejection-form", press="reject")
    comment = "x\r\n" * 1999 + "yz"  # 4,000 as the text area counts them

    response = client.post(
        url("rejection", approval), fields | {"resolution": "declined", "comment": comment}
    )

    assert response.status_code == 303
    assert Vote.objects.get().comment == comment.replace("\r\n", "\n")
