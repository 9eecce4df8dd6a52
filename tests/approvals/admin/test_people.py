"""Closing an account tells the people who can take over of what it leaves open."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from approvals.models import Notification
from grants import accounts
from grants.accounts import NobodyLeft
from grants.models import User
from grants.roles import Role
from tests.factories import approve, make_approval, make_approver, make_policy, make_user

pytestmark = pytest.mark.django_db


def save(admin: Client, user: User, **fields: str) -> str:
    page = reverse("admin:grants_user_change", args=[user.pk])
    return admin.post(page, {"email": user.email, "name": user.name, **fields}, follow=True).content.decode()


@pytest.mark.shows("roles-are-separate")
def test_taking_the_administration_from_somebody_takes_their_roles_though_still_ticked(admin: Client) -> None:
    other = make_user("other@example.com", is_staff=True)
    roles = dict.fromkeys(map(str, Role), "on")

    save(admin, other, is_active="on", **roles)

    other.refresh_from_db()
    assert [other.is_staff, other.is_active, *(other.holds(role) for role in Role)] == [False, True] + [
        False
    ] * 4


@pytest.mark.shows("roles-are-separate")
@pytest.mark.parametrize(
    "kept", [{"is_staff": "on", "is_active": "on"}, {"is_active": "on"}, {"is_staff": "on"}]
)
def test_the_last_who_keeps_accounts_goes_on_keeping_them(
    admin: Client, administrator: User, kept: dict[str, str]
) -> None:
    page = save(admin, administrator, **kept)

    administrator.refresh_from_db()
    assert "is the last one who keeps accounts" in page
    assert administrator.holds(Role.ACCOUNTS)
    with pytest.raises(NobodyLeft):
        administrator.is_active = False
        accounts.change(administrator, by=administrator.as_actor(), changed=["is_active"])


def told() -> set[str]:
    return set(Notification.objects.filter(kind="left_open").values_list("recipient", flat=True))


def test_the_approvers_and_the_escalation_targets_are_told(admin: Client) -> None:
    ladder = [{"emails": ["lead@example.com"], "after_minutes": 0}]
    make_approval(policy=make_policy(escalation=ladder))
    make_approver()

    page = save(admin, make_user())

    assert told() == {"lead@example.com", "approver@example.com"}
    assert "Sales leaves 1 open" in page


def test_where_nobody_could_take_over_the_administrators_are_told(admin: Client, administrator: User) -> None:
    make_approval()

    save(admin, make_user())

    assert told() == {administrator.email}


def test_who_could_not_decide_it_is_not_told(admin: Client) -> None:
    ladder = [{"emails": ["boss@example.com", "gone@example.com", "lead@example.com"], "after_minutes": 0}]
    make_user("gone@example.com", is_active=False)
    make_user("lead@example.com")
    make_approval(policy=make_policy(escalation=ladder), initiated_by="boss@example.com")

    save(admin, make_user())

    assert told() == {"lead@example.com"}


def test_many_requests_take_no_more_queries(admin: Client, django_assert_max_num_queries: Any) -> None:
    make_approver()
    for _ in range(12):
        make_approval()
    user = make_user()

    # One for namesakes, three for keys that stop, three for roles, one for who keeps accounts afterwards.
    with django_assert_max_num_queries(38):
        save(admin, user)


def test_of_what_is_decided_nobody_is_told(admin: Client) -> None:
    approval, reviewer = make_approval(), make_user()
    make_approver()
    approve(approval, by=reviewer)

    save(admin, reviewer)

    assert told() == set()


def test_another_change_of_the_account_tells_nobody(admin: Client) -> None:
    make_approval()
    make_approver()

    save(admin, make_user(), is_active="on", is_auditor="on")

    assert told() == set()
