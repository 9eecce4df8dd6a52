"""Drafts: recorded, told at once, used or discarded by hand, and never executed by the agent."""

from __future__ import annotations

import json

import pytest

from approvals import authority, lifecycle
from approvals.exceptions import AlreadyDecided, NotApproved, NotPermitted
from approvals.models import Approval
from audit import clock
from audit.models import Event
from tests.factories import make_approval, make_approver, make_grant, make_policy, make_user

pytestmark = pytest.mark.django_db

VERBS = [(lifecycle.use_draft, "used"), (lifecycle.discard_draft, "discarded")]


def make_draft(**fields: object) -> Approval:
    policy = make_policy(
        "draft_generation", pattern="draft_only", sla_minutes=None, reviewers=["sales@example.com"]
    )
    return make_approval(policy=policy, assignees=(), **fields)  # type: ignore[arg-type]


def events(approval: Approval) -> list[str]:
    return [event.type for event in Event.objects.about("approval", approval.pk)]


def test_a_draft_is_recorded_without_a_deadline_and_the_reviewers_are_told() -> None:
    draft = make_draft()

    assert (draft.status, draft.deadline, draft.decided_at) == ("draft", None, None)
    assert draft.disposition(clock.now()) == "stop"
    assert events(draft) == ["draft.recorded"]
    assert list(draft.notifications.values_list("recipient", "kind")) == [("sales@example.com", "draft")]


@pytest.mark.parametrize(("verb", "status"), VERBS)
@pytest.mark.parametrize("who", ["sales@example.com", "approver@example.com"])
def test_a_reviewer_or_an_approver_settles_it(verb, status: str, who: str) -> None:
    make_approver()
    draft = make_draft()

    verb(draft.pk, by=make_user(who))

    draft.refresh_from_db()
    assert draft.status == status
    assert draft.decided_at is not None
    assert events(draft) == ["draft.recorded", f"draft.{status}"]
    assert not draft.assignments.get().is_open


@pytest.mark.parametrize(("verb", "status"), VERBS)
def test_nobody_else_does(verb, status: str) -> None:
    draft = make_draft()

    with pytest.raises(NotPermitted):
        verb(draft.pk, by=make_user("stranger@example.com", is_staff=True, is_superuser=True))

    draft.refresh_from_db()
    assert draft.is_draft


@pytest.mark.shows("decided-is-final")
@pytest.mark.parametrize(("verb", "status"), VERBS)
def test_it_is_settled_once(verb, status: str) -> None:
    draft, person = make_draft(), make_user()
    lifecycle.use_draft(draft.pk, by=person)

    with pytest.raises(AlreadyDecided, match="it is used"):
        verb(draft.pk, by=person)


def test_what_waits_for_a_decision_is_no_draft() -> None:
    approval = make_approval()

    with pytest.raises(AlreadyDecided):
        lifecycle.use_draft(approval.pk, by=make_user())


@pytest.mark.parametrize(("verb", "status"), VERBS)
def test_a_delegate_settles_it_in_the_lenders_name(verb, status: str) -> None:
    draft, grant = make_draft(), make_grant(make_user(), make_user("deputy@example.com"))

    verb(draft.pk, by=grant.grantee)

    event = Event.objects.about("approval", draft.pk).select_related("body").get(type=f"draft.{status}")
    body = json.loads(bytes(event.body.content))
    assert body["authority"]["principal"] == str(grant.grantor.pk)
    assert body["authority"]["grant_id"] == str(grant.pk)
    assert body["data"]["on_behalf_of"]["email"] == "sales@example.com"


@pytest.mark.parametrize(("verb", "status"), VERBS)
def test_a_grant_for_something_else_settles_no_draft(verb, status: str) -> None:
    draft = make_draft()
    grant = make_grant(make_user(), make_user("deputy@example.com"), is_whole=False, action_types=["refund"])

    with pytest.raises(NotPermitted):
        verb(draft.pk, by=grant.grantee)

    assert Approval.objects.get(pk=draft.pk).is_draft


def test_the_person_it_was_made_for_may_use_it() -> None:
    draft = make_draft(initiated_by="sales@example.com")

    assert lifecycle.use_draft(draft.pk, by=make_user()).status == "used"


@pytest.mark.shows("drafts-never-run")
def test_the_agent_neither_claims_nor_cancels_it() -> None:
    draft = make_draft()

    with pytest.raises(NotApproved):
        lifecycle.claim(draft.pk, by=draft.key, idempotency_key="1")
    with pytest.raises(AlreadyDecided):
        lifecycle.cancel(draft.pk, by=draft.key)


def test_drafts_are_found_by_those_who_may_use_them() -> None:
    draft = make_draft()
    at = clock.now()

    assert list(authority.drafts_for(make_user(), at=at)) == [draft]
    assert list(authority.drafts_for(make_user("stranger@example.com"), at=at)) == []
