"""An administrator who could still decide a critical request reads nowhere in the administration who voted on it."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from approvals import lifecycle
from approvals.admin.veiled import VeiledAdmin
from approvals.models import Approval, Notification, Vote
from audit.models import Event
from grants.models import User
from tests.approvals.views.browse import client_of
from tests.factories import approve, make_approval, make_policy, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.shows("voters-stay-hidden")]

ASSIGNED = ("ada@example.com", "root@example.com", "ben@example.com")
VOTED = ("approval.opened", "approval.edited", "approval.voted")


def voted_on() -> Approval:
    """Critical, edited and approved by Ada, and still open for the two others."""
    make_user("ben@example.com")
    approval = make_approval(risk="critical", policy=make_policy(risk="critical"), assignees=ASSIGNED)
    ada = make_user("ada@example.com")
    lifecycle.open_request(approval.pk, by=ada)
    payload = {"to": "eng@acme.example", "subject": "Another one", "body": "Dear Ada"}
    approve(approval, by=ada, edited=payload)
    Notification.objects.filter(approval=approval, recipient="ada@example.com").update(kind="votes_voided")
    return approval


def rows(approval: Approval) -> dict[str, list[Any]]:
    """What there is that would tell, by table."""
    return {
        "approvals.vote": list(Vote.objects.filter(approval=approval)),
        "approvals.opening": list(approval.openings.all()),
        "approvals.payloadversion": list(approval.versions.filter(edited_by__isnull=False)),
        "approvals.notification": list(approval.notifications.filter(kind="votes_voided")),
        "audit.event": list(Event.objects.about("approval", approval.pk).filter(type__in=VOTED)),
    }


TABLES = [
    "approvals.vote",
    "approvals.opening",
    "approvals.payloadversion",
    "approvals.notification",
    "audit.event",
]


def seen_by(person: User, table: str, approval: Approval) -> set[bool]:
    """Whether the list, a search, and each row's page show the rows."""
    client, name = client_of(person), table.replace(".", "_")
    listed, found = (
        client.get(reverse(f"admin:{name}_changelist"), query).content.decode()
        for query in ({}, {"q": str(approval.pk)})
    )
    said = set()
    for row in rows(approval)[table]:
        page = reverse(f"admin:{name}_change", args=[row.pk])
        history = reverse(f"admin:{name}_history", args=[row.pk])
        said |= {page in listed, page in found}
        said |= {client.get(address).status_code == 200 for address in (page, history)}
    return said


@pytest.mark.parametrize("table", TABLES)
def test_who_has_still_to_decide_sees_no_row_that_tells(table: str) -> None:
    approval, root = voted_on(), make_user("root@example.com", is_staff=True, is_superuser=True)

    assert seen_by(root, table, approval) == {False}


@pytest.mark.parametrize("table", TABLES)
def test_who_cannot_decide_it_sees_them_with_the_role_alone(table: str) -> None:
    approval = voted_on()
    reader = make_user("eve@example.com", is_staff=True, keeps_policies=False, keeps_agents=False)

    assert seen_by(reader, table, approval) == {True}


def test_who_has_decided_sees_them() -> None:
    approval, root = voted_on(), make_user("root@example.com", is_staff=True)
    lifecycle.open_request(approval.pk, by=root)
    approval.refresh_from_db()
    approve(approval, by=root)

    assert seen_by(root, "approvals.vote", approval) == {True}


def test_every_table_that_leads_to_a_request_hides_it_or_tells_nothing() -> None:
    """A new table of rows about requests is either veiled, or is listed here with what it tells."""

    tells_nothing = {
        "approvals.assignment",  # who is asked, as the page says to everybody
        "approvals.claim",  # after the decision
    }
    about = {
        model._meta.label_lower
        for model in admin.site._registry
        if any(getattr(field, "related_model", None) is Approval for field in model._meta.fields)
        and model is not Approval
    }
    veiled = {
        model._meta.label_lower for model, one in admin.site._registry.items() if isinstance(one, VeiledAdmin)
    }
    assert about - veiled == tells_nothing
    assert all(apps.get_model(table) in admin.site._registry for table in TABLES)
