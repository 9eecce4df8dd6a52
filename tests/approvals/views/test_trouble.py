"""What does a person see while the database is away, full or refuses an event? Nothing typed is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import InterfaceError, connection
from django.test import Client

from patience.postgres.base import DatabaseWrapper, OutcomeUnknown
from tests.approvals.api.client import PROPOSAL, agent_client
from tests.approvals.views.browse import client_of, form_in, text_of, url
from tests.factories import make_approval, make_user
from tests.outages import outage

pytestmark = pytest.mark.django_db(transaction=True)

COMMENT = "Fine, but\r\nsend it <tomorrow>."


def reviewer(**options: Any) -> Client:
    return client_of(make_user(), raise_request_exception=False, **options)


@contextmanager
def events_refused(code: str) -> Iterator[None]:
    """Writing an event fails with that SQLSTATE."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '{code}'; END$$"
        )
        cursor.execute("CREATE TRIGGER refuse BEFORE INSERT ON audit_event EXECUTE FUNCTION refuse()")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER refuse ON audit_event")
            cursor.execute("DROP FUNCTION refuse")


@pytest.mark.shows("the-database-is-away")
def test_a_page_says_that_the_database_is_away_and_comes_back_by_itself() -> None:
    client = reviewer()
    with outage():
        page = client.get("/approvals/?tab=all")

    assert (page.status_code, page["Retry-After"], page["Refresh"]) == (503, "5", "10")
    assert 'href="/approvals/?tab=all"' in text_of(page)


def test_what_was_typed_is_posted_again_by_the_page_itself() -> None:
    client, approval = reviewer(), make_approval()
    fields = form_in(client.get(url("request", approval)), "review-form") | {"comment": COMMENT}
    with outage():
        page = client.post(url("review", approval), fields)
    again = form_in(page, url("review", approval))

    assert page.status_code == 503
    assert "Nothing was stored." in text_of(page)
    assert _without_token(again) == _without_token(fields)
    assert client.post(url("review", approval), again).status_code == 303


@pytest.mark.shows("no-change-without-its-event")
@pytest.mark.django_db
@pytest.mark.parametrize("code", ["P0001", "53100", "53300", "25006", "42501"])
def test_an_event_that_cannot_be_written_is_503_and_nothing_is_decided(code: str) -> None:
    client, approval = reviewer(), make_approval()
    client.post(url("review", approval), form_in(client.get(url("request", approval)), "review-form"))
    fields = form_in(client.get(url("review", approval)), "decision-form", press="approve")
    with events_refused(code):
        page = client.post(url("decision", approval), fields)
        ready, alive = client.get("/readyz"), client.get("/healthz")

    approval.refresh_from_db()
    assert (page.status_code, approval.status) == (503, "pending")
    assert "Nothing was stored." in text_of(page)
    assert (ready.status_code, alive.status_code) == (503, 200)
    again = client.post(url("decision", approval), form_in(page, url("decision", approval)))
    approval.refresh_from_db()
    assert (again.status_code, approval.status) == (303, "approved")


@pytest.mark.shows("the-database-is-away")
def test_a_commit_that_nobody_confirmed_is_not_called_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    client, approval = reviewer(), make_approval()
    client.post(url("review", approval), form_in(client.get(url("request", approval)), "review-form"))
    fields = form_in(client.get(url("review", approval)), "decision-form", press="approve")
    with commits_unheard(monkeypatch):
        page = client.post(url("decision", approval), fields)

    approval.refresh_from_db()
    assert (page.status_code, approval.status) == (503, "approved")
    assert "It is not known whether this was stored." in text_of(page)
    assert "Nothing was" not in text_of(page)
    assert f'href="{url("request", approval)}"' in text_of(page)
    again = client.post(url("decision", approval), form_in(page, url("decision", approval)))
    assert (again.status_code, approval.votes.count()) == (303, 1)


@pytest.mark.shows("the-database-is-away", "one-key-one-request")
def test_an_agent_is_told_that_the_outcome_is_unknown_and_repeats_harmlessly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    agent = agent_client()
    with commits_unheard(monkeypatch):
        unheard = agent.post("/approvals", PROPOSAL, key="once")
    again = agent.post("/approvals", PROPOSAL, key="once")

    problem = json.loads(unheard.content)
    assert (unheard.status_code, unheard["Retry-After"]) == (503, "2")
    assert problem["type"] == "urn:countersign:problem:outcome_unknown"
    assert "may be carried out or not" in problem["detail"]
    assert again.status_code == 200


def test_an_answer_that_fails_after_the_commit_is_not_called_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    agent = agent_client()

    def lose(*_: object, **__: object) -> None:
        raise InterfaceError("gone while the answer was being written")

    monkeypatch.setattr("approvals.api.endpoints.approval_out", lose)
    problem = json.loads(agent.post("/approvals", PROPOSAL).content)

    assert problem["type"] == "urn:countersign:problem:outcome_unknown"


def test_an_agent_is_told_that_nothing_was_carried_out() -> None:
    agent = agent_client()
    with outage():
        away = agent.post("/approvals", PROPOSAL)

    problem = json.loads(away.content)
    assert (away.status_code, away["Retry-After"]) == (503, "2")
    assert problem["type"] == "urn:countersign:problem:unavailable"
    assert "was not carried out" in problem["detail"]


def test_htmx_leaves_the_page_as_it_is() -> None:
    client, approval = reviewer(), make_approval()
    with outage():
        answer = client.post(url("comments", approval), {"text": "x"}, headers={"HX-Request": "true"})

    assert (answer.status_code, answer["HX-Reswap"]) == (503, "none")
    assert text_of(answer).strip().startswith('<p role="alert">')


def test_a_password_is_asked_for_again_and_never_shown() -> None:
    with outage():
        page = Client(raise_request_exception=False).post(
            "/sign-in/", {"username": "sales@example.com", "password": "correct horse"}
        )

    assert page.status_code == 503
    assert "correct horse" not in text_of(page)
    assert _without_token(form_in(page, "/sign-in/")) == {"username": "sales@example.com", "password": ""}


def test_another_site_gets_no_form_by_a_request_that_fails() -> None:
    client = reviewer(enforce_csrf_checks=True)
    with outage():
        page = client.post("/preferences/notifications/", {"planted": "here"})

    assert page.status_code == 403
    assert "planted" not in text_of(page)


def test_a_process_is_alive_without_a_database_and_not_ready() -> None:
    with outage():
        assert Client().get("/healthz").status_code == 200
        assert Client().get("/readyz").status_code == 503


@contextmanager
def commits_unheard(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every commit is stored, and its connection lost before the confirmation comes."""
    commit = DatabaseWrapper._commit

    def lose(self: DatabaseWrapper) -> None:
        commit(self)
        self.connection.close()
        raise OutcomeUnknown("gone")

    with monkeypatch.context() as patch:
        patch.setattr(DatabaseWrapper, "_commit", lose)
        yield


def _without_token(fields: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if name != "csrfmiddlewaretoken"}
