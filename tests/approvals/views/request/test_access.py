"""Who sees a request, who may act on it, and what everybody else gets."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from approvals import delegation
from approvals.models import Opening, Vote, WorkingCopy
from tests.approvals.views.browse import client_of, text_of, url
from tests.factories import make_approval, make_grant, make_user, seen

pytestmark = pytest.mark.django_db

PAGES = ["request", "review", "rejection"]
REJECTING = {"resolution": "declined", "verdict": "reject"}
POSTS = ["opening", "review", "decision", "rejection"]


def what_was_left_behind():
    return [*Vote.objects.all(), *Opening.objects.all(), *WorkingCopy.objects.all()]


def stranger():
    return make_user("stranger@example.com")


@pytest.mark.shows("strangers-learn-nothing")
@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_gets_404(page):
    response = client_of(stranger()).get(url(page, make_approval()))

    assert response.status_code == 404


@pytest.mark.parametrize("name", POSTS)
def test_a_stranger_changes_nothing(name):
    response = client_of(stranger()).post(url(name, make_approval()), {"version": "1"})

    assert response.status_code == 404
    assert not what_was_left_behind()


@pytest.mark.shows("strangers-learn-nothing", "guessing-what-exists")
def test_a_hidden_request_and_a_missing_one_answer_alike():
    client, approval = client_of(stranger()), make_approval()

    hidden = client.get(url("request", approval))
    missing = client.get(reverse("approvals:request", args=[uuid4()]))

    assert (hidden.status_code, hidden.content) == (missing.status_code, missing.content)


@pytest.mark.shows("strangers-learn-nothing")
@pytest.mark.parametrize("name", ["review", "decision", "rejection"])
def test_an_auditor_reads_and_gets_403_for_deciding(name):
    approval, client = make_approval(), client_of(make_user("audit@example.com", is_auditor=True))

    assert client.get(url("request", approval)).status_code == 200
    assert client.post(url(name, approval), {"version": "1"}).status_code == 403


@pytest.mark.shows("only-authority-decides")
def test_a_superuser_decides_nothing():
    approval = make_approval()
    client = client_of(make_user("root@example.com", is_staff=True, is_superuser=True))
    fields = {"version": "1", "payload_sha256": seen(approval).payload_sha256, "verdict": "approve"}

    response = client.post(url("decision", approval), fields)

    assert response.status_code == 403
    assert "neither a named reviewer" in text_of(response)
    assert not Vote.objects.exists()


def test_the_person_the_agent_runs_for_reads_and_sees_why_another_decides():
    approval = make_approval(initiated_by="sales@example.com")

    text = text_of(client_of(make_user()).get(url("request", approval)))

    assert "The agent runs on your behalf, so somebody else decides this." in text
    assert "Review decision" not in text


def test_a_person_who_signs_in_comes_back_to_the_page():
    approval = make_approval()

    page = Client().get(url("request", approval) + "?tab=pool")
    post = Client().post(url("decision", approval))

    assert page.url == f"/sign-in/?next={url('request', approval)}%3Ftab%3Dpool"
    assert post.url == f"/sign-in/?next={url('request', approval)}"


@pytest.mark.shows("forged-forms")
@pytest.mark.parametrize("name", ["opening", "decision"])
def test_a_decision_is_never_a_get(name):
    approval = make_approval()

    response = client_of(make_user()).get(url(name, approval))

    assert response.url == url("review" if name == "decision" else "request", approval)
    assert not what_was_left_behind()


@pytest.mark.shows("forged-forms")
@pytest.mark.parametrize("name", POSTS)
@pytest.mark.parametrize("is_htmx", [False, True])
def test_a_post_without_its_token_changes_nothing(name, is_htmx):
    approval = make_approval()
    client = client_of(make_user(), enforce_csrf_checks=True)
    fields = {"version": "1", "payload_sha256": seen(approval).payload_sha256, **REJECTING}

    response = client.post(url(name, approval), fields, headers={"HX-Request": "true"} if is_htmx else {})

    assert response.status_code == 403
    assert not what_was_left_behind()


@pytest.mark.shows("links-decide-nothing")
def test_following_every_link_changes_nothing():
    approval, client = make_approval(), client_of(make_user())

    for page in PAGES:
        client.get(url(page, approval))
        client.head(url(page, approval))

    approval.refresh_from_db()
    assert approval.is_pending
    assert not what_was_left_behind()


@pytest.mark.parametrize("name", ["review", "decision", "rejection"])
def test_a_person_who_had_it_open_is_told_that_the_authority_ended(name):
    approval = make_approval(assignees=("finance@example.com",))
    grant = make_grant(make_user("finance@example.com", name="Priya Raman"))
    client = client_of(grant.grantee)
    shown = client.get(url("request", approval)).status_code
    delegation.revoke(grant.pk, by=grant.grantor)

    response = client.post(url(name, approval), {"version": "1", **REJECTING})

    assert (shown, response.status_code) == (200, 403)
    assert "The authority that Priya Raman lent you has ended." in text_of(response)
    assert client.get(url("request", approval)).status_code == 404
    assert not what_was_left_behind()


def test_a_person_who_never_could_open_it_learns_nothing_from_a_grant_that_ended():
    grant = make_grant(make_user("finance@example.com"))
    delegation.revoke(grant.pk, by=grant.grantor)
    approval = make_approval(assignees=("finance@example.com",))

    response = client_of(grant.grantee).post(url("decision", approval), {"version": "1"})

    assert response.status_code == 404
