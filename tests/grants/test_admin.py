"""Accounts and approvers in the admin: every change is on record, none is a deletion."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.message import SYSTEM
from audit.models import Event
from grants import membership
from grants.models import ApproverMembership, User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "a quite different staple"


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(make_user("admin@example.com", is_staff=True))
    return client


def _change(user: User) -> str:
    return reverse("admin:grants_user_change", args=[user.pk])


def _account(**fields: Any) -> dict[str, Any]:
    return {"email": "Dana@Example.com", "name": "Dana", **fields}


def _types(user: User) -> list[str]:
    return list(Event.objects.about("person", user.pk).values_list("type", flat=True))


def test_the_administration_has_no_sign_in_of_its_own() -> None:
    make_user("admin@example.com", is_staff=True)
    client = Client()

    to_sign_in = client.get("/admin/", follow=True)
    client.post("/sign-in/", {"username": "Admin@Example.com", "password": PASSWORD, "next": "/admin/"})

    assert to_sign_in.redirect_chain[-1][0].startswith("/sign-in/")
    assert client.get("/admin/").status_code == 200


def test_account_is_added_by_address_and_opens_nothing(admin: Client) -> None:
    admin.post(
        reverse("admin:grants_user_add"), _account(is_active="on", is_staff="on", password1=NEW_PASSWORD)
    )

    user = User.objects.get(email="dana@example.com")
    assert (user.is_active, user.is_staff, user.has_usable_password()) == (False, False, False)
    assert _types(user) == ["person.added"]


def test_second_account_with_the_address_is_refused_with_a_sentence(admin: Client) -> None:
    make_user("dana@example.com")

    response = admin.post(reverse("admin:grants_user_add"), _account())

    assert response.context["errors"]
    assert User.objects.filter(email="dana@example.com").count() == 1


def test_deactivating_is_recorded(admin: Client) -> None:
    user = make_user("dana@example.com")

    admin.post(_change(user), {"email": user.email, "name": "Dana"})

    user.refresh_from_db()
    assert not user.is_active
    assert _types(user) == ["person.changed"]


@pytest.mark.shows("administrators-decide-nothing")
def test_an_address_stays_with_its_account(admin: Client) -> None:
    user = make_user("dana@example.com")

    admin.post(_change(user), {"email": "ciso@example.com", "name": "Dana", "is_active": "on"})

    user.refresh_from_db()
    assert user.email == "dana@example.com"


def test_saving_what_did_not_change_records_nothing(admin: Client) -> None:
    user = make_user("dana@example.com")

    admin.post(_change(user), {"name": user.name, "is_active": "on"})

    assert _types(user) == []


def test_form_grants_no_flag_that_it_does_not_show(admin: Client) -> None:
    user = make_user("dana@example.com")

    admin.post(_change(user), {"email": user.email, "name": "Dana", "is_active": "on", "is_superuser": "on"})

    user.refresh_from_db()
    assert not user.is_superuser


@pytest.mark.shows("credentials-belong-to-people")
def test_an_administrator_sets_no_password(admin: Client) -> None:
    user = make_user("dana@example.com")
    posted = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "usable_password": "true"}

    answer = admin.post(f"/admin/grants/user/{user.pk}/password/", posted)
    admin.post(_change(user), {"name": "Dana", "is_active": "on", "password": NEW_PASSWORD, **posted})

    user.refresh_from_db()
    assert answer.status_code in (302, 404)
    assert user.check_password(PASSWORD)


@pytest.mark.shows("an-address-is-proven-first")
def test_an_administrator_opens_no_account_that_its_person_did_not_confirm(admin: Client) -> None:
    user = make_user("dana@example.com", is_active=False, proven_at=None)

    response = admin.post(_change(user), {"name": "Dana", "is_active": "on"})

    user.refresh_from_db()
    assert not user.is_active
    assert "Nobody has confirmed this address yet" in response.content.decode()


def test_account_is_never_deleted(admin: Client) -> None:
    user = make_user("dana@example.com")

    response = admin.post(reverse("admin:grants_user_delete", args=[user.pk]), {"post": "yes"})

    assert response.status_code == 403
    assert User.objects.filter(pk=user.pk).exists()


@pytest.mark.shows("loosening-takes-two")
def test_adding_an_approver_is_asking(admin: Client) -> None:
    user = make_user("dana@example.com")

    response = admin.post(reverse("admin:grants_approvermembership_add"), {"user": user.pk})

    assert response.status_code == 302
    event = Event.objects.about("person", user.pk).get()
    assert (event.type, event.actor_kind) == ("authority.asked", "person")
    assert not ApproverMembership.objects.exists()


@pytest.mark.shows("loosening-takes-two")
def test_an_administrator_does_not_make_themselves_an_approver(admin: Client) -> None:
    administrator = User.objects.get(email="admin@example.com")

    page = admin.post(reverse("admin:grants_approvermembership_add"), {"user": administrator.pk}, follow=True)

    assert "Nobody asks for more authority for themselves" in page.content.decode()
    assert not ApproverMembership.objects.exists()


@pytest.mark.shows("loosening-takes-two")
@pytest.mark.parametrize("flag", ["is_staff", "is_auditor"])
def test_more_is_opened_to_nobody_by_one_administrator(admin: Client, flag: str) -> None:
    user = make_user("dana@example.com")

    admin.post(_change(user), {"name": "Dana Smith", "is_active": "on", flag: "on"})

    user.refresh_from_db()
    assert (user.name, getattr(user, flag)) == ("Dana Smith", False)
    assert _types(user) == ["authority.asked", "person.changed"]


@pytest.mark.parametrize("flag", ["is_staff", "is_auditor", "is_active"])
def test_less_is_opened_at_once(admin: Client, flag: str) -> None:
    user = make_user("dana@example.com", is_staff=True, is_auditor=True)
    flags = {name: "on" for name in ("is_staff", "is_auditor", "is_active") if name != flag}

    admin.post(_change(user), {"name": user.name, **flags})

    user.refresh_from_db()
    assert not getattr(user, flag)


def test_leaving_asks_first(admin: Client) -> None:
    joined = membership.join(make_user("dana@example.com"), by=SYSTEM)
    url = reverse("admin:grants_approvermembership_leave", args=[joined.pk])

    assert admin.get(url).status_code == 200
    assert ApproverMembership.objects.get(pk=joined.pk).left_at is None
    admin.post(url)

    assert ApproverMembership.objects.get(pk=joined.pk).left_at is not None


def test_membership_that_ended_is_not_ended_again(admin: Client) -> None:
    user = make_user("dana@example.com")
    first = membership.join(user, by=SYSTEM)
    membership.leave(user, by=SYSTEM)
    membership.join(user, by=SYSTEM)

    response = admin.post(reverse("admin:grants_approvermembership_leave", args=[first.pk]))

    assert response.status_code == 404
    assert ApproverMembership.objects.filter(user=user, left_at=None).exists()


@pytest.mark.parametrize("page", ["change", "delete"])
def test_membership_is_neither_edited_nor_deleted(admin: Client, page: str) -> None:
    joined = membership.join(make_user("dana@example.com"), by=SYSTEM)

    response = admin.post(
        reverse(f"admin:grants_approvermembership_{page}", args=[joined.pk]), {"post": "yes"}
    )

    assert response.status_code == 403
    assert ApproverMembership.objects.get(pk=joined.pk).left_at is None
