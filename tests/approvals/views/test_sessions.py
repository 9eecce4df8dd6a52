"""How long a session lasts, and how a person ends their own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from approvals.views.account import limits
from approvals.views.account.devices import device_of
from grants.models import User
from tests.approvals.views.browse import client_of, text_of
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

PAGE = "/preferences/sessions/"
HOUR, DAY = 3600, 86_400
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def signed_in(person: User, **options: str) -> Client:
    client = Client(**options)
    assert client.post("/sign-in/", {"username": person.email, "password": PASSWORD}).status_code == 302
    return client


def aged(client: Client, **seconds: float) -> Client:
    """The session as it stands when that many seconds have passed since then."""
    session = client.session
    for key, passed in seconds.items():
        session[key] -= passed
    session.save()
    return client


def is_in(client: Client) -> bool:
    return client.get("/approvals/").status_code == 200


@pytest.mark.shows("an-unattended-session")
@pytest.mark.parametrize(("hours", "lasts"), [(11.9, True), (12, False)])
def test_a_session_ends_after_twelve_hours_without_use(hours: float, lasts: bool) -> None:
    client = aged(signed_in(make_user()), seen_at=hours * HOUR)

    assert is_in(client) == lasts


@pytest.mark.shows("an-unattended-session")
@pytest.mark.parametrize(("days", "lasts"), [(6.9, True), (7, False)])
def test_a_session_ends_after_seven_days_however_much_it_is_used(days: float, lasts: bool) -> None:
    client = aged(signed_in(make_user()), signed_in_at=days * DAY)

    assert is_in(client) == lasts


def test_an_ended_session_is_gone_from_the_database() -> None:
    client = aged(signed_in(make_user()), seen_at=13 * HOUR)

    client.get("/approvals/")

    assert not Session.objects.exists()


def test_use_puts_the_end_off() -> None:
    client = aged(signed_in(make_user()), seen_at=11 * HOUR)

    client.get("/approvals/")
    aged(client, seen_at=11 * HOUR)

    assert is_in(client)


@pytest.mark.shows("an-unattended-session")
def test_what_an_open_page_asks_by_itself_is_no_use() -> None:
    client = aged(signed_in(make_user()), seen_at=11 * HOUR)
    before = client.session[limits.SEEN]

    assert client.get("/live/inbox/").status_code == 200

    assert client.session[limits.SEEN] == before


def test_a_session_from_before_there_were_limits_begins_when_it_is_used() -> None:
    client = client_of(make_user())
    session = client.session
    del session[limits.SEEN], session[limits.SIGNED_IN]
    session.save()

    assert is_in(client)
    assert {limits.SEEN, limits.SIGNED_IN} <= set(client.session.keys())
    assert UserSession.objects.count() == 1


def test_use_is_written_down_once_in_ten_minutes(django_assert_num_queries) -> None:
    client = signed_in(make_user())
    with django_assert_num_queries(3):
        client.get("/preferences/")
    row, earlier = UserSession.objects.get(), aged(client, seen_at=601).session[limits.SEEN]
    UserSession.objects.update(last_seen_at=row.created_at - timedelta(minutes=11))

    client.get("/preferences/")

    assert client.session[limits.SEEN] > earlier + 600
    assert UserSession.objects.get().last_seen_at >= row.created_at


def test_the_page_says_where_one_is_signed_in() -> None:
    person = make_user()
    client = signed_in(person, HTTP_USER_AGENT=FIREFOX)
    signed_in(person, HTTP_USER_AGENT="curl/8", REMOTE_ADDR="203.0.113.7")

    page = text_of(client.get(PAGE))

    assert page.index("Firefox, Linux") < page.index("this session") < page.index("Another browser")
    assert "From 203.0.113.7" in page


def test_a_person_ends_a_session_of_theirs() -> None:
    person = make_user()
    here, there = signed_in(person), signed_in(person)
    row = UserSession.objects.get(session_key=there.session.session_key)

    answer = here.post(f"{PAGE}{row.pk}/ending/", follow=True)

    assert "The session was ended." in text_of(answer)
    assert (is_in(here), is_in(there)) == (True, False)


def test_a_person_ends_all_sessions_but_this_one() -> None:
    person = make_user()
    here, *elsewhere = [signed_in(person) for _ in range(3)]
    stranger = signed_in(make_user("other@example.com"))

    here.post(f"{PAGE}others/ending/")

    assert [is_in(client) for client in (here, *elsewhere, stranger)] == [True, False, False, True]


def test_ending_this_session_signs_out() -> None:
    client = signed_in(make_user())

    answer = client.post(f"{PAGE}{UserSession.objects.get().pk}/ending/")

    assert answer.headers["Location"] == "/sign-in/"
    assert not is_in(client)


def test_nobody_ends_or_sees_another_persons_session() -> None:
    theirs = signed_in(make_user("other@example.com"), REMOTE_ADDR="203.0.113.7")
    row, client = UserSession.objects.get(), signed_in(make_user(is_staff=True))

    answers = [client.post(f"{PAGE}{pk}/ending/").status_code for pk in (row.pk, 2**70)]

    assert answers == [404, 404]
    assert "203.0.113.7" not in text_of(client.get(PAGE))
    assert is_in(theirs)


def test_a_session_that_idled_away_is_not_listed() -> None:
    person = make_user()
    client = signed_in(person)
    signed_in(person, REMOTE_ADDR="203.0.113.7")
    UserSession.objects.filter(ip="203.0.113.7").update(
        last_seen_at=UserSession.objects.first().created_at - timedelta(hours=12)
    )

    assert "203.0.113.7" not in text_of(client.get(PAGE))


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (FIREFOX, "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari, iPhone",
        ),
        ("", "Another browser"),
    ],
)
def test_a_device_is_said_in_words(user_agent: str, device: str) -> None:
    assert device_of(user_agent) == device
