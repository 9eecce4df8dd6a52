"""Signing in: what is wrong is said, what was typed stays, and nobody learns who has an account."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from tests.approvals.views.browse import text_of
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
SIGN_IN = "/sign-in/"


def sign_in(address: str, password: str) -> tuple[int, str]:
    response = Client().post(SIGN_IN, {"username": address, "password": password, "next": "/approvals/"})
    return response.status_code, text_of(response)


def test_a_wrong_password_is_said_to_be_wrong_and_the_address_stays() -> None:
    make_user()

    status, page = sign_in("sales@example.com", "no")

    assert status == 422
    assert "The password is wrong" in page
    assert 'value="sales@example.com"' in page
    assert 'value="/approvals/"' in page


@pytest.mark.shows("guessing-what-exists")
def test_an_unknown_address_and_an_account_that_is_closed_read_alike() -> None:
    make_user()
    make_user("gone@example.com", is_active=False)

    pages = {
        sign_in(address, password)[1].replace(address, "").rpartition("csrfmiddlewaretoken")[0]
        for address, password in (
            ("sales@example.com", "no"),
            ("nobody@example.com", "no"),
            ("gone@example.com", PASSWORD),
        )
    }

    assert len(pages) == 1


@pytest.mark.parametrize(
    ("address", "password", "asked"),
    [("", PASSWORD, "Enter your e-mail address."), ("sales@example.com", "", "Enter your password.")],
)
def test_what_is_missing_is_asked_for_beside_its_field(address: str, password: str, asked: str) -> None:
    make_user()

    status, page = sign_in(address, password)

    assert status == 422
    assert "is wrong" not in page
    assert asked in page


@pytest.mark.shows("a-fixed-session")
def test_a_session_from_before_signing_in_is_worth_nothing_after() -> None:
    user, planted = make_user(), Client()
    before = planted.session
    before["planted"] = True
    before.save()
    planted.cookies[settings.SESSION_COOKIE_NAME] = before.session_key

    planted.post(SIGN_IN, {"username": user.email, "password": PASSWORD})

    assert planted.session.session_key != before.session_key
    assert not before.exists(before.session_key)
