"""Accounts: one person, one address, in lower case."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from grants.models import User
from tests.approvals.sql import run
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def test_address_is_kept_in_lower_case() -> None:
    user = User.objects.create_user("  Sam.Ortiz@Example.COM ", PASSWORD)

    assert user.email == "sam.ortiz@example.com"


@pytest.mark.parametrize("typed", ["sales@example.com", "SALES@Example.com", " sales@example.com "])
def test_sign_in_takes_the_address_however_it_is_typed(typed: str) -> None:
    user = make_user("sales@example.com")

    client = Client()
    client.post("/sign-in/", {"username": typed, "password": PASSWORD})

    assert client.session["_auth_user_id"] == str(user.pk)


def test_deactivated_account_does_not_sign_in() -> None:
    make_user("sales@example.com", is_active=False)

    assert authenticate(username="sales@example.com", password=PASSWORD) is None


def test_database_refuses_an_address_with_capitals() -> None:
    with pytest.raises(IntegrityError, match="user_email_is_lower_case"), transaction.atomic():
        User.objects.create(email="Sales@example.com", is_active=False)


@pytest.mark.shows("authority-stays-with-its-person")
@pytest.mark.usefixtures("sql_as_application")
@pytest.mark.parametrize("change", ["email = 'other@example.com'", "id = gen_random_uuid()"])
def test_database_lets_no_account_have_another_address(change: str) -> None:
    user = make_user("sales@example.com")

    with pytest.raises(IntegrityError, match="its address does not change"):
        run(f"UPDATE grants_user SET {change} WHERE id = %s", user.pk)


def test_database_refuses_a_second_account_with_the_address() -> None:
    make_user("sales@example.com")

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("SALES@example.com")


def test_account_needs_an_address() -> None:
    with pytest.raises(ValueError, match="e-mail"):
        User.objects.create_user("")


def test_superuser_is_an_administrator() -> None:
    user = User.objects.create_superuser("root@example.com", PASSWORD)

    assert (user.is_staff, user.is_superuser) == (True, True)


def test_person_without_a_name_goes_by_the_address() -> None:
    assert str(User(email="sales@example.com")) == "sales@example.com"


@pytest.mark.shows("administrators-decide-nothing")
@pytest.mark.parametrize(
    "name", ["Hannah Weiss", "hannah  WEISS", "Hannah\u200bWeiss", "\u202eHannah Weiss", "\uff28annah Weiss"]
)
def test_two_people_do_not_bear_one_name(name: str) -> None:
    make_user("hannah@example.com", name="Hannah Weiss")
    other = User(email="other@example.com", name=name)

    with pytest.raises(ValidationError, match="has this name already"):
        other.clean()


@pytest.mark.shows("invisible-characters")
@pytest.mark.parametrize("name", ["Hannah\u200bWeiss", "\u202eHannah", "Han\x1bnah", "\U000e0041Hannah"])
def test_a_name_has_no_characters_that_nobody_sees(name: str) -> None:
    with pytest.raises(ValidationError, match="nobody sees"):
        User(email="other@example.com", name=name).clean()


def test_a_person_keeps_their_name() -> None:
    person = make_user("hannah@example.com", name="Hannah Weiss")
    User(email="other@example.com", name="Hannah Weiss (Legal)").clean()

    person.clean()

    assert person.name == "Hannah Weiss"
