"""What people decided can be looked up in the admin, and by nobody changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.test import Client
from django.urls import reverse

from approvals import four_eyes, lifecycle
from approvals.lifecycle import Report
from approvals.models import Approval, Loosening, Vote
from audit import clock
from audit.models import Event
from tests.factories import approve, make_approval, make_grant, make_user

MODELS = [
    "approvals.approval",
    "approvals.assignment",
    "approvals.payloadversion",
    "approvals.vote",
    "approvals.opening",
    "approvals.claim",
    "approvals.outcome",
    "approvals.notification",
    "approvals.loosening",
    "grants.delegatedgrant",
    "audit.event",
]


@pytest.fixture
def decided(db: None) -> Approval:
    """A request that went all the way, so that every table has a row."""
    reviewer = make_user("sales@example.com")
    approval = make_approval()
    lifecycle.open_request(approval.pk, by=reviewer)
    approve(approval, by=reviewer)
    claim = lifecycle.claim(approval.pk, by=approval.key)
    sha256 = bytes(approval.version().sha256)
    make_grant()
    administrator = make_user("other-admin@example.com", is_staff=True)
    four_eyes.ask(Loosening.Kind.APPROVER, make_user("dana@example.com"), by=administrator)
    lifecycle.report(approval.pk, Report(claim.claim_id, "succeeded", sha256), by=approval.key)
    return approval


def _row(label: str) -> Any:
    row = apps.get_model(label).objects.first()
    assert row is not None, f"no {label} to try"
    return row


def _url(label: str, page: str, *args: Any) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_{page}", args=args)


@pytest.mark.parametrize("label", MODELS)
def test_rows_can_be_read(admin: Client, decided: Approval, label: str) -> None:
    assert admin.get(_url(label, "changelist")).status_code == 200
    assert admin.get(_url(label, "change", _row(label).pk)).status_code == 200


@pytest.mark.shows("administrators-decide-nothing")
@pytest.mark.parametrize("label", MODELS)
@pytest.mark.parametrize("page", ["add", "change", "delete"])
def test_no_admin_page_writes_what_people_decided(
    admin: Client, decided: Approval, label: str, page: str
) -> None:
    row = _row(label)
    before = [*apps.get_model(label).objects.values_list()]
    url = _url(label, page) if page == "add" else _url(label, page, row.pk)

    response = admin.post(url, {"post": "yes", "status": "approved", "verdict": "approve"})

    assert response.status_code == 403
    assert [*apps.get_model(label).objects.values_list()] == before


@pytest.mark.shows("administrators-decide-nothing")
@pytest.mark.parametrize("label", MODELS)
def test_no_admin_action_exists_for_them(admin: Client, decided: Approval, label: str) -> None:
    row = _row(label)
    model_admin = django_admin.site.get_model_admin(apps.get_model(label))
    action = {"action": "delete_selected", "_selected_action": str(row.pk), "post": "yes"}

    admin.post(_url(label, "changelist"), action)

    assert model_admin.actions is None
    assert apps.get_model(label).objects.filter(pk=row.pk).exists()


@pytest.mark.shows("administrators-decide-nothing")
def test_every_model_with_a_decision_in_it_is_read_only_or_absent() -> None:
    writable = {
        "approvals.agent",
        "approvals.channel",
        "approvals.policy",
        "grants.user",
        "grants.approvermembership",
    }
    registered = {model._meta.label_lower for model in django_admin.site._registry}

    assert registered == {*MODELS, *writable}


@pytest.mark.shows("administrators-decide-nothing")
def test_looking_at_it_all_changes_nothing(admin: Client, decided: Approval) -> None:
    before = (Event.objects.count(), Vote.objects.count())

    for label in MODELS:
        admin.get(_url(label, "history", _row(label).pk))

    assert (Event.objects.count(), Vote.objects.count()) == before


@pytest.mark.parametrize(("state", "found"), [("open", 1), ("ended", 1), ("", 2)])
def test_who_lends_whom_is_found_and_leads_to_the_grants_page(admin: Client, state: str, found: int) -> None:
    make_grant(expires_at=clock.now() - timedelta(minutes=1))
    grant = make_grant(is_whole=False, workflows=["finance"])

    rows = admin.get(_url("grants.delegatedgrant", "changelist"), {"q": "deputy", "state": state})
    page = admin.get(_url("grants.delegatedgrant", "change", grant.pk)).content.decode()

    assert len(rows.context["cl"].result_list) == found
    assert f'href="{grant.get_absolute_url()}"' in page
    assert "any action type, in the workflow finance, up to critical risk" in page


def test_a_vote_names_the_grant_that_it_was_cast_under(admin: Client) -> None:
    grant = make_grant(make_user("sales@example.com"))
    approve(make_approval(), by=grant.grantee)

    page = admin.get(_url("approvals.vote", "change", Vote.objects.get().pk)).content.decode()

    assert str(grant) in page


def test_agent_text_is_escaped(admin: Client, db: None) -> None:
    make_user("sales@example.com")
    approval = make_approval(action="<script>alert(1)</script>", rationale="<img src=x onerror=alert(1)>")

    pages = [
        admin.get(_url("approvals.approval", "changelist")).content,
        admin.get(_url("approvals.approval", "change", approval.pk)).content,
    ]

    for page in pages:
        assert b"<script>alert" not in page
        assert b"<img src=x" not in page
        assert b"&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize("label", MODELS)
def test_pages_are_closed_to_people_without_the_flag(decided: Approval, label: str) -> None:
    client = Client()
    client.force_login(make_user("auditor@example.com", is_auditor=True))

    response = client.get(_url(label, "changelist"))

    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")
