"""Choosing, forgetting and changing a password, and guessing one."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from approvals import credentials
from approvals.models import Notification, Vote
from approvals.notifications import deliver_due
from audit.message import SYSTEM
from grants.models import User
from tests.approvals.views.browse import client_of, form_in, text_of, url
from tests.factories import PASSWORD, make_approval, make_user

pytestmark = pytest.mark.django_db

SIGN_IN, FORGOTTEN, CHANGE = "/sign-in/", "/password/", "/preferences/password/"
NEW_PASSWORD = "a quite different staple"
CHOSEN = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}


def link_in_mail() -> str:
    """The path behind the link of the newest mail."""
    deliver_due()
    found = re.search(r"https?://[^/\s]+(/password/\S+)", str(mail.outbox[-1].body))
    assert found, mail.outbox[-1].body
    return found[1]


def choose(client: Client, link: str, **fields: str) -> int:
    page = client.get(link, follow=True)
    return client.post(page.request["PATH_INFO"], {**CHOSEN, **fields}).status_code


def signs_in(email: str, password: str) -> bool:
    return Client().post(SIGN_IN, {"username": email, "password": password}).status_code == 302


def test_an_invitation_leads_to_an_account() -> None:
    credentials.invite(User(email="dana@example.com", name="Dana"), by=SYSTEM)

    status = choose(Client(), link_in_mail())

    assert status == 302
    assert signs_in("dana@example.com", NEW_PASSWORD)


@pytest.mark.shows("credentials-belong-to-people")
def test_no_row_holds_a_link() -> None:
    credentials.invite(User(email="dana@example.com", name="Dana"), by=SYSTEM)
    token = link_in_mail().rstrip("/").rpartition("/")[2].partition("-")[2]

    assert token
    assert not any(token in str(vars(row)) for row in Notification.objects.all())


def test_a_link_counts_once() -> None:
    person = make_user()
    Client().post(FORGOTTEN, {"email": person.email})
    link = link_in_mail()
    choose(Client(), link)

    again = Client().get(link, follow=True)

    assert "This link counts no longer" in text_of(again)
    assert signs_in(person.email, NEW_PASSWORD)


def test_a_link_is_worth_nothing_once_the_account_is_suspended() -> None:
    person = make_user()
    Client().post(FORGOTTEN, {"email": person.email})
    link = link_in_mail()
    User.objects.filter(pk=person.pk).update(is_active=False)

    page = Client().get(link, follow=True)

    assert "This link counts no longer" in text_of(page)


@pytest.mark.shows("guessing-what-exists")
def test_asking_for_a_link_reads_alike_whoever_exists() -> None:
    make_user()
    make_user("gone@example.com", is_active=False)

    answers = {
        (response.status_code, response.headers.get("Location"))
        for response in (
            Client().post(FORGOTTEN, {"email": email})
            for email in ("sales@example.com", "gone@example.com", "nobody@example.com")
        )
    }

    assert answers == {(302, reverse("account_reset_password_done"))}
    assert list(Notification.objects.values_list("recipient", flat=True)) == ["sales@example.com"]


def test_a_person_changes_their_own_password_with_the_old_one() -> None:
    person = make_user()
    client, elsewhere = client_of(person), client_of(person)

    answer = client.post(CHANGE, {"oldpassword": PASSWORD, **CHOSEN}, follow=True)

    person.refresh_from_db()
    assert person.check_password(NEW_PASSWORD)
    assert "Password changed" in text_of(answer)
    assert client.get("/approvals/").status_code == 200
    assert elsewhere.get("/approvals/").status_code == 302


def test_a_password_is_not_changed_without_the_old_one() -> None:
    person = make_user()

    answer = client_of(person).post(CHANGE, {"oldpassword": "no", **CHOSEN})

    person.refresh_from_db()
    assert answer.status_code == 422
    assert "This is not your password" in text_of(answer)
    assert person.check_password(PASSWORD)


@pytest.mark.parametrize("password", [" " * 8, "aaaaaaaaaaaa", "short", "password", "        x"])
def test_what_is_no_password_is_refused(password: str) -> None:
    person = make_user()

    answer = client_of(person).post(
        CHANGE, {"oldpassword": PASSWORD, "password1": password, "password2": password}
    )

    assert answer.status_code == 422
    assert person.check_password(PASSWORD)


@pytest.mark.shows("guessed-passwords")
def test_the_eleventh_wrong_password_for_an_address_is_not_looked_at() -> None:
    person = make_user()

    statuses = [
        Client().post(SIGN_IN, {"username": person.email, "password": f"no{number}"}).status_code
        for number in range(11)
    ]
    right = Client().post(SIGN_IN, {"username": person.email, "password": PASSWORD})

    assert statuses == [422] * 10 + [429]
    assert (right.status_code, right.headers["Retry-After"]) == (429, "300")


@pytest.mark.shows("guessed-passwords")
def test_the_hundred_and_first_wrong_password_from_one_place_is_not_looked_at() -> None:
    client = Client()

    statuses = [
        client.post(SIGN_IN, {"username": f"person{number}@example.com", "password": "no"}).status_code
        for number in range(101)
    ]

    assert (set(statuses[:100]), statuses[100]) == ({422}, 429)


@pytest.mark.shows("guessed-passwords")
def test_the_eleventh_wrong_password_of_a_decision_is_not_looked_at() -> None:
    approval, client = make_approval(risk="critical"), client_of(make_user())
    client.post(url("review", approval), form_in(client.get(url("request", approval)), "review-form"))
    form = form_in(client.get(url("review", approval)), "decision-form", press="approve") | {
        "comment": "Kept"
    }

    statuses = [
        client.post(url("decision", approval), form | {"password": f"no{number}"}).status_code
        for number in range(11)
    ]
    right = client.post(url("decision", approval), form | {"password": PASSWORD})

    assert statuses == [422] * 10 + [429]
    assert right.status_code == 429
    assert "Kept" in text_of(right)
    assert not Vote.objects.exists()


def test_right_passwords_are_not_counted() -> None:
    person = make_user()

    assert all(signs_in(person.email, PASSWORD) for _ in range(12))


@pytest.mark.shows("redis-may-lose-everything")
def test_people_get_in_without_redis(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core.cache import caches
    from redis.exceptions import ConnectionError as Lost

    def lost(*_: object, **__: object) -> None:
        raise Lost("no answer")

    for name in ("add", "get", "set", "delete"):
        monkeypatch.setattr(caches["default"]._cache, name, lost)

    assert signs_in(make_user().email, PASSWORD)


def test_a_link_is_old_after_three_days(settings) -> None:
    assert timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT) == timedelta(days=3)
