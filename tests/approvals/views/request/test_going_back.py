"""An address that only takes a POST leads back to its page, also by way of signing in."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tests.approvals.views.browse import client_of, text_of, url
from tests.factories import PASSWORD, make_approval, make_grant, make_policy, make_user, reject

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize(
    ("name", "page"),
    [("decision", "review"), ("opening", "request"), ("comments", "request"), ("use", "request")],
)
def test_opening_it_leads_to_the_page_whose_form_posts_there(name, page, method):
    approval = make_approval()

    response = getattr(client_of(make_user()), method)(url(name, approval) + "?tab=pool&q=acme")

    assert response.url == url(page, approval) + "?tab=pool&q=acme"


@pytest.mark.parametrize("name", ["notification-channels", "notification-tests"])
def test_so_do_the_addresses_of_the_preferences(name):
    response = client_of(make_user()).get(reverse(name))

    assert response.url == reverse("notification-preferences")


def test_what_is_neither_looked_at_nor_posted_is_refused():
    assert client_of(make_user()).put(url("decision", make_approval())).status_code == 405


def test_the_trial_of_a_workflows_policy_leads_to_that_policy():
    make_policy(workflow="outbound")

    response = client_of(make_user(is_staff=True)).get(
        reverse("approvals:policy-trial", args=["external_email"]) + "?workflow=outbound"
    )

    assert response.url == reverse("approvals:policy", args=["external_email"]) + "?workflow=outbound"


def sign_in_at(address: str, person) -> str:
    """The page that the sign-in leads to."""
    browser = Client()
    response = browser.post(address, {"username": person.email, "password": PASSWORD}, follow=True)
    assert response.status_code == 200
    return response.request["PATH_INFO"]


def test_a_session_that_ended_comes_back_to_the_grant_that_was_revoked():
    grant = make_grant()

    asked = Client().post(reverse("approvals:revocation", args=[grant.pk]))

    assert sign_in_at(asked.url, grant.grantor) == grant.get_absolute_url()


def test_a_session_that_ended_comes_back_to_the_channels_and_not_to_a_request_of_that_id():
    asked = Client().post(reverse("notification-removal", args=[uuid4()]))

    assert sign_in_at(asked.url, make_user()) == reverse("notification-preferences")


def test_a_session_that_ended_comes_back_to_the_request_with_its_filter():
    approval = make_approval()

    plain = Client().post(url("comments", approval) + "?tab=pool")
    htmx = Client().post(
        url("decision", approval),
        headers={
            "HX-Request": "true",
            "HX-Current-URL": f"http://testserver{url('review', approval)}?tab=pool",
        },
    )

    assert plain.url == f"/sign-in/?next={url('request', approval)}%3Ftab%3Dpool"
    assert htmx.headers["HX-Redirect"] == f"/sign-in/?next={url('review', approval)}%3Ftab%3Dpool"


def test_after_a_conflict_the_address_is_the_requests():
    """A reload shows the request as it stands, and nothing is posted again."""
    approval, client = make_approval(), client_of(make_user())
    fields = {"version": "1", "payload_sha256": "0" * 64, "verdict": "approve"}
    reject(approval, by=make_user())

    plain = client.post(url("decision", approval) + "?tab=pool", fields)
    htmx = client.post(url("decision", approval) + "?tab=pool", fields, headers={"HX-Request": "true"})

    assert (plain.status_code, htmx.status_code) == (409, 409)
    assert htmx.headers["HX-Replace-Url"] == url("request", approval) + "?tab=pool"
    assert "HX-Replace-Url" not in plain.headers
    assert "by Sales" in text_of(htmx)
