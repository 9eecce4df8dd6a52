"""Auditors read, print and save a receipt; nobody else gets it, and each time is on record."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from structlog.testing import capture_logs

from audit.models import Event
from audit.pack import verify_pack
from audit.receipts import receipt_of
from audit.tasks import sequence
from tests.approvals.views.browse import client_of, text_of
from tests.audit.receipts.stories import told
from tests.audit.superuser import as_database_superuser
from tests.factories import approve, make_approval, make_approver, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor() -> Client:
    return client_of(make_user("ada@example.com", is_auditor=True))


def test_page_shows_the_whole_decision_from_its_events(auditor: Client) -> None:
    approval = told()

    page = text_of(auditor.get(f"/audit/approvals/{approval.pk}/receipt/"))

    for shown in (
        "Send email to Head of Engineering", "The prospect wrote about scaling.", "approved with",
        "Corrected.", "replace", "Shorter.", "Sent.", "execution.reported", "approval.commented",
    ):  # fmt: skip
        assert shown in page
    document = receipt_of(str(approval.pk)).document
    for event in document["events"]:
        assert event["leaf"] in page
    assert document["summary"]["versions"][1]["payload_sha256"] in page


def test_what_nobody_sees_is_shown_as_an_escape(auditor: Client) -> None:
    approval = told()

    page = text_of(auditor.get(f"/audit/approvals/{approval.pk}/receipt/"))

    assert "\u202e" not in page
    assert "U+202E" in page


def test_file_is_the_receipt_to_the_byte(auditor: Client) -> None:
    approval = told()

    answer = auditor.get(f"/audit/approvals/{approval.pk}/receipt.json")

    assert answer.content == receipt_of(str(approval.pk)).content
    assert f"receipt-{approval.pk}.json" in answer["Content-Disposition"]
    assert verify_pack.check_receipt(answer.content, verify_pack.Trust()).code == 0


def test_each_look_and_each_copy_is_an_event_by_the_reader(auditor: Client) -> None:
    approval = told()

    auditor.get(f"/audit/approvals/{approval.pk}/receipt/")
    auditor.get(f"/audit/approvals/{approval.pk}/receipt.json")

    said = [one.content for one in Event.objects.about("log", "disclosures").with_content()]
    assert [one["data"]["form"] for one in said] == ["page", "file"]
    assert {one["actor"]["label"] for one in said} == {"Ada"}


@pytest.mark.shows("only-auditors-read-receipts")
@pytest.mark.parametrize(
    "fields",
    [{"is_staff": True}, {"is_staff": True, "is_superuser": True}, {}],
    ids=["staff", "superuser", "reviewer"],
)
@pytest.mark.parametrize("end", ["receipt/", "receipt.json"])
def test_nobody_else_gets_it_and_nothing_is_recorded(fields: dict[str, Any], end: str) -> None:
    approval = told()
    client = client_of(make_user("other@example.com", **fields))

    assert client.get(f"/audit/approvals/{approval.pk}/{end}").status_code == 403
    assert client.get(f"/audit/approvals/{uuid4()}/{end}").status_code == 403
    assert client_of(make_approver()).get(f"/audit/approvals/{approval.pk}/{end}").status_code == 403
    assert Client().get(f"/audit/approvals/{approval.pk}/{end}").status_code == 302
    assert not Event.objects.about("log", "disclosures").exists()


def test_request_leads_auditors_to_its_receipt_and_nobody_else(auditor: Client) -> None:
    approval = told()
    address = f"/audit/approvals/{approval.pk}/receipt/"

    assert address in text_of(auditor.get(f"/approvals/{approval.pk}/"))
    assert address not in text_of(client_of(make_user()).get(f"/approvals/{approval.pk}/"))


def test_what_is_open_or_not_proven_yet_waits(auditor: Client) -> None:
    approval = make_approval()
    sequence()
    still_open = auditor.get(f"/audit/approvals/{approval.pk}/receipt/")
    approve(approval, by=make_user())

    unproven = auditor.get(f"/audit/approvals/{approval.pk}/receipt.json")

    assert (still_open.status_code, unproven.status_code) == (409, 409)
    assert "not decided yet" in text_of(still_open)
    assert "come back" in text_of(unproven)
    assert auditor.get(f"/audit/approvals/{uuid4()}/receipt/").status_code == 404


@pytest.mark.parametrize("damage", ["DELETE FROM audit_node", "UPDATE audit_checkpoint SET key_id = 'lost'"])
@pytest.mark.parametrize("end", ["receipt/", "receipt.json"])
def test_a_damaged_record_or_a_lost_key_is_said_and_no_fault(auditor: Client, damage: str, end: str) -> None:
    approval = told()
    as_database_superuser(damage)

    with capture_logs() as lines:
        answer = auditor.get(f"/audit/approvals/{approval.pk}/{end}")

    assert answer.status_code == 503
    assert "Tell the operators" in text_of(answer)
    assert ("receipt_cannot_be_proven", "critical") in [(one["event"], one["log_level"]) for one in lines]


def test_receipt_with_a_hostile_context_still_has_a_page(auditor: Client) -> None:
    context = {
        "trigger": "x",
        "steps": [{"name": "n", "output": "o", "at": "2026-04-12T09:00:00Z"}],
        "deadline": "no",
    }
    approval = approve(make_approval(payload={"at": "never", "since": [1]}, context=context), by=make_user())
    sequence()

    answer = auditor.get(f"/audit/approvals/{approval.pk}/receipt/")

    assert answer.status_code == 200
    assert json.dumps("never") in text_of(answer).replace("&quot;", '"')
