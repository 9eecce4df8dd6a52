"""What people choose, type and sign in with in another language: refused in theirs, stored in English."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from approvals.models import Channel
from grants.models import User
from tests.approvals.views.browse import client_of, text_of
from tests.factories import make_user
from tests.receivers import hook
from tests.site.test_tongue import stored_translations
from tests.site.tongue import spoken

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def headers() -> Iterator[dict[str, str]]:
    with spoken() as headers:
        yield headers


@pytest.fixture
def person() -> User:
    return make_user()


@pytest.fixture
def browser(person: User, headers: dict[str, str]) -> Client:
    client = client_of(person)
    client.defaults |= headers
    return client


@pytest.mark.shows("english-is-stored")
def test_a_channel_is_added_tried_and_removed(browser: Client, settings: Any):
    with hook() as receiver:
        settings.SLACK_ORIGINS, settings.SLACK_TIMEOUT = [receiver.origin], 1
        posted = {"kind": "slack", "name": "Mine", "address": receiver.url}
        refused = browser.post("/preferences/notifications/channels/", posted | {"kind": "fax"})
        browser.post("/preferences/notifications/channels/", posted)
        added = Channel.objects.get()
        browser.post("/preferences/notifications/tests/", {"channel": str(added.pk)})
        browser.post(f"/preferences/notifications/channels/{added.pk}/removal/")

    assert "⟦Choose one of the channels.⟧" in text_of(refused)
    added.refresh_from_db()
    assert added.removed_at
    assert stored_translations() == []


def test_the_table_of_events_is_in_the_readers_language(browser: Client):
    page = text_of(browser.get("/preferences/notifications/"))

    assert "⟦A deadline passed⟧" in page


def test_a_time_that_the_clocks_never_show_is_refused_in_the_readers_language(browser: Client):
    never = {"expires_at": "2027-03-28T02:30", "zone": "Europe/Berlin"}

    page = text_of(browser.post("/approvals/delegated/new/", never))

    assert (
        "⟦There is no 02:30 on 28 Mar 2027 in Europe/Berlin, for the clocks go forward by ⟦an hour⟧" in page
    )


def test_a_wrong_password_is_refused_in_the_readers_language(headers: dict[str, str]):
    page = Client().post("/sign-in/", {"username": "sales@example.com", "password": "no"}, **headers)

    assert "⟦The password is wrong" in text_of(page)
