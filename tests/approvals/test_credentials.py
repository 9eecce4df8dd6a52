"""Credentials belong to their person: invited, chosen, replaced, and what follows from that."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from unittest import mock

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection

from approvals import authority, credentials, delegation
from approvals.delegation import GrantTerms
from approvals.exceptions import InvalidInput, NotPermitted, StateConflict
from approvals.models import Notification
from audit import clock
from audit.message import SYSTEM
from audit.models import Event
from grants.models import User
from tests.approvals.views.browse import client_of
from tests.factories import PASSWORD, approve, make_approval, make_approver, make_user

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "a quite different staple"
DAY = timedelta(hours=24)


def invited(email: str = "sales@example.com") -> User:
    credentials.invite(User(email=email, name="Dana"), by=SYSTEM)
    return User.objects.get(email=email)


def types(person: User) -> list[str]:
    return list(Event.objects.about("person", person.pk).order_by("seq").values_list("type", flat=True))


def kinds() -> list[str]:
    return list(
        Notification.objects.exclude(person=None).order_by("created_at").values_list("kind", flat=True)
    )


@pytest.mark.shows("an-address-is-proven-first")
def test_who_is_invited_has_an_account_that_opens_nothing() -> None:
    approval, person = make_approval(), invited()

    ruling = authority.may_decide(person, approval, at=clock.now())

    assert (person.is_active, person.has_usable_password(), ruling.allowed) == (False, False, False)
    assert types(person) == ["person.added"]
    assert kinds() == ["invited"]


@pytest.mark.shows("an-address-is-proven-first")
def test_who_follows_the_invitation_has_an_account() -> None:
    approval, person = make_approval(), invited()

    credentials.choose_password(person, NEW_PASSWORD, by=person.as_actor())

    person.refresh_from_db()
    assert authority.may_decide(person, approval, at=clock.now()).allowed
    assert person.check_password(NEW_PASSWORD)
    assert types(person) == ["person.added", "person.confirmed"]


@pytest.mark.shows("an-address-is-proven-first")
def test_an_address_proven_after_a_critical_request_was_opened_does_not_decide_it() -> None:
    earlier = make_approval(risk="critical")
    person = invited()
    credentials.choose_password(person, NEW_PASSWORD, by=person.as_actor())
    later = make_approval(risk="critical")
    person.refresh_from_db()

    rulings = [authority.may_decide(person, approval, at=clock.now()) for approval in (earlier, later)]
    decidable = authority.decidable_by(person, at=clock.now())

    assert [ruling.allowed for ruling in rulings] == [False, True]
    assert "confirmed after this critical request was opened" in rulings[0].reason
    assert set(decidable) == {later}


@pytest.mark.shows("an-address-is-proven-first")
def test_the_database_opens_no_account_without_a_proven_address() -> None:
    person = invited()

    with pytest.raises(IntegrityError, match="user_is_proven_before_active"):
        User.objects.filter(pk=person.pk).update(is_active=True)
        connection.check_constraints()


@pytest.mark.shows("new-credentials-wait")
@pytest.mark.parametrize(
    ("risk", "is_allowed"), [("low", True), ("medium", True), ("high", False), ("critical", False)]
)
def test_new_credentials_decide_nothing_harmful_for_a_day(risk: str, is_allowed: bool) -> None:
    approval, person = make_approval(risk=risk), make_user()
    credentials.choose_password(person, NEW_PASSWORD, by=person.as_actor())
    person.refresh_from_db()

    now = authority.may_decide(person, approval, at=clock.now())
    tomorrow = authority.may_decide(person, approval, at=clock.now() + DAY)

    assert (now.allowed, tomorrow.allowed) == (is_allowed, True)


@pytest.mark.shows("new-credentials-wait")
def test_a_vote_with_new_credentials_is_refused_where_it_is_cast() -> None:
    approval, person = make_approval(risk="high"), make_user()
    credentials.choose_password(person, NEW_PASSWORD, by=person.as_actor())

    with pytest.raises(NotPermitted, match="replaced less than a day ago"):
        approve(approval, by=person)


@pytest.mark.shows("new-credentials-wait")
def test_new_credentials_lend_nothing_harmful_for_a_day() -> None:
    grantor, _grantee = make_user(), make_user("deputy@example.com")
    credentials.choose_password(grantor, NEW_PASSWORD, by=grantor.as_actor())
    grantor.refresh_from_db()
    terms = GrantTerms(
        is_whole=True, highest_risk="high", expires_at=clock.now() + timedelta(days=2), reason="On leave."
    )

    with pytest.raises(InvalidInput) as refused:
        delegation.give(grantor, "deputy@example.com", terms)

    assert [error.pointer for error in refused.value.errors] == ["highest_risk"]


@pytest.mark.shows("credentials-belong-to-people")
def test_replacing_a_password_is_on_record_and_its_owner_is_told() -> None:
    person = make_user()

    credentials.choose_password(person, NEW_PASSWORD, by=person.as_actor())

    message = Notification.objects.get(person=person)
    assert (message.kind, message.recipient, message.channel) == ("credentials", person.email, None)
    assert types(person) == ["person.credentials_changed"]
    body = bytes(Event.objects.get(type="person.credentials_changed").body.content).decode()
    assert NEW_PASSWORD not in body


@pytest.mark.shows("credentials-belong-to-people")
def test_the_operators_command_is_on_record_too() -> None:
    person = make_user()

    with mock.patch("getpass.getpass", return_value=NEW_PASSWORD):
        call_command("changepassword", person.email, stdout=StringIO())

    person.refresh_from_db()
    assert person.check_password(NEW_PASSWORD)
    assert person.credentials_changed_at is not None
    assert kinds() == ["credentials"]


def test_a_link_is_sent_to_nobody_who_is_suspended() -> None:
    person = make_user(is_active=False)

    with pytest.raises(StateConflict, match="suspended"):
        credentials.send_link(person, by=SYSTEM)

    assert kinds() == []


def test_another_invitation_is_sent_until_the_first_is_followed() -> None:
    person = invited()

    credentials.send_link(person, by=SYSTEM)
    credentials.choose_password(person, NEW_PASSWORD, by=person.as_actor())
    credentials.send_link(person, by=SYSTEM)

    assert kinds() == ["invited", "invited", "reset"]


def test_signing_in_with_an_old_hash_is_no_change_of_credentials(settings) -> None:
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.ScryptPasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    person = make_user()
    before = person.password

    assert person.check_password(PASSWORD)

    person.refresh_from_db()
    assert person.password != before
    assert person.credentials_changed_at is None


def test_an_approver_by_group_is_bound_by_it_too() -> None:
    approval, person = make_approval(risk="critical"), make_approver("late@example.com")
    User.objects.filter(pk=person.pk).update(proven_at=clock.now())
    person.refresh_from_db()

    assert not authority.may_decide(person, approval, at=clock.now()).allowed


def test_nobody_gets_a_second_account_behind_one_mailbox() -> None:
    make_user("ana@example.com")

    with pytest.raises(StateConflict, match=r"ana@example\.com"):
        credentials.invite(User(email="ana+2@example.com", name="Other Ana"), by=SYSTEM)

    admin = client_of(make_user("root@example.com", is_staff=True, is_superuser=True))
    page = admin.post("/admin/grants/user/add/", {"email": "ana+2@example.com", "name": "Other Ana"})
    assert "has an account already" in page.content.decode()
    assert not User.objects.filter(email="ana+2@example.com").exists()
