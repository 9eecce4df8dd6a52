"""The agent proposes a request anew: the earlier one ends, says by which, and never are both carried out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import IntegrityError

from approvals import lifecycle
from approvals.exceptions import AlreadyDecided, AlreadySuperseded, CannotSupersede, Superseded
from approvals.models import Approval
from audit import clock
from audit.models import Event
from tests.approvals.api.client import PROPOSAL, AgentClient
from tests.approvals.sql import insert_like, run
from tests.approvals.views.browse import client_of, text_of
from tests.factories import (
    EMAIL_PAYLOAD,
    age,
    approve,
    make_agent,
    make_approval,
    make_approver,
    make_key,
    make_policy,
    make_user,
    reject,
)

pytestmark = pytest.mark.django_db

AGAIN = {**EMAIL_PAYLOAD, "subject": "Cheaper"}


def propose_again(before: Approval, **fields: Any) -> Approval:
    return make_approval(key=before.key, supersedes=before.pk, payload=AGAIN, **fields)


def now(approval: Approval) -> Approval:
    return Approval.objects.get(pk=approval.pk)


def events(approval: Approval) -> list[tuple[str, dict[str, Any]]]:
    found = Event.objects.about("approval", approval.pk).select_related("body")
    return [(event.type, json.loads(bytes(event.body.content))["data"]) for event in found]


def told(approval: Approval) -> list[str]:
    return sorted(approval.notifications.filter(kind="decided").values_list("recipient", flat=True))


@pytest.mark.shows("superseded-never-runs")
def test_what_was_pending_is_cancelled_and_its_reviewers_are_told() -> None:
    reviewer, before = make_user(), make_approval()

    after = propose_again(before)

    assert (now(before).status, now(before).successor) == ("cancelled", after)
    kind, data = events(before)[-1]
    assert (kind, data["superseded_by"], data["payload"]) == (
        "approval.cancelled",
        str(after.pk),
        EMAIL_PAYLOAD,
    )
    assert told(before) == [reviewer.email]
    assert now(after).is_pending
    with pytest.raises(AlreadyDecided):
        approve(before, by=reviewer)


@pytest.mark.shows("superseded-never-runs")
def test_an_approval_that_is_not_claimed_yet_stays_approved_and_is_claimed_no_more() -> None:
    reviewer = make_user()
    before = approve(make_approval(), by=reviewer)

    after = propose_again(before)

    assert now(before).status == "approved"
    assert now(before).disposition(clock.now()) == "stop"
    assert events(before)[-1][0] == "approval.superseded"
    assert told(before) == [reviewer.email]
    with pytest.raises(Superseded, match=str(after.pk)):
        lifecycle.claim(before.pk, by=before.key)
    approve(after, by=reviewer)
    assert lifecycle.claim(after.pk, by=after.key)


@pytest.mark.shows("superseded-never-runs")
def test_what_was_claimed_is_not_superseded_and_nothing_new_is_stored() -> None:
    before = approve(make_approval(), by=make_user())
    lifecycle.claim(before.pk, by=before.key)

    with pytest.raises(CannotSupersede, match="may have been carried out"):
        propose_again(before)

    assert Approval.objects.count() == 1
    assert now(before).successor is None


@pytest.mark.parametrize("pattern", ["none", "draft_only"])
def test_what_was_carried_out_without_a_decision_is_not_superseded(pattern: str) -> None:
    before = make_approval(policy=make_policy(pattern=pattern))
    if pattern == "draft_only":
        lifecycle.use_draft(before.pk, by=make_user())

    with pytest.raises(CannotSupersede, match="carried out without a decision"):
        propose_again(before)


def test_a_draft_is_discarded_for_the_newer_one() -> None:
    before = make_approval(policy=make_policy(pattern="draft_only"))

    after = propose_again(before)

    assert now(before).status == "discarded"
    assert events(before)[-1][0] == "draft.replaced"
    assert now(after).is_draft


def test_what_was_rejected_stays_so_and_says_what_came_after() -> None:
    before = reject(make_approval(), by=make_user())

    after = propose_again(before)

    assert (now(before).status, now(before).successor) == ("rejected", after)
    assert events(before)[-1][0] == "approval.superseded"
    assert told(before) == []


def test_a_request_is_superseded_once_and_the_refusal_names_the_one_to_send() -> None:
    before = make_approval()
    after = propose_again(before)

    with pytest.raises(AlreadySuperseded, match=str(after.pk)):
        propose_again(before)

    assert propose_again(after).supersedes == after


def test_a_deadline_that_passed_before_is_noted_first() -> None:
    before = age(make_approval(policy=make_policy(breach_action="reject")), hours=2)

    propose_again(before)

    assert (now(before).status, now(before).resolution) == ("rejected", "sla_expired")


def test_the_same_call_again_gets_the_same_request() -> None:
    key, token = make_key()
    agent, before = AgentClient(token), make_approval(key=key)
    body = {**PROPOSAL, "supersedes": str(before.pk)}

    first = agent.post("/approvals", body, key="again")
    second = agent.post("/approvals", body, key="again")
    other = agent.post("/approvals", body, key="another")

    assert (first.status_code, second.status_code, other.status_code) == (201, 200, 409)
    assert first.json()["id"] == second.json()["id"]
    assert first.json()["supersedes"] == str(before.pk)
    assert other.json()["type"].endswith("already_superseded")
    assert agent.get(f"/approvals/{before.pk}").json()["supersededBy"] == first.json()["id"]


def test_another_agents_request_is_unknown() -> None:
    before = make_approval()
    _, token = make_key(make_agent("Other"))
    body = {**PROPOSAL, "supersedes": str(before.pk)}

    answer = AgentClient(token).post("/approvals", body, key="1")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "unknown_request")
    assert now(before).is_pending


def test_its_page_leads_on_and_the_new_one_leads_back() -> None:
    before = make_approval(action="Send it for 100")
    after = propose_again(before, action="Send it for 90")
    client = client_of(make_user())

    old, new = text_of(client.get(before.get_absolute_url())), text_of(client.get(after.get_absolute_url()))

    assert "The agent proposed this again" in old
    assert after.get_absolute_url() in old
    assert "Proposed again" in new
    assert before.get_absolute_url() in new


def test_who_may_not_read_the_new_one_is_told_that_there_is_one() -> None:
    before = make_approval()
    after = propose_again(before, assignees=("finance@example.com",))

    page = text_of(client_of(make_user()).get(before.get_absolute_url()))

    assert "other people are asked" in page
    assert str(after.pk) not in page


def test_an_approver_who_was_asked_hears_that_it_was_withdrawn() -> None:
    approver = make_approver()
    make_user()
    approval = make_approval(risk="critical")

    lifecycle.cancel(approval.pk, by=approval.key)

    assert told(approval) == [approver.email, "sales@example.com"]


@pytest.mark.shows("superseded-never-runs")
def test_around_python_what_was_superseded_is_neither_claimed_nor_superseded_again() -> None:
    before = approve(make_approval(), by=make_user())
    after = propose_again(before)
    claim = (
        "INSERT INTO approvals_claim (approval_id, claim_id, idempotency_key, key_id, claimed_at)"
        " VALUES (%s, gen_random_uuid(), '', %s, now())"
    )

    with pytest.raises(IntegrityError, match="superseded is not claimed"):
        run(claim, before.pk, before.key_id)
    with pytest.raises(IntegrityError, match="superseded before"):
        insert_like(after)
    with pytest.raises(IntegrityError, match="named once"):
        run("UPDATE approvals_approval SET successor_id = NULL WHERE id = %s", before.pk)


def test_around_python_only_its_own_agent_supersedes_and_nothing_that_was_claimed() -> None:
    claimed, pending = approve(make_approval(), by=make_user()), make_approval()
    lifecycle.claim(claimed.pk, by=claimed.key)
    other = make_approval(key=make_key(make_agent("Other"))[0])

    with pytest.raises(IntegrityError, match="may have been carried out"):
        insert_like(pending, supersedes_id=str(claimed.pk))
    with pytest.raises(IntegrityError, match="only its own agent"):
        insert_like(other, supersedes_id=str(pending.pk))
    with pytest.raises(IntegrityError, match="named once"):
        run("UPDATE approvals_approval SET successor_id = %s WHERE id = %s", other.pk, pending.pk)
