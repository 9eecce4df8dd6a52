"""One `is_staff` account with every page of the administration and a day's time takes over nobody and decides nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from unittest import mock

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from approvals import four_eyes
from approvals.models import Approval, Notification, Vote
from approvals.notifications import deliver_due
from audit import clock
from grants.models import ApproverMembership, User
from tests.approvals.views.browse import client_of, text_of, url
from tests.factories import PASSWORD, make_approval, make_approver, make_policy, make_user

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.shows("credentials-belong-to-people"),
    pytest.mark.shows("a-taken-account"),
]

MINE = "a password of the attacker"
CHOSEN = {"password1": MINE, "password2": MINE, "usable_password": "true", "password": MINE}
REVIEWERS = ("finance@example.com", "security@example.com")


@pytest.fixture
def critical() -> Approval:
    """A critical payment that two reviewers are asked about."""
    for email in REVIEWERS:
        make_user(email)
    return make_approval(risk="critical", assignees=REVIEWERS, policy=make_policy(reviewers=list(REVIEWERS)))


@pytest.fixture
def attacker() -> Client:
    make_user("second@example.com", is_staff=True)
    return client_of(make_user("attacker@example.com", is_staff=True))


def signs_in(email: str, password: str) -> bool:
    return Client().post("/sign-in/", {"username": email, "password": password}).status_code == 302


def test_they_set_no_reviewers_password_on_any_page(attacker: Client, critical: Approval) -> None:
    for email in REVIEWERS:
        person = User.objects.get(email=email)
        change = reverse("admin:grants_user_change", args=[person.pk])
        for page in (
            change,
            f"{change}../password/",
            f"/admin/auth/user/{person.pk}/password/",
            "/preferences/password/",
        ):
            attacker.post(
                page,
                {"email": email, "name": person.name, "is_active": "on", "oldpassword": PASSWORD, **CHOSEN},
            )

    assert [signs_in(email, MINE) for email in REVIEWERS] == [False, False]
    assert [signs_in(email, PASSWORD) for email in REVIEWERS] == [True, True]


def test_they_see_no_link_that_they_sent_to_a_reviewer(attacker: Client, critical: Approval) -> None:
    person = User.objects.get(email=REVIEWERS[0])
    attacker.post(reverse("admin:grants_user_link", args=[person.pk]))
    deliver_due()
    (mailed,) = [message for message in mail.outbox if message.subject.startswith("Choose")]
    found = re.search(r"/password/\S+", str(mailed.body))
    assert found
    rows = Notification.objects.all()

    pages = [
        "/admin/",
        reverse("admin:approvals_notification_changelist"),
        reverse("admin:audit_event_changelist"),
    ]
    pages += [reverse("admin:approvals_notification_change", args=[row.pk]) for row in rows]
    pages += [
        reverse(f"admin:grants_user_{page}", args=[person.pk]) for page in ("change", "history", "link")
    ]
    read = [text_of(attacker.get(page)) for page in pages]

    assert all(found[0].rstrip("/").rpartition("-")[2] not in page for page in read)


def test_an_account_behind_a_named_address_decides_nothing(attacker: Client) -> None:
    approval = make_approval(risk="critical", assignees=("nobody-yet@example.com", "security@example.com"))

    attacker.post(
        reverse("admin:grants_user_add"), {"email": "nobody-yet@example.com", "name": "Nobody Yet", **CHOSEN}
    )
    attacker.post(
        reverse("admin:grants_user_change", args=[User.objects.get(email="nobody-yet@example.com").pk]),
        {"name": "Nobody Yet", "is_active": "on", **CHOSEN},
    )

    person = User.objects.get(email="nobody-yet@example.com")
    assert (person.is_active, signs_in(person.email, MINE)) == (False, False)
    assert not Vote.objects.filter(approval=approval).exists()


def test_a_puppet_gains_no_authority_in_a_day(attacker: Client, critical: Approval) -> None:
    """A mailbox of their own: they may invite it, and follow the link; the rest takes a second administrator."""
    make_approver("approver@example.com")
    attacker.post(reverse("admin:grants_user_add"), {"email": "puppet@example.com", "name": "Pat Puppet"})
    deliver_due()
    (invitation,) = [message for message in mail.outbox if message.to == ["puppet@example.com"]]
    found = re.search(r"/password/\S+", str(invitation.body))
    assert found
    client = Client()
    chosen = client.post(client.get(found[0], follow=True).request["PATH_INFO"], CHOSEN)
    puppet = User.objects.get(email="puppet@example.com")

    attacker.post(reverse("admin:grants_approvermembership_add"), {"user": puppet.pk})
    attacker.post(
        reverse("admin:grants_user_change", args=[puppet.pk]),
        {"name": puppet.name, "is_active": "on", "is_staff": "on", "is_auditor": "on"},
    )
    for asked in four_eyes.Loosening.objects.all():
        for who in (attacker, client_of(puppet)):
            who.post(reverse("admin:approvals_loosening_agreement", args=[asked.pk]))
    attacker.post(
        url("reassignment", critical),
        {"to": puppet.email, "instead_of": REVIEWERS[0], "reason": "Away.", "unknown": "on"},
    )
    with mock.patch("audit.clock.now", return_value=clock.now() + timedelta(days=1)):
        four_eyes.let_take_effect()

    puppet.refresh_from_db()
    assert chosen.status_code == 302
    assert (puppet.is_active, puppet.is_staff, puppet.is_auditor) == (True, False, False)
    assert not ApproverMembership.objects.filter(user=puppet).exists()
    assert client_of(puppet).get(url("request", critical)).status_code == 404


def test_they_decide_nothing_themselves(attacker: Client, critical: Approval) -> None:
    person = User.objects.get(email="attacker@example.com")
    attacker.post(reverse("admin:grants_approvermembership_add"), {"user": person.pk})

    answers = [
        attacker.post(
            url(page, critical), {"verdict": "approve", "version": 1, "password": PASSWORD}
        ).status_code
        for page in ("review", "decision", "rejection")
    ]

    assert set(answers) <= {403, 404}
    assert not Vote.objects.exists()
