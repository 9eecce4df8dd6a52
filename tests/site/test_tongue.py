"""In which language is what people read, and what is stored, signed and sent to agents?"""

from __future__ import annotations

import json

import pytest
from django.apps import apps
from django.db import connection
from django.utils.translation import override, pgettext

from tests.approvals.api.client import PROPOSAL, agent_client
from tests.approvals.views.browse import client_of, form_in, text_of, url
from tests.factories import make_approval, make_user
from tests.site.tongue import TONGUE, spoken

pytestmark = pytest.mark.django_db

_MARKS = ("⟦", "⟦".encode().hex(), r"\\u27e6")
"""The bracket as text, within bytes, and as JSON may escape it."""


def stored_translations() -> list[str]:
    """Each table that holds a translated text."""
    found = []
    for model in apps.get_models():
        table = connection.ops.quote_name(model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM {table} row WHERE row::text LIKE ANY(%s)",
                [[f"%{mark}%" for mark in _MARKS]],
            )
            if cursor.fetchone()[0]:
                found.append(model._meta.db_table)
    return found


def test_a_page_is_in_the_language_that_its_reader_asks_for():
    client = client_of(make_user())

    with spoken() as headers:
        page = client.get("/approvals/", **headers)

    assert '<html lang="eo">' in text_of(page)
    assert page.headers["Content-Language"] == "eo"
    assert '<html lang="en">' in text_of(client.get("/approvals/"))


@pytest.mark.shows("english-is-stored")
def test_an_agent_is_answered_in_english_whatever_it_accepts():
    agent = agent_client()

    with spoken() as headers:
        agent.http.defaults |= headers
        answer = agent.post("/approvals", {**PROPOSAL, "actionType": ""})

    assert answer.status_code == 422
    assert "⟦" not in json.dumps(json.loads(answer.content), ensure_ascii=False)


@pytest.mark.shows("english-is-stored")
def test_what_a_person_does_in_another_language_is_stored_in_english():
    approval, person = make_approval(), make_user()
    client = client_of(person)

    with spoken() as headers:
        client.defaults |= headers
        fields = form_in(client.get(url("request", approval)), "review-form") | {"payload/subject": "Q4"}
        client.post(url("review", approval), fields)
        review = client.get(url("review", approval))
        client.post(url("decision", approval), form_in(review, "decision-form", press="approve"))

    approval.refresh_from_db()
    assert approval.status == "approved"
    assert stored_translations() == []


def test_a_translated_text_in_the_database_would_be_found():
    make_user("other@example.com", name="⟦Other⟧")

    assert stored_translations() == ["grants_user"]


def test_a_text_with_a_context_is_marked_too():
    with spoken(), override(TONGUE):
        assert pgettext("risk", "Any") == "⟦Any⟧"
