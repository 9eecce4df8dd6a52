"""A reviewer's edit is never lost: a post means what its page showed, and what was typed is kept, fit or not."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from approvals.models import Approval, WorkingCopy
from tests import factories
from tests.approvals.payload.browser import posted_from
from tests.approvals.views.browse import client_of, text_of, url
from tests.factories import make_approval, make_user

pytestmark = pytest.mark.django_db

LEFT_OUT = {
    "payload": {"a": None, "b": "x"},
    "schema": {
        "type": "object",
        "properties": {
            "a": {"type": ["string", "null"]},
            "b": {"type": "string"},
            "note": {"type": "string"},
            "n": {"type": "integer"},
            "group": {"type": "object", "properties": {"x": {"type": "string"}, "y": {"type": "string"}}},
        },
        "required": ["a", "b"],
    },
}


@pytest.fixture
def approval() -> Approval:
    return make_approval(**LEFT_OUT)


@pytest.fixture
def client() -> Client:
    return client_of(make_user())


def page_form(response: HttpResponse) -> dict[str, str]:
    """All that a browser posts for the payload's form, selects as well."""
    html = text_of(response)
    form = html[html.index('id="review-form"') : html.index("</form>", html.index('id="review-form"'))]
    return {name: texts[-1] for name, texts in posted_from(form[form.index(">") + 1 :]).items()}


def opened(client: Client, approval: Approval) -> dict[str, str]:
    return page_form(client.get(url("request", approval)))


def review(client: Client, approval: Approval, fields: dict[str, str], **also: Any) -> HttpResponse:
    return client.post(url("review", approval), fields | also)


def final(client: Client, approval: Approval) -> dict[str, Any]:
    """The payload that the review page would approve."""
    response = client.get(url("review", approval))
    assert response.status_code == 200, response.status_code
    value: dict[str, Any] = response.context["correction"].value
    return value


def test_the_same_post_gives_the_same_payload_three_times(client, approval):
    bare = {"version": "1", "payload/note": "n1", "state/note": "absent"}

    found = []
    for _ in range(3):
        review(client, approval, bare)
        found.append(final(client, approval)["note"])

    assert found == ["n1", "n1", "n1"]


@pytest.mark.shows("typing-is-kept")
def test_a_double_click_keeps_the_edit(client, approval):
    fields = opened(client, approval) | {"payload/note": "n1"}

    first, second = review(client, approval, fields), review(client, approval, fields)

    assert first.status_code == second.status_code == 303
    assert final(client, approval)["note"] == "n1"


@pytest.mark.shows("typing-is-kept")
def test_back_and_another_field_keeps_the_first_edit(client, approval):
    page = opened(client, approval) | {"payload/a": "set"}
    review(client, approval, page)

    review(client, approval, page | {"payload/b": "y"})

    assert final(client, approval) == {"a": "set", "b": "y"}


@pytest.mark.shows("typing-is-kept")
def test_the_page_drawn_from_an_edit_posts_the_same_edit(client, approval):
    review(client, approval, opened(client, approval) | {"payload/note": "n1", "payload/a": "set"})

    review(client, approval, opened(client, approval) | {"payload/b": "y"})

    assert final(client, approval) == {"a": "set", "b": "y", "note": "n1"}


def test_an_edit_is_taken_back_by_a_choice(client, approval):
    review(client, approval, opened(client, approval) | {"payload/note": "n1"})

    review(client, approval, opened(client, approval) | {"state/note": "absent-chosen"})

    assert "note" not in final(client, approval)


@pytest.mark.shows("typing-is-kept")
def test_a_second_tab_never_replaces_what_it_did_not_show(client, approval):
    tab_1, tab_2 = opened(client, approval), opened(client, approval)
    review(client, approval, tab_1 | {"payload/group/x": "1"})

    response = review(client, approval, tab_2 | {"payload/group/y": "2"})

    assert response.status_code == 409
    assert page_form(response)["payload/group/y"] == "2"
    assert "Your edits from the other page" in text_of(response)
    assert final(client, approval)["group"] == {"x": "1"}


def test_a_second_tab_replaces_the_first_once_it_has_shown_it(client, approval):
    tab_1, tab_2 = opened(client, approval), opened(client, approval)
    review(client, approval, tab_1 | {"payload/note": "1"})
    shown = page_form(review(client, approval, tab_2 | {"payload/note": "2"}))

    response = review(client, approval, shown)

    assert response.status_code == 303
    assert final(client, approval)["note"] == "2"


def test_the_same_edit_in_two_tabs_is_no_conflict(client, approval):
    tab_1, tab_2 = opened(client, approval), opened(client, approval)
    review(client, approval, tab_1 | {"payload/note": "1"})

    assert review(client, approval, tab_2 | {"payload/note": "1"}).status_code == 303


@pytest.mark.shows("typing-is-kept")
def test_a_save_that_arrives_late_changes_nothing(client, approval):
    page = opened(client, approval)
    client.post(url("edits", approval), page | {"payload/note": "newest", "turn": "3"})

    client.post(url("edits", approval), page | {"payload/note": "older", "turn": "2"})

    assert opened(client, approval)["payload/note"] == "newest"


@pytest.mark.shows("typing-is-kept")
def test_what_is_typed_is_saved_and_said(client, approval):
    response = client.post(url("edits", approval), opened(client, approval) | {"payload/note": "hi"})

    assert response.status_code == 200
    assert response.json()["saved"].startswith("20")
    assert opened(client, approval)["payload/note"] == "hi"
    assert "Saved" in text_of(client.get(url("request", approval)))


def test_what_fits_no_field_yet_is_kept_and_never_approved(client, approval):
    client.post(url("edits", approval), opened(client, approval) | {"payload/n": "12x"})

    response = client.get(url("review", approval))

    assert response.url == url("request", approval)
    assert opened(client, approval)["payload/n"] == "12x"


def test_an_unchanged_form_saves_nothing(client, approval):
    response = client.post(url("edits", approval), opened(client, approval))

    assert response.json() == {"saved": None}
    assert not WorkingCopy.objects.exists()


@pytest.mark.parametrize("then", ["rejection", "reassignment"])
def test_without_a_script_the_other_buttons_keep_what_was_typed(client, approval, then):
    response = review(client, approval, opened(client, approval) | {"payload/n": "12x", "then": then})

    assert response.url == url(then, approval)
    assert opened(client, approval)["payload/n"] == "12x"


def test_json_that_cannot_be_read_is_kept_as_typed(client, approval):
    fields = page_form(client.get(url("request", approval) + "?view=json"))

    response = review(client, approval, fields | {"payload": '{"a": '})

    assert response.status_code == 422
    assert opened(client, approval)["payload"] == '{"a": '


def test_a_form_drawn_from_json_is_read_against_that_json(client):
    approval = make_approval(
        payload={"at": "2026-04-12T09:00:00Z", "n": 1},
        schema={"type": "object", "properties": {"at": {"type": "string", "format": "date-time"}}},
    )
    as_json = page_form(client.get(url("request", approval) + "?view=json"))
    edited = as_json["payload"].replace("09:00:00Z", "11:00:00+02:00")
    review(client, approval, as_json | {"payload": edited, "view": "form"})

    page = opened(client, approval) | {"payload/n": "2"}
    review(client, approval, page)
    review(client, approval, page)

    assert final(client, approval) == {"at": "2026-04-12T11:00:00+02:00", "n": 2}


def test_a_forged_origin_of_a_form_is_refused_and_not_a_fault(client, approval):
    for forged in ("{", "[]", '{"a": 1e999}', "x" * 300_000):
        response = review(client, approval, opened(client, approval) | {"drawn": forged})

        assert response.status_code in (413, 422)


def test_edits_of_an_earlier_version_stay_in_sight_beside_new_ones():
    approval = make_approval(risk="critical", assignees=("sales@example.com", "finance@example.com"))
    client = client_of(make_user("sales@example.com"))
    client.post(url("edits", approval), opened(client, approval) | {"payload/subject": "Mine"})
    edited = {**factories.EMAIL_PAYLOAD, "subject": "Theirs"}
    factories.approve(approval, by=make_user("finance@example.com"), edited=edited)

    client.post(url("edits", approval), opened(client, approval) | {"payload/to": "ada@acme.example"})

    page = text_of(client.get(url("request", approval)))
    assert "Mine" in page
    assert page_form(client.get(url("request", approval)))["payload/to"] == "ada@acme.example"


def test_who_cannot_decide_saves_nothing(approval):
    make_user()
    reader = client_of(make_user("audit@example.com", is_auditor=True))

    response = reader.post(url("edits", approval), {"version": "1", "payload/note": "x"})

    assert response.status_code == 403
    assert not WorkingCopy.objects.exists()


def test_a_form_in_the_middle_of_a_row_is_kept(client):
    approval = make_approval(payload={"to": ["a@x.example", "b@x.example"]})
    review(client, approval, opened(client, approval) | {"remove": "/to/0"})

    review(client, approval, opened(client, approval))

    assert final(client, approval) == {"to": ["b@x.example"]}


def test_edits_are_discarded_after_one_question(client, approval):
    client.post(url("edits", approval), opened(client, approval) | {"payload/b": "Typed"})

    asked = text_of(client.get(url("edits-discarding", approval)))
    kept = opened(client, approval)["payload/b"]
    client.post(url("edits-discarding", approval))

    assert "Typed" in asked
    assert (kept, opened(client, approval)["payload/b"]) == ("Typed", "x")


def test_nobody_discards_the_edits_of_another(client, approval):
    client.post(url("edits", approval), opened(client, approval) | {"payload/b": "Typed"})

    client_of(make_user("audit@example.com", is_auditor=True)).post(url("edits-discarding", approval))

    assert opened(client, approval)["payload/b"] == "Typed"
