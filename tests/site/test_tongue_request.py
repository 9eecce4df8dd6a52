"""What does a person leave behind who edits, comments, rejects, hands on or uses a draft in another language?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from approvals.models import Approval, Vote, WorkingCopy
from tests.approvals.api.client import PROPOSAL, AgentClient
from tests.approvals.views.browse import client_of, form_in, text_of, url
from tests.factories import make_approval, make_key, make_policy, make_user
from tests.site.test_tongue import stored_translations
from tests.site.tongue import spoken

pytestmark = [pytest.mark.django_db, pytest.mark.shows("english-is-stored")]

BOUNDED = {
    "payload": {"subject": "Q3", "copies": 2},
    "schema": {
        "type": "object",
        "properties": {
            "subject": {"type": "string", "minLength": 1},
            "copies": {"type": "integer", "maximum": 5},
            "sent": {"type": "string", "format": "date"},
        },
    },
}


@pytest.fixture
def client() -> Iterator[Client]:
    """A reviewer whose browser asks for the language of brackets."""
    with spoken() as headers:
        yield client_of(make_user(), **headers)


def test_a_comment_tells_a_colleague_in_english(client: Client):
    approval = make_approval()
    make_user("other@example.com", name="Other Reviewer")

    client.post(url("comments", approval), {"text": "@Other Reviewer please look"})

    assert "⟦Comments and history⟧" in text_of(client.get(url("request", approval)))
    assert stored_translations() == []


def test_a_category_is_chosen_in_the_readers_language_and_the_agent_reads_it_in_english(client: Client):
    key, token = make_key()
    approval = make_approval(key=key)

    page = client.get(url("rejection", approval))
    words = {"resolution": "declined", "category": "Not needed", "comment": "We wrote to them last week."}
    client.post(url("rejection", approval), form_in(page, "rejection-form", press="reject") | words)
    answer = AgentClient(token).get(f"/approvals/{approval.pk}")

    assert '<option value="Not needed" >⟦Not needed⟧</option>' in text_of(page)
    assert Vote.objects.get(approval=approval).category == "Not needed"
    assert "⟦" not in text_of(answer)
    assert stored_translations() == []


def test_a_request_is_handed_on_in_english(client: Client):
    approval, other = make_approval(), make_user("other@example.com")

    form = form_in(client.get(url("reassignment", approval)), "reassignment-form")
    words = {"instead_of": "sales@example.com", "to": other.email, "reason": "On leave."}
    client.post(url("reassignment", approval), form | words)

    assert approval.assignments.filter(email=other.email).exists()
    assert stored_translations() == []


def test_what_does_not_fit_is_said_in_the_readers_language_and_kept_as_it_was_typed(client: Client):
    approval = make_approval(**BOUNDED)

    form = form_in(client.get(url("request", approval)), "review-form")
    answer = client.post(url("review", approval), form | {"payload/copies": "9", "payload/sent": "soon"})

    assert "⟦must be at most 5⟧" in text_of(answer)
    assert "⟦Enter a date, or choose “Left out”.⟧" in text_of(answer)
    assert WorkingCopy.objects.get(approval=approval).pairs["payload/copies"] == "9"
    assert stored_translations() == []


def test_the_same_schema_is_then_explained_to_an_agent_in_english(client: Client):
    approval = make_approval(**BOUNDED)
    form = form_in(client.get(url("request", approval)), "review-form")
    client.post(url("review", approval), form | {"payload/copies": "9"})

    unfit = {"payload": {"subject": "Q3", "copies": 9}, "payloadSchema": BOUNDED["schema"]}
    answer = AgentClient().post("/approvals", PROPOSAL | unfit)

    assert answer.status_code == 422
    assert "must be at most 5" in text_of(answer)
    assert "⟦" not in text_of(answer)


@pytest.mark.parametrize(("address", "status"), [("use", "used"), ("discarding", "discarded")])
def test_a_draft_is_used_or_discarded_in_english(client: Client, address: str, status: str):
    policy = make_policy("draft_generation", pattern="draft_only", reviewers=["sales@example.com"])
    draft = make_approval(policy=policy, assignees=())

    page = client.get(url("request", draft))
    client.post(url(address, draft))

    assert "⟦A draft for you to use⟧" in text_of(page)
    assert Approval.objects.get(pk=draft.pk).status == status
    assert stored_translations() == []
