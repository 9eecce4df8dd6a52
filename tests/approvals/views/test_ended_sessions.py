"""A form that comes after its session ended is shown again, filled in, to the person who filled it in."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.http import HttpResponse
from django.test import Client

from approvals import factors
from approvals.models import Approval, Vote
from grants.models import User
from tests.approvals.views.browse import client_of, form_in, text_of, url
from tests.approvals.views.request.test_typed_edits import opened, page_form
from tests.factories import PASSWORD, make_approval, make_user

pytestmark = pytest.mark.django_db

HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def approval() -> Approval:
    return make_approval()


def browser() -> Client:
    """A client that checks CSRF tokens, as a real site does."""
    return Client(enforce_csrf_checks=True, headers=HERE)


def sign_in(client: Client, email: str = "sales@example.com", **carried: str) -> HttpResponse:
    token = re.search('csrfmiddlewaretoken" value="([^"]+)', text_of(client.get("/sign-in/")))
    assert token
    fields = {"username": email, "password": PASSWORD, "csrfmiddlewaretoken": token[1], **carried}
    return client.post("/sign-in/", fields)


def sign_in_again(client: Client, page: HttpResponse, email: str = "sales@example.com") -> HttpResponse:
    """Signs in on the page that a form without a session was answered with."""
    fields = form_in(page, "/sign-in/") | {"username": email, "password": PASSWORD}
    return client.post("/sign-in/", fields)


def token_in(response: HttpResponse, form_id: str) -> dict[str, str]:
    return {"csrfmiddlewaretoken": form_in(response, form_id)["csrfmiddlewaretoken"]}


@pytest.fixture
def reviewer(approval: Approval) -> Client:
    make_user()
    client = browser()
    sign_in(client)
    return client


@pytest.mark.shows("typing-is-kept")
def test_an_edit_survives_an_ended_session(reviewer, approval):
    page = reviewer.get(url("request", approval))
    typed = opened(reviewer, approval) | token_in(page, "review-form") | {"payload/subject": "Typed"}
    del reviewer.cookies["sessionid"]

    refused = reviewer.post(url("review", approval), typed)
    response = sign_in_again(reviewer, refused)

    assert refused.status_code == 401
    assert "What you typed is kept" in text_of(refused)
    assert response.url == url("request", approval)
    assert page_form(reviewer.get(response.url))["payload/subject"] == "Typed"
    assert page_form(reviewer.get(response.url))["payload/subject"] == "Typed"


@pytest.mark.shows("typing-is-kept")
def test_an_edit_survives_an_ended_session_where_a_second_factor_is_asked_for(reviewer, approval):
    person = User.objects.get(email="sales@example.com")
    (code, *_others) = factors.add(
        person, lambda one: TOTP.activate(one, generate_totp_secret()).instance, by=person.as_actor()
    )
    page = reviewer.get(url("request", approval))
    typed = opened(reviewer, approval) | token_in(page, "review-form") | {"payload/subject": "Typed"}
    del reviewer.cookies["sessionid"]
    sign_in_again(reviewer, reviewer.post(url("review", approval), typed))

    step = reviewer.get("/sign-in/factor/")
    response = reviewer.post("/sign-in/factor/", token_in(step, "/sign-in/factor/") | {"code": code})

    assert response.url == url("request", approval)
    assert page_form(reviewer.get(response.url))["payload/subject"] == "Typed"


def test_an_edit_survives_a_sign_in_elsewhere(reviewer, approval):
    page = reviewer.get(url("request", approval))
    typed = opened(reviewer, approval) | token_in(page, "review-form") | {"payload/subject": "Typed"}
    del reviewer.cookies["sessionid"]
    sign_in(reviewer)

    response = reviewer.post(url("review", approval), typed)

    assert response.url == url("request", approval)
    shown = reviewer.get(response.url)
    assert page_form(shown)["payload/subject"] == "Typed"
    assert "nothing was sent" in text_of(shown)


@pytest.mark.parametrize(("name", "form"), [("rejection", "rejection-form"), ("decision", "decision-form")])
def test_a_decision_after_an_ended_session_is_asked_for_again(reviewer, approval, name, form):
    page = reviewer.get(url("rejection" if name == "rejection" else "review", approval))
    typed = form_in(page, form) | {"comment": "My words", "verdict": "approve", "password": PASSWORD}
    del reviewer.cookies["sessionid"]

    refused = reviewer.post(url(name, approval), typed)
    response = sign_in_again(reviewer, refused)

    assert PASSWORD not in text_of(refused)
    assert form_in(reviewer.get(response.url), form)["comment"] == "My words"
    assert not Vote.objects.exists()


def test_what_one_person_typed_is_not_shown_to_another(reviewer, approval):
    make_user("finance@example.com")
    page = reviewer.get(url("rejection", approval))
    typed = form_in(page, "rejection-form") | {"comment": "Between us"}
    del reviewer.cookies["sessionid"]

    response = sign_in_again(
        reviewer, reviewer.post(url("rejection", approval), typed), "finance@example.com"
    )

    assert "Between us" not in text_of(reviewer.get(response.url, follow=True))
    assert "kept_post" not in reviewer.session


@pytest.mark.parametrize(
    ("name", "page", "form", "field"),
    [
        ("reassignment", "reassignment", "reassignment-form", "reason"),
        ("comments", "request", "review-form", "text"),
    ],
)
def test_every_form_says_who_filled_it_in(reviewer, approval, name, page, form, field):
    make_user("finance@example.com", is_auditor=True)
    typed = form_in(reviewer.get(url(page, approval)), form) | {field: "Between us"}
    del reviewer.cookies["sessionid"]
    refused = reviewer.post(url(name, approval), typed)

    mine = sign_in_again(reviewer, refused)
    shown = text_of(reviewer.get(mine.url))
    del reviewer.cookies["sessionid"]
    theirs = sign_in_again(reviewer, reviewer.post(url(name, approval), typed), "finance@example.com")

    assert "Between us" in shown
    assert theirs.url.startswith("/approvals/")
    assert "Between us" not in text_of(reviewer.get(url(page, approval)))
    assert "kept_post" not in reviewer.session


def test_the_comment_of_somebody_who_only_reads_is_not_shown_to_another(approval):
    make_user("audit@example.com", is_auditor=True)
    make_user()
    reader = browser()
    sign_in(reader, "audit@example.com")
    typed = form_in(reader.get(url("request", approval)), "new-comment") | {"text": "Between us"}
    del reader.cookies["sessionid"]

    sign_in_again(reader, reader.post(url("comments", approval), typed))

    assert "Between us" not in text_of(reader.get(url("request", approval)))


@pytest.mark.shows("forged-forms")
def test_a_form_from_elsewhere_is_neither_taken_nor_shown(reviewer, approval):
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
    ):
        response = reviewer.post(
            url("rejection", approval), {"comment": "Forged", "version": "1"}, headers=headers
        )

        assert response.status_code == 403
        assert "Forged" not in text_of(reviewer.get(url("rejection", approval)))


def test_the_script_gets_a_token_for_the_same_person_only(reviewer, approval):
    fields = opened(reviewer, approval) | {"csrfmiddlewaretoken": "x" * 64}
    accept = {"Accept": "application/json"}

    same = reviewer.post(url("edits", approval), fields, headers=accept)
    other = reviewer.post(url("edits", approval), fields | {"person": "0"}, headers=accept)

    again = reviewer.post(url("edits", approval), fields | {"csrfmiddlewaretoken": same.json()["token"]})
    assert (same.status_code, again.status_code) == (403, 200)
    assert other.status_code == 403
    assert "token" not in other.json()


def test_an_older_sign_in_page_is_no_dead_end(approval):
    make_user()
    client = browser()

    response = client.post("/sign-in/", {"username": "sales@example.com", "password": PASSWORD})

    assert response.status_code == 200
    assert 'value="sales@example.com"' in text_of(response)


def test_a_sign_in_page_that_carries_an_edit_passes_it_on_when_one_is_signed_in_by_now(reviewer, approval):
    page = reviewer.get(url("rejection", approval))
    typed = form_in(page, "rejection-form") | {"comment": "My words"}
    del reviewer.cookies["sessionid"]
    carrying = form_in(reviewer.post(url("rejection", approval), typed), "/sign-in/")
    sign_in(reviewer)

    response = reviewer.post("/sign-in/", carrying)

    assert form_in(reviewer.get(response.url), "rejection-form")["comment"] == "My words"


@pytest.mark.parametrize(
    "kept", ["", "{", "[]", '{"path": "/admin/", "query": "", "pairs": {}}', '{"path": 1}']
)
def test_what_no_form_sent_is_not_kept(kept):
    make_user()
    client = browser()

    assert sign_in(client, kept=kept).url == "/approvals/"


@pytest.mark.parametrize(
    "kept",
    [
        "[" * 60_000,
        '{"path": "%s", "query": "\\ud800", "pairs": {"person": ["%s"]}}',
        '{"path": "%s", "query": "", "pairs": {"person": ["%s"], "version": ["1"], "drawn": []}}',
        '{"path": "%s", "query": "", "pairs": {"person": ["%s"], "version": ["1"], "page": ["\\u0000"]}}',
        '{"path": "%s", "query": "", "pairs": {"person": ["%s"], "version": ["1"], "\\ud800": ["x"]}}',
        '{"path": "%s", "query": "", "pairs": {"person": ["%s"], "version": ["1"], "payload/to": ["\\ud800"]}}',
    ],
)
def test_a_forged_one_is_no_fault(approval, kept):
    person = make_user()
    client = browser()

    response = sign_in(
        client, kept=kept.replace("%s", url("review", approval), 1).replace("%s", str(person.pk))
    )

    assert response.status_code == 302
    assert client.get(response.url).status_code == 200


def test_a_person_who_sends_it_again_starts_with_an_empty_form_next_time(reviewer, approval):
    page = reviewer.get(url("rejection", approval))
    typed = form_in(page, "rejection-form") | {"comment": "My words"}
    del reviewer.cookies["sessionid"]
    response = sign_in_again(reviewer, reviewer.post(url("rejection", approval), typed))
    again = form_in(reviewer.get(response.url), "rejection-form")

    reviewer.post(url("rejection", approval), again | {"comment": ""})

    assert form_in(reviewer.get(url("rejection", approval)), "rejection-form")["comment"] == ""


def test_a_signed_out_client_without_a_form_is_led_to_the_sign_in_page(approval):
    assert client_of(make_user()).get(url("request", approval)).status_code == 200
    assert Client().post(url("decision", approval)).url.startswith("/sign-in/")
