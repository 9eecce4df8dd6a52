"""The page of notification preferences: the table, own channels, and the test with its question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from approvals import trying
from approvals.models import Channel, ChannelTest
from approvals.notifications import preferences
from approvals.notifications.preferences import EVENTS
from audit import clock
from audit.models import Event
from grants.models import User
from tests.factories import make_user
from tests.receivers import Hook, hook, postbox

pytestmark = pytest.mark.django_db

PAGE = "/preferences/notifications/"


@pytest.fixture
def person() -> User:
    return make_user("sales@example.com")


@pytest.fixture
def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def receiver(settings: Any) -> Iterator[Hook]:
    with hook() as state:
        settings.SLACK_ORIGINS, settings.SLACK_TIMEOUT = [state.origin], 1
        yield state


@pytest.fixture
def channel(person: User, receiver: Hook) -> Channel:
    return preferences.add_own(person, kind="slack", name="My Slack", address=receiver.url)


def test_a_stranger_signs_in_first() -> None:
    assert Client().get(PAGE).url == f"/sign-in/?next={PAGE}"  # type: ignore[attr-defined]


def test_every_event_has_a_box_for_every_channel(browser: Client, channel: Channel) -> None:
    page = browser.get(PAGE).content.decode()

    boxes = re.findall(r'type="checkbox"\s+name="on"\s+value="([^"]+)"', page)
    assert set(boxes) == {f"{event}:{key}" for event in EVENTS for key in ("email", str(channel.pk))}
    assert "verysecretpath" not in page


def test_what_is_ticked_is_stored(browser: Client, person: User) -> None:
    wanted = ["breached:email", "escalated:email", "requested:email", "nonsense", "requested:nonsense"]

    response = browser.post(PAGE, {"on": wanted})

    assert response.status_code == 303
    assert preferences.chosen(person) == {(e, None) for e in ("breached", "escalated", "requested")}


def test_the_last_channel_for_a_breach_is_refused_with_a_sentence(browser: Client, person: User) -> None:
    response = browser.post(PAGE, {"on": ["requested:email"]})

    assert response.status_code == 422
    assert "leave at least one channel on for “A deadline passed”" in response.content.decode()
    assert ("breached", None) in preferences.chosen(person)


def test_a_channel_is_added_and_its_address_never_shown_again(browser: Client, receiver: Hook) -> None:
    typed = {"kind": "slack", "name": "My Slack", "address": receiver.url}

    response = browser.post(reverse("notification-channels"), typed, follow=True)

    assert Channel.objects.get().address == receiver.url
    assert "My Slack was added" in response.content.decode()
    assert receiver.url not in response.content.decode()


def test_an_address_that_is_none_of_slacks_is_refused_beside_its_field(browser: Client) -> None:
    typed = {"kind": "slack", "name": "Mine", "address": "https://evil.example/verysecretpath"}

    response = browser.post(reverse("notification-channels"), typed)

    assert response.status_code == 422
    assert 'id="address-error"' in response.content.decode()
    assert "verysecretpath" not in response.content.decode()


def tried(browser: Client, channel: str) -> Any:
    """The page of a test that a worker has tried."""
    sent = browser.post(reverse("notification-tests"), {"channel": channel})
    trying.send_due()
    return browser.get(sent.url)  # type: ignore[attr-defined]


def test_the_page_sends_nothing_itself_and_asks_how_far_it_came(
    browser: Client, channel: Channel, receiver: Hook
) -> None:
    page = browser.post(reverse("notification-tests"), {"channel": str(channel.pk)}, follow=True)
    waiting = page.content.decode()
    url = page.redirect_chain[-1][0]
    sent_at_once = [*receiver.bodies]
    trying.send_due()
    fragment = browser.get(url, headers={"hx-request": "true"}).content.decode()

    assert (sent_at_once, "It is on its way." in waiting) == ([], True)
    assert f'hx-get="{url}" hx-trigger="every 2s"' in waiting
    assert "Did it arrive?" not in waiting
    assert "Slack took" in fragment
    assert "<html" not in fragment
    assert "hx-trigger" not in fragment


def test_the_page_of_a_test_that_stays_waiting_asks_no_longer_by_itself(
    browser: Client, channel: Channel
) -> None:
    sent = browser.post(reverse("notification-tests"), {"channel": str(channel.pk)})
    older = {trying.LIFE: "Nothing sent it within an hour", timedelta(minutes=3): "It is on its way."}

    for age, words in older.items():
        ChannelTest.objects.update(created_at=clock.now() - age)
        page = browser.get(sent.url).content.decode()  # type: ignore[attr-defined]

        assert words in page
        assert "every 2s" not in page


def test_a_test_that_is_on_its_way_is_not_answered(browser: Client, channel: Channel) -> None:
    sent = browser.post(reverse("notification-tests"), {"channel": str(channel.pk)})

    browser.post(f"{sent.url}arrival/", {"arrived": "no"})  # type: ignore[attr-defined]

    assert ChannelTest.objects.get().arrived is None


def test_a_test_shows_its_stages_and_keeps_the_answer_with_its_time(
    browser: Client, channel: Channel, receiver: Hook
) -> None:
    sent = browser.post(reverse("notification-tests"), {"channel": str(channel.pk)})
    trying.send_due()
    page = browser.get(sent.url).content.decode()  # type: ignore[attr-defined]
    answered = browser.post(f"{sent.url}arrival/", {"arrived": "yes"}, follow=True)  # type: ignore[attr-defined]

    assert page.index("is one of Slack") < page.index("127.0.0.1 answered") < page.index("Slack took")
    assert "Did it arrive?" in page
    test = ChannelTest.objects.get()
    assert test.arrived is True
    assert test.answered_at is not None
    assert "You said that it arrived" in answered.content.decode()
    assert "nothing waits" in str(receiver.bodies).lower()
    types = [event.type for event in Event.objects.about("channel", channel.pk)]
    assert types == ["channel.added", "channel.tested", "channel.answered"]


def test_a_test_that_fails_says_where_it_stopped(browser: Client, channel: Channel, receiver: Hook) -> None:
    receiver.answers, receiver.says = 410, b"channel_is_archived"

    page = tried(browser, str(channel.pk))

    assert "Slack answered 410: channel_is_archived" in page.content.decode()
    assert "Did it arrive?" not in page.content.decode()


def test_a_test_goes_by_mail_through_a_real_mail_server(browser: Client, settings: Any) -> None:
    with postbox() as box:
        for name, value in box.settings.items():
            setattr(settings, name, value)
        page = tried(browser, "email")

    (message,) = box.to("sales@example.com")
    assert message["Subject"] == "Test from Countersign"
    assert "The mail server took it." in page.content.decode()


def test_a_silent_mail_server_fails_the_test_and_not_the_page(browser: Client, settings: Any) -> None:
    settings.EMAIL_BACKEND = "patience.mail.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    page = tried(browser, "email")

    assert page.status_code == 200
    assert "ConnectionRefusedError" in page.content.decode()


def test_an_answer_stays_what_it_was(browser: Client, channel: Channel) -> None:
    sent = browser.post(reverse("notification-tests"), {"channel": str(channel.pk)})
    trying.send_due()

    for answer in ("no", "yes", "perhaps"):
        browser.post(f"{sent.url}arrival/", {"arrived": answer})  # type: ignore[attr-defined]

    assert ChannelTest.objects.get().arrived is False


@pytest.mark.shows("links-decide-nothing")
def test_the_link_of_a_test_answers_nothing_by_itself(browser: Client, channel: Channel) -> None:
    sent = browser.post(reverse("notification-tests"), {"channel": str(channel.pk)})

    browser.get(sent.url)  # type: ignore[attr-defined]
    scanner = browser.get(f"{sent.url}arrival/?arrived=yes")  # type: ignore[attr-defined]

    assert scanner.url == sent.url  # type: ignore[attr-defined]
    assert ChannelTest.objects.get().arrived is None


@pytest.mark.shows("guessing-what-exists")
def test_anothers_channel_and_test_are_not_found(channel: Channel, browser: Client) -> None:
    sent = browser.post(reverse("notification-tests"), {"channel": str(channel.pk)})
    stranger = Client()
    stranger.force_login(make_user("other@example.com"))

    assert stranger.get(sent.url).status_code == 404  # type: ignore[attr-defined]
    assert stranger.post(f"{sent.url}arrival/", {"arrived": "yes"}).status_code == 404  # type: ignore[attr-defined]
    assert stranger.post(reverse("notification-tests"), {"channel": str(channel.pk)}).status_code == 404
    assert stranger.post(reverse("notification-removal", args=[channel.pk])).status_code == 404
    assert stranger.post(reverse("notification-tests"), {"channel": "x"}).status_code == 404
    assert Channel.objects.in_use().count() == 1


def test_a_removed_channel_is_off_the_page(browser: Client, channel: Channel) -> None:
    page = browser.post(reverse("notification-removal", args=[channel.pk]), follow=True)

    assert "The channel was removed." in page.content.decode()
    assert "My Slack" not in page.content.decode()


@pytest.mark.shows("invisible-characters")
def test_a_channels_name_hides_nothing(browser: Client, person: User, channel: Channel) -> None:
    Channel.objects.filter(pk=channel.pk).update(name="Fi\u202enance")
    page = browser.get(PAGE).content.decode()
    test = tried(browser, str(channel.pk)).content.decode()
    removed = browser.post(reverse("notification-removal", args=[channel.pk]), follow=True).content.decode()

    assert "\u202e" not in page + test + removed
    assert page.count(">U+202E</span>") == 4 + len(EVENTS)
    assert "Test message to Fi<span" in test
