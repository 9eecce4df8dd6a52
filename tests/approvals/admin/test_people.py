"""Closing an account tells the people who can take over of what it leaves open."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from approvals.models import Notification
from grants.models import User
from tests.factories import approve, make_approval, make_approver, make_policy, make_user

pytestmark = pytest.mark.django_db


def save(admin: Client, user: User, **fields: str) -> str:
    page = reverse("admin:grants_user_change", args=[user.pk])
    return admin.post(page, {"email": user.email, "name": user.name, **fields}, follow=True).content.decode()


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

    with django_assert_max_num_queries(37):  # one for namesakes, three for keys that stop, three for roles
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
