"""Second factors by app and recovery code: added, asked for, removed, and counted. Passkeys are in tests/browser."""

from __future__ import annotations

import json
import re
import time
from datetime import timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from approvals import authority, factors, vault
from approvals.models import Notification
from approvals.notifications import deliver_due
from audit import clock
from audit.models import Event
from grants.models import User
from tests.approvals.views.browse import client_of, text_of
from tests.factories import PASSWORD, make_approval, make_user

pytestmark = pytest.mark.django_db

PAGE, APP, STEP = "/preferences/factors/", "/preferences/factors/app/", "/sign-in/factor/"
AGAIN = "/preferences/again/"

REGISTERED = {
    "id": "MTExMTExMTExMTExMTExMQ",
    "rawId": "MTExMTExMTExMTExMTExMQ",
    "type": "public-key",
    "response": {
        "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoiTURBd01EQXdNREF3TURBd01EQXdNREF3TURBd01EQXdNREF3TURBd01EQSIsIm9yaWdpbiI6Imh0dHA6Ly9sb2NhbGhvc3Q6ODAwMCIsImNyb3NzT3JpZ2luIjpmYWxzZX0",
        "attestationObject": "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YViUSZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2NFAAAAAAAAAAAAAAAAAAAAAAAAAAAAEDExMTExMTExMTExMTExMTGlAQIDJiABIVggQwHkpnUeUe4IDuqNN5uCiIjwiATsYWxXkNlLruAa6fQiWCDfrTDGaCV06JE8XqgoqtSK94qIlKWooqBUy2bVy3tAbQ",
    },
}
"""What a browser says of a new passkey, for localhost."""


def code_of(key: str, *, steps: int = 0) -> str:
    """What an app shows, by RFC 6238."""
    return format_hotp_value(hotp_value(key, int(time.time()) // 30 + steps))


def prove(client: Client, page: str = APP) -> HttpResponse:
    return client.post(AGAIN, {"password": PASSWORD, "next": page})


def add_app(client: Client) -> tuple[str, list[str]]:
    """Adds an app as a person does; its key, and the recovery codes shown."""
    prove(client)
    key = re.search(r"<code>([A-Z2-7 ]+)</code>", text_of(client.get(APP)))[1].replace(" ", "")
    answer = client.post(APP, {"code": code_of(key)})
    return key, re.findall(r"<code>(\d{8})</code>", text_of(answer))


def half_signed_in(person: User) -> Client:
    client = Client()
    answer = client.post(
        "/sign-in/", {"username": person.email, "password": PASSWORD, "next": "/preferences/"}
    )
    assert answer.headers["Location"] == STEP
    return client


def events(person: User) -> list[str]:
    return list(Event.objects.about("person", person.pk).order_by("seq").values_list("type", flat=True))


@pytest.mark.shows("a-known-password")
def test_signing_in_asks_for_a_code_where_there_is_an_app() -> None:
    person = make_user()
    key, _codes = add_app(client_of(person))
    client = half_signed_in(person)

    before = client.get("/approvals/").status_code
    answer = client.post(STEP, {"code": code_of(key, steps=1)})

    assert before == 302
    assert answer.headers["Location"] == "/preferences/"
    assert client.get("/approvals/").status_code == 200


def test_who_has_no_factor_signs_in_with_the_password_alone() -> None:
    answer = Client().post("/sign-in/", {"username": make_user().email, "password": PASSWORD})

    assert answer.headers["Location"] == "/approvals/"


def test_a_code_counts_once() -> None:
    person = make_user()
    key, _codes = add_app(client_of(person))
    code = code_of(key, steps=1)
    half_signed_in(person).post(STEP, {"code": code})

    again = half_signed_in(person).post(STEP, {"code": code})

    assert again.status_code == 422
    assert "That did not fit" in text_of(again)


def test_a_recovery_code_signs_in_once() -> None:
    person = make_user()
    _key, codes = add_app(client_of(person))

    first = half_signed_in(person).post(STEP, {"code": codes[0]})
    again = half_signed_in(person).post(STEP, {"code": codes[0]})

    assert (len(codes), first.status_code, again.status_code) == (10, 302, 422)
    assert factors.codes_left(person) == 9


@pytest.mark.shows("a-known-password")
def test_the_eleventh_wrong_code_is_not_looked_at() -> None:
    person = make_user()
    key, _codes = add_app(client_of(person))
    client = half_signed_in(person)

    statuses = [client.post(STEP, {"code": "no"}).status_code for _ in range(11)]
    right = client.post(STEP, {"code": code_of(key, steps=1)})

    assert statuses == [422] * 10 + [429]
    assert (right.status_code, right.headers["Retry-After"]) == (429, "300")


@pytest.mark.shows("a-fixed-session")
def test_being_half_signed_in_is_not_under_a_planted_key() -> None:
    person = make_user()
    add_app(client_of(person))
    planted = Client()
    before = planted.session
    before.save()

    planted.post("/sign-in/", {"username": person.email, "password": PASSWORD})

    assert not before.exists(before.session_key)


@pytest.mark.shows("redis-may-lose-everything")
def test_a_code_counts_without_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core.cache import caches
    from redis.exceptions import ConnectionError as Lost

    def lost(*_: object, **__: object) -> None:
        raise Lost("no answer")

    person = make_user()
    key, _codes = add_app(client_of(person))
    for name in ("add", "get", "set", "delete"):
        monkeypatch.setattr(caches["default"]._cache, name, lost)

    assert half_signed_in(person).post(STEP, {"code": code_of(key, steps=1)}).status_code == 302


@pytest.mark.shows("a-factor-slipped-in")
@pytest.mark.parametrize("path", ["app/", "passkey/"])
def test_a_factor_is_added_only_after_showing_who_one_is(path: str) -> None:
    client = client_of(make_user())

    answer = client.get(PAGE + path)

    assert answer.headers["Location"].startswith(f"{AGAIN}?next=")
    assert not Authenticator.objects.exists()


@pytest.mark.shows("a-factor-slipped-in")
@pytest.mark.parametrize("path", ["{pk}/removal/", "codes/"])
def test_a_factor_is_removed_or_renewed_only_after_showing_who_one_is(path: str) -> None:
    person = make_user()
    add_app(client_of(person))
    before, client = list(Authenticator.objects.values()), client_of(person)

    answer = client.post(PAGE + path.format(pk=factors.of(person).get().pk))

    assert answer.headers["Location"].startswith(AGAIN)
    assert list(Authenticator.objects.values()) == before


def test_what_was_posted_goes_on_after_showing_who_one_is() -> None:
    person = make_user()
    add_app(client_of(person))
    client, path = client_of(person), f"{PAGE}{factors.of(person).get().pk}/removal/"
    client.post(path)

    answer = prove(client, path)

    assert answer.headers["Location"] == PAGE
    assert not Authenticator.objects.exists()


def test_a_factor_shows_who_one_is_as_well() -> None:
    person = make_user()
    key, _codes = add_app(client_of(person))
    client = client_of(person)

    page = text_of(client.get(f"{AGAIN}?next={PAGE}passkey/"))
    answer = client.post(f"{AGAIN}code/", {"code": code_of(key, steps=1), "next": f"{PAGE}passkey/"})

    assert "Use a code" in page
    assert answer.headers["Location"] == f"{PAGE}passkey/"
    assert "Add a passkey" in text_of(client.get(f"{PAGE}passkey/"))


@pytest.mark.shows("guessed-passwords")
def test_the_eleventh_wrong_password_before_a_change_is_not_looked_at() -> None:
    client = client_of(make_user())

    looked = {client.get(AGAIN).status_code for _ in range(12)}
    statuses = [client.post(AGAIN, {"password": f"no{n}", "next": APP}).status_code for n in range(11)]

    assert looked == {200}
    assert statuses == [422] * 10 + [429]
    assert prove(client).status_code == 429


def test_a_wrong_first_code_adds_nothing() -> None:
    client = client_of(make_user())
    prove(client)
    client.get(APP)

    answer = client.post(APP, {"code": "000 000x"})

    assert answer.status_code == 422
    assert "That did not fit" in text_of(answer)
    assert not Authenticator.objects.exists()


@pytest.mark.shows("new-credentials-wait")
def test_a_first_factor_is_told_and_on_record_and_holds_nothing_up() -> None:
    person, approval = make_user(), make_approval(risk="critical")

    add_app(client_of(person))

    person.refresh_from_db()
    assert authority.may_decide(person, approval, at=clock.now()).allowed
    assert events(person) == ["person.factor_added"]
    assert [row.recipient for row in Notification.objects.filter(kind="credentials")] == [person.email]


@pytest.mark.shows("new-credentials-wait")
@pytest.mark.parametrize("change", ["removed", "renewed"])
def test_each_later_change_holds_what_could_do_harm_for_a_day(change: str) -> None:
    person, approval = make_user(), make_approval(risk="critical")
    client = client_of(person)
    add_app(client)

    client.post(f"{PAGE}{factors.of(person).get().pk}/removal/" if change == "removed" else f"{PAGE}codes/")

    person.refresh_from_db()
    allowed = [
        authority.may_decide(person, approval, at=clock.now() + wait).allowed
        for wait in (timedelta(), timedelta(hours=24))
    ]
    assert allowed == [False, True]
    assert len(events(person)) == Notification.objects.filter(kind="credentials").count() == 2


def test_the_mail_about_a_first_factor_says_no_wait(mailoutbox: list) -> None:
    person = make_user()
    client = client_of(person)
    add_app(client)
    deliver_due()
    client.post(f"{PAGE}{factors.of(person).get().pk}/removal/")
    deliver_due()

    first, later = (str(mail.body) for mail in mailoutbox)

    assert "asks for a second factor from now on" in first
    assert "For a day" not in first
    assert "For a day" in later


def test_with_the_last_factor_its_recovery_codes_go() -> None:
    person = make_user()
    client = client_of(person)
    add_app(client)

    client.post(f"{PAGE}{factors.of(person).get().pk}/removal/")

    assert not Authenticator.objects.exists()
    assert Client().post("/sign-in/", {"username": person.email, "password": PASSWORD}).status_code == 302


def test_new_recovery_codes_end_the_old_ones() -> None:
    person = make_user()
    client = client_of(person)
    _key, old = add_app(client)

    new = re.findall(r"<code>(\d{8})</code>", text_of(client.post(f"{PAGE}codes/")))

    assert len(set(new) - set(old)) == 10
    assert half_signed_in(person).post(STEP, {"code": old[0]}).status_code == 422
    assert half_signed_in(person).post(STEP, {"code": new[0]}).status_code == 302


@pytest.mark.shows("credentials-belong-to-people")
def test_recovery_codes_are_shown_once_and_stored_sealed() -> None:
    person = make_user()
    client = client_of(person)
    key, codes = add_app(client)

    stored = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    pages = "".join(text_of(client.get(path, follow=True)) for path in (PAGE, f"{PAGE}codes/", APP))

    assert not any(secret in stored + pages for secret in (key, *codes))
    assert vault.unseal(factors.of(person).get().data["secret"].encode()) == key


@pytest.mark.shows("a-taken-account")
def test_nobody_sees_or_removes_another_persons_factor() -> None:
    theirs = make_user("other@example.com")
    add_app(client_of(theirs))
    admin = client_of(make_user("admin@example.com", is_staff=True, is_superuser=True))
    prove(admin)
    factor = factors.of(theirs).get()

    answer = admin.post(f"{PAGE}{factor.pk}/removal/")
    pages = [
        admin.get(f"/admin/{path}").status_code for path in ("mfa/", "mfa/authenticator/", "usersessions/")
    ]

    assert (answer.status_code, pages) == (404, [404, 404, 404])
    assert "Authenticator app" not in text_of(admin.get(PAGE))
    assert factors.of(theirs).exists()


@pytest.mark.parametrize(
    "credential",
    ["", "{", "[]", "null", "{}", "[" * 9000, "x" * 30_000, '{"id": 1, "response": {"userHandle": 7}}'],
)
@pytest.mark.parametrize("path", ["/sign-in/passkey/", f"{PAGE}passkey/", f"{AGAIN}passkey/", STEP])
def test_what_no_passkey_says_is_answered_with_a_sentence(path: str, credential: str) -> None:
    person = make_user()
    Authenticator.objects.create(user=person, type="webauthn", data={"name": "Key", "credential": REGISTERED})
    client = (
        Client()
        if path.startswith("/sign-in/p")
        else half_signed_in(person)
        if path == STEP
        else client_of(person)
    )
    if path.startswith("/preferences"):
        prove(client)
    client.get(path, headers={"Accept": "application/json"})

    answer = client.post(path, {"credential": credential, "name": "Key"})

    assert answer.status_code == 422


@pytest.mark.shows("a-known-password")
def test_the_administration_may_ask_for_a_second_factor(settings) -> None:
    settings.ADMIN_SECOND_FACTOR = True
    person = make_user(is_staff=True)
    client = client_of(person)

    without = client.get("/admin/", follow=True)
    add_app(client)
    with_one = client.get("/admin/")
    elsewhere = client_of(person).get("/admin/", follow=True)

    assert without.request["PATH_INFO"] == PAGE
    assert "The administration asks for a second factor" in text_of(without)
    assert with_one.status_code == 200
    assert elsewhere.request["PATH_INFO"] == f"{AGAIN}code/"


def test_the_administration_is_open_after_a_sign_in_with_a_code(settings) -> None:
    settings.ADMIN_SECOND_FACTOR = True
    person = make_user(is_staff=True)
    key, _codes = add_app(client_of(person))
    client = half_signed_in(person)

    client.post(STEP, {"code": code_of(key, steps=1)})

    assert client.get("/admin/").status_code == 200


def test_the_administration_asks_for_none_by_default() -> None:
    assert client_of(make_user(is_staff=True)).get("/admin/").status_code == 200


def test_who_asks_where_passkeys_do_not_work_is_told_where_they_do() -> None:
    client = client_of(make_user())

    here = text_of(client.get(PAGE, headers={"Host": "127.0.0.1"}))
    there = text_of(client.get(PAGE, headers={"Host": "localhost:8000"}))

    assert "bound to the name <strong>localhost</strong>" in here
    assert reverse("factor-passkey") in there


@pytest.mark.shows("secrets-at-rest")
def test_factors_are_sealed_anew_with_the_other_secrets(settings) -> None:
    from cryptography.fernet import Fernet
    from django.core.management import call_command

    person = make_user()
    _key, codes = add_app(client_of(person))
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.ENCRYPTION_KEYS]

    call_command("rotate_secrets")

    settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS[:1]
    assert half_signed_in(person).post(STEP, {"code": codes[0]}).status_code == 302


@pytest.mark.shows("credentials-belong-to-people")
def test_the_operator_lets_somebody_in_again_who_lost_everything_on_record() -> None:
    from django.core.management import CommandError, call_command

    person = make_user()
    add_app(client_of(person))

    call_command("remove_factors", person.email, stdout=StringIO())

    person.refresh_from_db()
    assert not Authenticator.objects.exists()
    assert person.is_unsettled(clock.now())
    assert events(person) == ["person.factor_added", "person.factor_removed"]
    with pytest.raises(CommandError, match="has no second factor"):
        call_command("remove_factors", person.email)
    with pytest.raises(CommandError, match="Nobody signs in"):
        call_command("remove_factors", "nobody@example.com")
