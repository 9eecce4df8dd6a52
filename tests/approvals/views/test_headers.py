"""What every response says to the browser."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.approvals.views.browse import client_of, text_of, url
from tests.factories import AMBER_AND_RED, make_approval, make_user

pytestmark = pytest.mark.django_db


def broken(*_args, **_kwargs):
    raise RuntimeError("broken")


@pytest.mark.shows("framed-pages")
@pytest.mark.parametrize(
    ("path", "status"), [("/approvals/", 200), ("/sign-in/", 302), ("/nowhere/", 404), ("/approvals/x/", 404)]
)
def test_no_page_can_be_framed(path, status):
    response = client_of(make_user()).get(path)

    assert response.status_code == status
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]


@pytest.mark.shows("framed-pages")
def test_not_even_a_page_about_a_fault_can_be_framed(monkeypatch):
    monkeypatch.setattr("approvals.views.inbox.inbox.inbox_context", broken)
    client = client_of(make_user(), raise_request_exception=False)

    response = client.get("/approvals/")

    assert response.status_code == 500
    assert "That went wrong on our side" in text_of(response)
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/approvals/", {}, 200),
        ("/nowhere/", {}, 404),
        ("/approvals/x/", {}, 404),
        ("/admin/", {}, 302),
        ("/sign-in/", {"Host": "elsewhere.example"}, 400),
        ("/api/v1/approvals", {}, 401),
        ("/api/v1/approvals/019aae5c-3c1e-7d42-9a51-7f6b1c0d2e3f", {}, 401),
        ("/api/v1/nowhere", {}, 404),
        ("/healthz", {}, 200),
    ],
)
def test_no_answer_is_kept_embedded_or_given_a_power(path, headers, status):
    response = client_of(make_user()).get(path, headers=headers)

    assert response.status_code == status
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in response.headers["Permissions-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]


def test_a_file_may_be_kept():
    file = client_of(make_user()).get("/static/js/keys.js")
    file.close()

    assert "no-store" not in file.headers["Cache-Control"]


@pytest.mark.shows("markup-in-agent-text")
@pytest.mark.parametrize("name", ["inbox", "request", "review", "rejection"])
def test_no_page_holds_an_inline_script_or_style(name):
    approval, client = make_approval(evidence=AMBER_AND_RED), client_of(make_user())

    text = text_of(client.get(reverse("approvals:inbox") if name == "inbox" else url(name, approval)))

    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


@pytest.mark.shows("markup-in-agent-text")
def test_what_an_agent_writes_is_inert():
    poison = '<img src=x hx-get="/approvals/" hx-trigger="load"><b>bold</b>'
    evidence = [{"label": poison, "value": poison, "tone": "red", "url": "javascript:alert(1)"}]
    approval = make_approval(
        action=poison, rationale=poison, summary=poison, evidence=evidence, payload={poison: poison}
    )

    text = text_of(client_of(make_user()).get(url("request", approval)))

    assert "<img" not in text
    assert "<b>" not in text
    assert "javascript:" not in text


@pytest.mark.shows("the-action-out-of-sight")
def test_the_action_comes_before_what_could_push_it_away():
    approval = make_approval(action="Pay 12,000 EUR", rationale="\n" * 7000 + "x", summary="\n" * 900 + "y")

    text = text_of(client_of(make_user()).get(url("request", approval)))
    article = text[text.index('id="request"') :]

    assert article.index("Pay 12,000 EUR") < article.index('class="summary bounded"')
    assert 'class="prose bounded"' in article


@pytest.mark.shows("invisible-characters")
def test_invisible_characters_are_shown():
    approval = make_approval(action="Pay \u202eRUE 000,21")

    text = text_of(client_of(make_user()).get(url("request", approval)))

    assert "U+202E" in text
    assert "\u202e" not in text


@pytest.mark.shows("look-alike-letters")
def test_a_look_alike_host_is_pointed_out():
    evidence = [{"label": "Invoice", "value": "1", "tone": "slate", "url": "https://p\u0430ypal.example/"}]

    text = text_of(client_of(make_user()).get(url("request", make_approval(evidence=evidence))))

    assert "look-alike" in text
    assert "xn--" in text


@pytest.mark.shows("borrowed-authority")
def test_what_the_agent_claims_stays_labelled_as_the_agents():
    evidence = [{"label": "Approved by", "value": "the CFO", "tone": "emerald", "url": None}]

    text = text_of(client_of(make_user()).get(url("request", make_approval(evidence=evidence))))

    assert text.index("as the agent gives it") < text.index("the CFO")
    assert "The agent says" in text


@pytest.mark.shows("rubber-stamping")
def test_there_is_no_bulk_approve():
    response = client_of(make_user()).post("/approvals/", {"approve": "all"})

    assert response.status_code == 405


def test_a_persons_page_is_kept_by_no_cache():
    response = client_of(make_user()).get("/approvals/")

    assert "no-store" in response.headers["Cache-Control"]
    assert "HX-Request" in response.headers["Vary"]


def test_signing_in_names_the_address_and_takes_it_in_any_case():
    make_user()

    page = Client().get("/sign-in/")
    refused = Client().post("/sign-in/", {"username": "sales@example.com", "password": "no"})
    done = Client().post(
        "/sign-in/", {"username": "Sales@Example.com", "password": "correct horse battery staple"}
    )

    assert "E-mail address" in text_of(page)
    assert refused.status_code == 422
    assert (done.status_code, done.url) == (302, "/approvals/")


def test_before_anything_is_set_up_signing_in_says_what_to_do_first():
    text = text_of(Client().get("/sign-in/"))

    assert "createsuperuser" in text
    assert "create_agent" in text
