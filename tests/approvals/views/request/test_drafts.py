"""Drafts at the pages: a tab of their own, texts to copy, and two buttons."""

from __future__ import annotations

import pytest

from approvals.models import Approval
from tests.approvals.views.browse import client_of, text_of, url
from tests.factories import make_approval, make_approver, make_grant, make_policy, make_user

pytestmark = pytest.mark.django_db


def make_draft(**fields):
    policy = make_policy("draft_generation", pattern="draft_only", reviewers=["sales@example.com"])
    return make_approval(policy=policy, assignees=(), **fields)


def tabs_of(response):
    return {tab["name"]: tab["count"] for tab in response.context["tabs"]}


def test_the_policys_reviewers_have_a_tab_with_their_drafts():
    make_draft(action="A reply to Ada")

    response = client_of(make_user()).get("/approvals/?tab=drafts")

    assert tabs_of(response) == {"me": "0", "drafts": "1", "decided": "0"}
    assert "A reply to Ada" in text_of(response)


def test_others_have_no_such_tab():
    make_draft()
    make_approval(assignees=("other@example.com",))

    assert "drafts" not in tabs_of(client_of(make_user("other@example.com")).get("/approvals/"))


def test_an_empty_tab_says_what_will_be_there():
    make_policy("draft_generation", pattern="draft_only", reviewers=["sales@example.com"])
    make_approval()

    assert "No drafts" in text_of(client_of(make_user()).get("/approvals/?tab=drafts"))


def test_the_page_offers_the_texts_and_both_buttons_and_no_decision():
    draft = make_draft()

    text = text_of(client_of(make_user()).get(url("request", draft)))

    assert "A draft for you to use" in text
    assert 'data-copy="Q3 partnership proposal"' in text
    assert "Mark used" in text
    assert "Discard" in text
    assert "Review decision" not in text
    assert "Reject" not in text


@pytest.mark.parametrize(("name", "status"), [("use", "used"), ("discarding", "discarded")])
def test_a_button_settles_it_and_it_moves_to_the_decided(name, status):
    draft, client = make_draft(), client_of(make_user())

    response = client.post(url(name, draft))

    draft.refresh_from_db()
    assert (response.status_code, draft.status) == (303, status)
    assert tabs_of(client.get("/approvals/")) == {"me": "0", "drafts": "0", "decided": "1"}
    assert status.capitalize() in text_of(client.get(url("request", draft)))


@pytest.mark.parametrize("name", ["use", "discarding"])
def test_only_a_post_settles_it(name):
    draft = make_draft()

    client_of(make_user()).get(url(name, draft))

    draft.refresh_from_db()
    assert draft.is_draft


def test_discarding_asks_once_and_keeps_the_way_back():
    draft, client = make_draft(), client_of(make_user())

    page = client.get(url("request", draft) + "?tab=drafts")
    question = client.get(url("discarding", draft) + "?tab=drafts")

    assert f'href="{url("discarding", draft)}?tab=drafts"' in text_of(page)
    assert "Discard this draft?" in text_of(question)
    assert f'href="{url("request", draft)}?tab=drafts"' in text_of(question)


def test_what_is_settled_is_not_asked_about_again():
    draft, client = make_draft(), client_of(make_user())
    client.post(url("use", draft))

    assert client.get(url("discarding", draft)).url == url("request", draft)


@pytest.mark.parametrize("name", ["use", "discarding"])
def test_settling_it_twice_is_a_conflict_with_the_page_as_it_stands(name):
    draft, client = make_draft(), client_of(make_user())
    client.post(url("use", draft))

    response = client.post(url(name, draft))

    assert response.status_code == 409
    assert "This is no open draft" in text_of(response)


@pytest.mark.parametrize("name", ["use", "discarding"])
def test_who_may_read_it_only_is_refused(name):
    draft = make_draft()

    assert client_of(make_user("a@example.com", is_auditor=True)).post(url(name, draft)).status_code == 403
    assert client_of(make_user("stranger@example.com")).post(url(name, draft)).status_code == 404


def test_a_delegate_reads_and_uses_it_from_a_tab_that_says_for_whom():
    draft, grant = make_draft(), make_grant(make_user(), make_user("deputy@example.com"))
    client = client_of(grant.grantee)

    listed = client.get("/approvals/?tab=drafts")
    page = client.get(url("request", draft))
    used = client.post(url("use", draft))

    assert tabs_of(listed)["drafts"] == "1"
    assert listed.context["on_behalf_of"] == {str(draft.pk): "Sales"}
    assert "You use it on behalf of Sales." in text_of(page)
    assert "Mark used" in text_of(page)
    assert (used.status_code, Approval.objects.get().status) == (303, "used")
    assert client.get(url("request", draft)).status_code == 200


def test_a_grant_that_does_not_cover_it_shows_no_draft():
    draft = make_draft()
    grant = make_grant(make_user(), make_user("deputy@example.com"), is_whole=False, workflows=["billing"])

    assert client_of(grant.grantee).get(url("request", draft)).status_code == 404


def test_an_approver_sees_all_drafts():
    make_draft()

    assert tabs_of(client_of(make_approver()).get("/approvals/"))["drafts"] == "1"
