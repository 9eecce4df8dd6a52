"""What people do in another language is stored, logged and told in English, and refused in their language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from approvals.models import Approval, Comment, Policy
from grants.models import User
from tests.approvals.admin.second import agree
from tests.approvals.admin.test_policies import ADD, _change, _form
from tests.approvals.api.client import PROPOSAL, agent_client
from tests.approvals.views.browse import client_of, form_in, text_of, url
from tests.approvals.views.grants.test_lending import FORM, filled, moment
from tests.approvals.views.test_away import PAGE as AWAY
from tests.approvals.views.test_away import day
from tests.factories import approve, make_approval, make_approver, make_grant, make_policy, make_user
from tests.site.test_tongue import stored_translations
from tests.site.tongue import spoken

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def headers() -> Iterator[dict[str, str]]:
    with spoken() as headers:
        yield headers


def foreign(person: User, headers: dict[str, str]) -> Client:
    """This person's browser, which asks for the language of brackets."""
    client = client_of(person)
    client.defaults |= headers
    return client


@pytest.mark.shows("english-is-stored")
def test_a_request_is_handed_on_and_taken_back(headers):
    approval, other = make_approval(), make_user("other@example.com")
    client = foreign(make_user(), headers)

    posted = {"instead_of": "sales@example.com", "to": other.email, "reason": "On leave."}
    refused = client.post(url("reassignment", approval), posted | {"to": "sales@example.com"})
    client.post(url("reassignment", approval), posted)
    client.post(url("taking-back", approval), {"of": other.email})

    assert "⟦You cannot hand a request to yourself.⟧" in text_of(refused)
    history = text_of(client.get(url("request", approval)))
    assert "⟦asked other@example.com in place of sales@example.com⟧" in history
    assert "⟦took it back from other@example.com: sales@example.com is asked again⟧" in history
    assert stored_translations() == []


@pytest.mark.shows("english-is-stored")
def test_a_request_is_rejected(headers):
    approval, client = make_approval(), foreign(make_user(), headers)
    fields = form_in(client.get(url("rejection", approval)), "rejection-form", press="reject")

    refused = client.post(url("rejection", approval), fields | {"resolution": "changes_requested"})
    client.post(url("rejection", approval), fields | {"resolution": "answered", "comment": "Name the price."})

    assert "⟦Write what the agent should know: it acts on this text.⟧" in text_of(refused)
    assert Approval.objects.get().resolution == "answered"
    assert "⟦rejected⟧ (⟦answered instead⟧)" in text_of(client.get(url("request", approval)))
    assert stored_translations() == []


def test_what_came_too_late_is_refused(headers):
    approval, sales, other = make_approval(), make_user(), make_user("other@example.com")
    approve(approval, by=sales)

    posted = {"instead_of": "sales@example.com", "to": other.email, "reason": "On leave."}
    refused = foreign(sales, headers).post(url("reassignment", approval), posted)

    assert "⟦This request is already ⟦approved⟧. Nothing was changed.⟧" in text_of(refused)


@pytest.mark.shows("english-is-stored")
def test_a_comment_mentions_somebody(headers):
    approval, approver, client = make_approval(), make_approver(), foreign(make_user(), headers)

    refused = client.post(url("comments", approval), {"text": " "})
    client.post(url("comments", approval), {"text": "@approver, please look"})

    assert "⟦Write the comment first.⟧" in text_of(refused)
    assert Comment.objects.get().told == [approver.email]
    assert "⟦commented, telling approver@example.com⟧" in text_of(client.get(url("request", approval)))
    assert stored_translations() == []


@pytest.mark.shows("english-is-stored")
def test_authority_is_lent_and_ended(headers):
    finance = make_user("finance@example.com", name="Priya Raman")
    client, posted = foreign(finance, headers), filled()

    refused = client.post(FORM, posted | {"expires_at": moment(days=-1)})
    client.post(FORM, posted)
    grant = finance.grants_given.get()
    client.post(reverse("approvals:revocation", args=[grant.pk]))

    assert "⟦It has to end after it starts, and later than now.⟧" in text_of(refused)
    grant.refresh_from_db()
    assert grant.revoked_at
    assert stored_translations() == []


def test_what_a_grant_covers_is_read_in_the_readers_language(headers):
    grant = make_grant()

    page = foreign(grant.grantee, headers).get(grant.get_absolute_url())

    assert "⟦⟦any action type⟧, in any workflow, up to ⟦critical⟧ risk⟧" in text_of(page)


@pytest.mark.shows("english-is-stored")
def test_a_person_says_that_they_are_away(headers):
    client = foreign(make_user(), headers)

    refused = client.post(AWAY, {"back_on": day(500)})
    client.post(AWAY, {"back_on": day(3), "note": "Skiing"})

    assert "⟦Say it for a year at most.⟧" in text_of(refused)
    assert stored_translations() == []


@pytest.mark.shows("english-is-stored")
def test_an_administrator_changes_a_policy(headers):
    administrator = make_user("admin@example.com", is_staff=True, is_superuser=True)
    client, first = foreign(administrator, headers), make_policy("refund")

    refused = client.post(_change(first), _form(risk="critical"))
    client.post(_change(first), _form(risk="high"))
    client.post(ADD, _form(action_type="payout", workflow="finance"))  # waits: nothing judged it before
    agree()

    assert "⟦A critical action needs somebody to escalate to.⟧" in text_of(refused)
    assert Policy.objects.count() == 3
    assert stored_translations() == []


@pytest.mark.shows("english-is-stored")
def test_a_sample_is_judged_in_the_readers_language_and_a_proposal_in_english(headers):
    reader, agent = foreign(make_approver(), headers), agent_client()
    policy = make_policy("external_email", required_evidence=["Contract"])
    agent.http.defaults |= headers

    page = reader.post(reverse("approvals:policy-trial", args=[policy.action_type]), {"sample": "{}"})
    answer = agent.post("/approvals", PROPOSAL)

    needs = "The policy for external_email needs evidence labelled “Contract”: add it."
    assert f"⟦{needs}⟧" in text_of(page)
    assert answer.json()["detail"] == needs


@pytest.mark.shows("english-is-stored")
def test_what_an_agent_reads_of_a_request_is_english_after_people_saw_it(headers):
    agent = agent_client()
    agent.http.defaults |= headers
    answer = agent.post("/approvals", {**PROPOSAL, "assignees": ["nobody@example.com"]})
    approval = Approval.objects.get()

    page = foreign(make_approver(), headers).get(url("request", approval))
    again = agent.get(f"/approvals/{approval.pk}")

    warned = "nobody@example.com is no active person here: nobody can decide under that address."
    assert f"⟦{warned}⟧" in text_of(page)
    assert warned in [one["message"] for one in again.json()["warnings"]]
    assert "⟦" not in answer.content.decode() + again.content.decode()
