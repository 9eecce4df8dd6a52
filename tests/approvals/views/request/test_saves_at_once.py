"""Two saves at once, and forms that no page made: nothing is overwritten unseen, and nothing is a fault."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connections
from django.test import Client

from approvals.models import Approval, Comment
from tests.approvals.views.browse import client_of, url
from tests.approvals.views.request.test_typed_edits import LEFT_OUT, opened
from tests.factories import make_approval, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def approval() -> Approval:
    return make_approval(**LEFT_OUT)


@pytest.fixture
def client() -> Client:
    return client_of(make_user())


@pytest.mark.parametrize("name", ["review", "edits", "comments"])
@pytest.mark.parametrize(
    "forged",
    [
        {"version": "99"},
        {"version": "\0"},
        {"drawn": "{"},
        {"page": "\0"},
        {"turn": "9" * 5000},
        {"saw": "\0"},
    ],
    ids=str,
)
def test_a_forged_form_is_no_fault_and_leaves_no_comment_behind(client, approval, name, forged):
    typed = opened(client, approval) | {"payload/note": "n1"} | forged

    empty = client.post(url(name, approval), typed | {"text": ""})
    response = client.post(url(name, approval), typed | {"text": "Looks odd"})

    assert {empty.status_code, response.status_code} <= {200, 303, 422}
    assert Comment.objects.count() == (name == "comments" and response.status_code == 303)
    assert client.get(url("request", approval)).status_code == 200


@pytest.mark.shows("typing-is-kept")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_same_page", [True, False])
def test_of_two_first_saves_at_once_none_is_overwritten_unseen(client, is_same_page):
    for _ in range(6):
        approval = make_approval(**LEFT_OUT)
        page = opened(client, approval)
        other = page if is_same_page else opened(client, approval)
        newer = page | {"payload/note": "newer", "turn": "2"}
        older = other | {"payload/note": "older", "turn": "1"}

        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(partial(_saved, client, approval), (newer, older)))

        kept = opened(client, approval)["payload/note"]
        if is_same_page:
            assert (found, kept) == ([200, 200], "newer")
        else:
            assert sorted(found) == [200, 409]
            assert kept == ("newer" if found[0] == 200 else "older")


def _saved(client: Client, approval: Approval, fields: dict[str, str]) -> int:
    browser = Client()
    browser.cookies = client.cookies
    try:
        return browser.post(url("edits", approval), fields).status_code
    finally:
        connections.close_all()
