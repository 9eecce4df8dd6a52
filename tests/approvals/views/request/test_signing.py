"""The pages of a critical decision: with what it is signed, and that no session signs by itself."""

from __future__ import annotations

import json
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from approvals.models import Approval, Vote
from tests.approvals.views.browse import client_of, form_in, text_of, url
from tests.approvals.views.test_factors import code_of
from tests.factories import PASSWORD, make_approval, make_user
from tests.passkeys import Passkey

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.shows("each-signing-takes-its-own-proof", "an-unattended-session"),
]

KEY = "JBSWY3DPEHPK3PXP"
AT_HOME = {"HTTP_HOST": "localhost"}


def fields_of(client: Client, approval: Approval, way: str) -> dict[str, Any]:
    if way == "decision":
        return form_in(client.get(url("review", approval), **AT_HOME), "decision-form", press="approve")
    page = client.get(url("rejection", approval), **AT_HOME)
    return form_in(page, "rejection-form", press="reject") | {"resolution": "declined"}


@pytest.mark.parametrize("htmx", [{}, {"HTTP_HX_REQUEST": "true"}])
@pytest.mark.parametrize("way", ["decision", "rejection"])
def test_no_session_signs_by_itself(way: str, htmx: dict[str, Any]) -> None:
    approval, client = make_approval(risk="critical"), client_of(make_user())
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    answer = client.post(url(way, approval), fields_of(client, approval, way), **htmx)

    assert answer.status_code == 422
    assert "Enter your password again" in text_of(answer)
    assert not Vote.objects.exists()


def test_the_password_is_typed_for_a_critical_rejection() -> None:
    approval, client = make_approval(risk="critical"), client_of(make_user())
    fields = fields_of(client, approval, "rejection") | {"password": PASSWORD}

    client.post(url("rejection", approval), fields)

    assert Vote.objects.get().signed_with == "password"


def test_a_code_of_the_app_decides_once() -> None:
    one, other, person = make_approval(risk="critical"), make_approval(risk="critical"), make_user()
    data = {"secret": get_adapter().encrypt(KEY)}
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data=data)
    client, code = client_of(person), code_of(KEY)

    for approval in (one, other):
        answer = client.post(
            url("decision", approval), fields_of(client, approval, "decision") | {"code": code}
        )

    assert "That code is wrong, or was used before." in text_of(answer)
    assert [vote.approval_id for vote in Vote.objects.all()] == [one.pk]
    assert Vote.objects.get().signed_with == "code"


@pytest.mark.shows("a-passkey-signs-one-decision")
@pytest.mark.parametrize("way", ["decision", "rejection"])
def test_a_passkey_signs_what_the_page_showed(way: str) -> None:
    approval, person = make_approval(risk="critical"), make_user()
    passkey, client = Passkey(person), client_of(person)
    fields = fields_of(client, approval, way) | {"comment": "Two\r\nlines."}
    asked = json.loads(client.post(url("signing", approval), fields, **AT_HOME).content)
    signed = {"credential": json.dumps(passkey.sign(asked["options"])), "nonce": asked["nonce"]}

    client.post(url(way, approval), fields | signed, **AT_HOME)

    assert Vote.objects.get().manifest == asked["manifest"]


def test_what_would_be_refused_is_not_asked_for() -> None:
    approval, person = make_approval(risk="low"), make_user()
    Passkey(person)
    client = client_of(person)

    answer = client.post(url("signing", approval), fields_of(client, approval, "decision"))
    nothing = client.post(url("signing", approval), {"verdict": "approve"})
    stranger = client_of(make_user("stranger@example.com")).post(url("signing", approval), {})

    assert (answer.status_code, nothing.status_code, stranger.status_code) == (422, 422, 404)


def test_where_a_passkey_is_required_the_page_says_how_to_add_one(settings: Any) -> None:
    settings.REQUIRE_PASSKEY_FOR_CRITICAL = True
    approval, client = make_approval(risk="critical"), client_of(make_user())
    page = text_of(client.get(url("review", approval)))

    fields = fields_of(client, approval, "decision") | {"password": PASSWORD}
    answer = client.post(url("decision", approval), fields)

    assert "add one under Preferences" in page
    assert 'name="password"' not in page
    assert answer.status_code == 422
    assert "a password does not decide it here" in text_of(answer)
    assert not Vote.objects.exists()


def test_the_page_offers_a_passkey_only_where_passkeys_work() -> None:
    approval, person = make_approval(risk="critical"), make_user()
    Passkey(person)
    client = client_of(person)

    here, elsewhere = (client.get(url("review", approval), **host) for host in (AT_HOME, {}))

    assert "data-signing=" in text_of(here)
    assert "data-signing=" not in text_of(elsewhere)
