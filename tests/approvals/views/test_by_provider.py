"""Signing in by OpenID Connect, against a real provider over real HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client, RequestFactory

from approvals import authority, identities
from approvals.models import Notification
from approvals.views.account import again_provider
from audit import clock
from audit.models import Event
from grants import membership
from grants.models import ApproverMembership, User
from grants.providers import Governed
from tests import openid
from tests.approvals.views.test_factors import code_of
from tests.factories import make_approval, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server() -> Iterator[openid.Server]:
    with openid.running() as server:
        yield server


@pytest.fixture(autouse=True)
def _acme(server: openid.Server, settings: Any) -> None:
    settings.OIDC_PROVIDERS = {"acme": server.provider()}


def is_in(client: Client) -> bool:
    return client.get("/preferences/").status_code == 200


def events(person: User) -> list[str]:
    return list(Event.objects.about("person", person.pk).order_by("seq").values_list("type", flat=True))


def test_the_sign_in_page_has_a_button_for_each_provider() -> None:
    assert "Sign in with Acme" in Client().get("/sign-in/").content.decode()


def test_a_person_comes_in_by_a_verified_address(server: openid.Server) -> None:
    person, client = make_user("ada@example.com"), Client()
    server.knows("ada")

    answer = openid.sign_in(client, server, "ada", next="/preferences/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/preferences/")
    assert is_in(client)
    assert SocialAccount.objects.get(user=person).extra_data == {"iss": server.url}


@pytest.mark.shows("an-identity-is-joined-once", "new-credentials-wait")
def test_a_joined_identity_is_on_record_and_told_and_waits(server: openid.Server) -> None:
    person = make_user("ada@example.com")
    server.knows("ada")

    openid.sign_in(Client(), server, "ada")

    person.refresh_from_db()
    assert events(person) == ["person.identity_joined"]
    assert list(Notification.objects.values_list("kind", flat=True)) == ["credentials"]
    assert person.is_unsettled(clock.now())


@pytest.mark.shows("an-identity-is-joined-once")
def test_the_subject_counts_after_the_address_changed_there(server: openid.Server) -> None:
    make_user("ada@example.com")
    server.knows("ada")
    openid.sign_in(Client(), server, "ada")
    server.knows("ada", email="other@example.com", email_verified=False)

    client = Client()
    openid.sign_in(client, server, "ada")

    assert client.get("/preferences/").context["user"].email == "ada@example.com"


@pytest.mark.shows("an-identity-is-joined-once")
def test_another_subject_with_a_reused_address_stays_outside(server: openid.Server) -> None:
    make_user("ada@example.com")
    server.knows("ada")
    openid.sign_in(Client(), server, "ada")
    server.knows("successor", email="ada@example.com")

    answer = openid.sign_in(Client(), server, "successor")

    assert answer.status_code == 403
    assert SocialAccount.objects.count() == 1


@pytest.mark.shows("an-identity-is-joined-once")
@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": "ada@elsewhere.example"},
        {"email": "nobody@example.com"},
    ],
)
def test_unverified_foreign_and_unknown_addresses_stay_outside(
    server: openid.Server, claims: dict[str, object]
) -> None:
    make_user("ada@example.com")
    make_user("ada@elsewhere.example")
    server.knows("stranger", **{"email": "ada@example.com", **claims})
    client = Client()

    answer = openid.sign_in(client, server, "stranger")

    assert (answer.status_code, is_in(client), SocialAccount.objects.count()) == (403, False, 0)


def test_a_suspended_account_stays_outside(server: openid.Server) -> None:
    make_user("ada@example.com", is_active=False)
    server.knows("ada")

    assert openid.sign_in(Client(), server, "ada").status_code == 403


def test_a_provider_creates_people_only_where_it_may(server: openid.Server, settings: Any) -> None:
    settings.OIDC_PROVIDERS = {"acme": server.provider(creates_people=True)}
    server.knows("new", name="Nora New")
    client = Client()

    openid.sign_in(client, server, "new")

    person = User.objects.get(email="new@example.com")
    assert (is_in(client), person.name, person.has_usable_password()) == (True, "Nora New", False)
    assert events(person) == ["person.added", "person.confirmed", "person.identity_joined"]


def test_an_invited_person_is_proven_by_the_provider(server: openid.Server) -> None:
    person = make_user("ada@example.com", is_active=False, proven_at=None)
    server.knows("ada")

    openid.sign_in(Client(), server, "ada")

    person.refresh_from_db()
    assert (person.is_active, person.is_unsettled(clock.now())) == (True, False)


@pytest.mark.shows("a-forged-sign-in")
def test_the_way_there_is_bound_by_state_nonce_and_pkce() -> None:
    terms = parse_qs(urlsplit(openid.way_there(Client())).query)

    assert terms["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(terms)


@pytest.mark.shows("a-forged-sign-in")
def test_an_answer_to_another_session_is_refused(server: openid.Server) -> None:
    make_user("ada@example.com")
    server.knows("ada")
    location = server.signs_in(openid.way_there(Client()), "ada")

    assert openid.back(Client(), location).status_code == 403


@pytest.mark.shows("a-forged-sign-in")
def test_an_answer_counts_once(server: openid.Server) -> None:
    make_user("ada@example.com")
    server.knows("ada")
    client = Client()
    location = server.signs_in(openid.way_there(client), "ada")
    openid.back(client, location)

    assert openid.back(client, location).status_code == 403


@pytest.mark.shows("a-forged-sign-in")
def test_a_token_with_another_nonce_is_refused(server: openid.Server) -> None:
    make_user("ada@example.com")
    server.knows("ada")
    client = Client()
    way = openid.way_there(client)
    nonce = parse_qs(urlsplit(way).query)["nonce"][0]

    answer = openid.back(client, server.signs_in(way.replace(nonce, "another"), "ada"))

    assert (answer.status_code, is_in(client)) == (403, False)


@pytest.mark.shows("a-forged-sign-in")
def test_a_token_for_another_client_is_refused(server: openid.Server, settings: Any) -> None:
    make_user("ada@example.com")
    server.knows("ada")
    client = Client()
    location = server.signs_in(openid.way_there(client), "ada")
    settings.OIDC_PROVIDERS = {"acme": server.provider(client_id="another")}

    assert openid.back(client, location).status_code == 403


def test_what_the_person_stops_at_the_provider_is_said(server: openid.Server) -> None:
    client = Client()
    state = parse_qs(urlsplit(openid.way_there(client)).query)["state"][0]

    answer = client.get("/sign-in/with/acme/callback/", {"error": "access_denied", "state": state})

    assert (answer.status_code, "did not let you in" in answer.content.decode()) == (403, True)


def test_a_provider_that_does_not_answer_is_said(settings: Any) -> None:
    settings.OIDC_PROVIDERS = {"acme": openid.Server("http://localhost:9").provider()}

    assert Client().post("/sign-in/with/acme/").status_code == 403


@pytest.mark.shows("groups-govern")
def test_groups_make_approvers_and_auditors_and_take_it_away(server: openid.Server) -> None:
    person = make_user("ada@example.com")
    server.knows("ada", groups=["reviewers", "audit"])
    openid.sign_in(Client(), server, "ada")
    person.refresh_from_db()
    joined = (ApproverMembership.objects.filter(user=person, left_at=None).exists(), person.is_auditor)
    server.knows("ada", groups=[])

    openid.sign_in(Client(), server, "ada")

    person.refresh_from_db()
    left = (ApproverMembership.objects.filter(user=person, left_at=None).exists(), person.is_auditor)
    assert (joined, left) == ((True, True), (False, False))
    assert Event.objects.with_content().get(type="approvers.left").content["actor"]["id"] == "provider:acme"


@pytest.mark.shows("groups-govern")
def test_a_governed_membership_is_not_edited_by_hand(server: openid.Server) -> None:
    person, admin = make_user("ada@example.com"), make_user("admin@example.com", is_staff=True)
    server.knows("ada", groups=["reviewers"])
    openid.sign_in(Client(), server, "ada")

    with pytest.raises(Governed):
        membership.leave(person, by=admin.as_actor())


def test_an_approver_by_group_decides_no_critical_request_of_before(server: openid.Server) -> None:
    person = make_user("ada@example.com")
    approval = make_approval(risk="critical")
    server.knows("ada", groups=["reviewers"])

    openid.sign_in(Client(), server, "ada")

    assert not authority.may_decide(person, approval, at=clock.now()).allowed


def test_who_has_a_factor_here_is_asked_unless_the_provider_is_trusted(
    server: openid.Server, settings: Any
) -> None:
    from allauth.mfa.totp.internal.auth import TOTP

    TOTP.activate(make_user("ada@example.com"), "A" * 32)
    server.knows("ada")
    asked = openid.sign_in(Client(), server, "ada").headers["Location"]
    settings.OIDC_PROVIDERS = {"acme": server.provider(replaces_second_factor=True)}

    trusted = openid.sign_in(Client(), server, "ada", next="/preferences/").headers["Location"]

    assert (asked, trusted) == ("/sign-in/factor/", "/preferences/")


def test_a_provider_changes_nothing_before_the_second_factor_is_shown(server: openid.Server) -> None:
    from allauth.mfa.totp.internal.auth import TOTP

    ada = make_user("ada@example.com")
    key, client = "A" * 32, Client()
    TOTP.activate(ada, key)
    server.knows("ada", groups=["reviewers"])
    openid.sign_in(client, server, "ada")
    before = (SocialAccount.objects.count(), ApproverMembership.objects.count())

    client.post("/sign-in/factor/", {"code": code_of(key)})

    after = (SocialAccount.objects.get().user, ApproverMembership.objects.get().user)
    assert (before, after) == ((0, 0), (ada, ada))


def test_a_removed_identity_takes_what_its_groups_gave(server: openid.Server) -> None:
    ada, client = make_user("ada@example.com"), Client()
    server.knows("ada", groups=["reviewers", "audit"])
    openid.sign_in(client, server, "ada")

    identities.remove(ada, SocialAccount.objects.get(), by=ada.as_actor())

    ada.refresh_from_db()
    assert not ada.is_auditor
    assert not ApproverMembership.objects.filter(left_at=None).exists()


def test_a_second_address_of_one_mailbox_gets_no_account(server: openid.Server, settings: Any) -> None:
    settings.OIDC_PROVIDERS = {"acme": server.provider(creates_people=True)}
    make_user("ada@example.com")
    server.knows("other", email="ada+2@example.com")

    answer = openid.sign_in(Client(), server, "other")

    assert answer.status_code == 403
    assert User.objects.count() == 1


def test_what_was_shown_for_one_decision_signs_no_other(server: openid.Server, settings: Any) -> None:
    client, one, other = without_password(server, settings), uuid4(), uuid4()
    server.knows("new", auth_time=int(time.time()))
    way = openid.way_there(client, "/preferences/again/with/acme/", next=f"/approvals/{one}/review/")
    openid.back(client, server.signs_in(way, "new"))
    request = RequestFactory().post("/")
    request.session, request.user = client.session, User.objects.get(email="new@example.com")
    again = RequestFactory().post("/")
    again.session, again.user = client.session, request.user

    taken = [again_provider.take(request, pk) for pk in (other, one, one)]

    assert taken == [False, True, False]
    assert not again_provider.take(again, one)  # which was read before the first was stored
    assert client.get("/preferences/factors/app/").status_code == 302


def without_password(server: openid.Server, settings: Any) -> Client:
    settings.OIDC_PROVIDERS = {"acme": server.provider(creates_people=True)}
    server.knows("new")
    client = Client()
    openid.sign_in(client, server, "new")
    return client


@pytest.mark.parametrize(("age", "is_taken"), [(0, True), (3600, False)])
def test_who_has_no_password_shows_it_at_the_provider(
    server: openid.Server, settings: Any, age: int, is_taken: bool
) -> None:
    client = without_password(server, settings)
    again = client.get("/preferences/factors/app/").headers["Location"].partition("?")[0]
    server.knows("new", auth_time=int(time.time()) - age)

    way = openid.way_there(client, again, next="/preferences/factors/app/")
    openid.back(client, server.signs_in(way, "new"))

    assert "prompt=login" in way
    assert (client.get("/preferences/factors/app/").status_code == 200) == is_taken


def test_another_identity_shows_nothing(server: openid.Server, settings: Any) -> None:
    client = without_password(server, settings)
    server.knows("other", auth_time=int(time.time()))

    answer = openid.back(
        client, server.signs_in(openid.way_there(client, "/preferences/again/with/acme/"), "other")
    )

    assert answer.status_code == 403


def test_the_last_way_in_is_not_removed(server: openid.Server, settings: Any) -> None:
    client = without_password(server, settings)
    server.knows("new", auth_time=int(time.time()))
    openid.back(client, server.signs_in(openid.way_there(client, "/preferences/again/with/acme/"), "new"))

    client.post(f"/preferences/identities/{SocialAccount.objects.get().pk}/removal/")

    assert SocialAccount.objects.count() == 1
