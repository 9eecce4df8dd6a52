"""An agent takes the receipt of its own request along, once all of it is proven."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest
from django.http import HttpResponse
from limits import parse
from structlog.testing import capture_logs

from approvals.models import Approval
from audit.models import Event
from audit.pack import verify_pack
from audit.tasks import sequence
from tests.approvals.api.client import PROPOSAL, AgentClient
from tests.audit.superuser import as_database_superuser
from tests.factories import approve, make_agent, make_key, make_policy, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> AgentClient:
    make_policy()
    return AgentClient()


def submitted(client: AgentClient) -> Approval:
    return Approval.objects.get(pk=client.submit()["id"])


def test_receipt_of_a_decision_is_valid_and_its_handing_out_is_an_event(client: AgentClient) -> None:
    approval = approve(submitted(client), by=make_user())
    sequence()

    answer = client.get(f"/approvals/{approval.pk}/receipt")

    assert answer.status_code == 200
    report = verify_pack.check_receipt(answer.content, verify_pack.Trust())
    assert report.code == verify_pack.INCOMPLETE  # approval.opened is not for agents
    (event,) = Event.objects.about("log", "disclosures").with_content()
    assert (event.actor_kind, event.content["data"]["form"]) == ("agent", "agent")


def test_before_a_decision_or_a_checkpoint_the_agent_comes_back(client: AgentClient) -> None:
    approval = submitted(client)
    sequence()
    pending = client.get(f"/approvals/{approval.pk}/receipt")
    approve(approval, by=make_user())
    unproven = client.get(f"/approvals/{approval.pk}/receipt")

    for answer in (pending, unproven):
        assert answer.status_code == 409
        assert json.loads(answer.content)["type"].endswith("receipt_not_ready")
    assert "Retry-After" not in pending  # people take as long as they take
    assert unproven["Retry-After"] == "60"
    detail = json.loads(unproven.content)["detail"]
    assert re.match(r"No signed checkpoint covers \d of its \d events yet", detail)
    assert "approval." not in detail  # nor what kind of event among reviewers waits
    assert not Event.objects.about("log", "disclosures").exists()


def test_the_receipt_of_another_agents_request_is_not_there(client: AgentClient) -> None:
    approval = approve(submitted(client), by=make_user())
    sequence()
    other = AgentClient(make_key(make_agent("Other"))[1])

    assert other.get(f"/approvals/{approval.pk}/receipt").status_code == 404


def shown(answer: HttpResponse) -> str:
    events = json.loads(answer.content)["events"]
    return " ".join(base64.b64decode(one["body"]).decode() for one in events if one["body"])


def critical(client: AgentClient) -> Approval:
    """A critical request that one of two reviewers has corrected and approved."""
    make_policy(risk="critical")
    approval = submitted(client)
    edited = {**PROPOSAL["payload"], "body": "Corrected."}
    return approve(approval, by=make_user(), edited=edited, comment="Between us: go on.")


def test_the_receipt_of_a_cancelled_request_withholds_what_people_did_on_the_way(client: AgentClient) -> None:
    approval = critical(client)
    client.post(f"/approvals/{approval.pk}/cancel", {})
    sequence()

    answer = client.get(f"/approvals/{approval.pk}/receipt")

    said = shown(answer)
    assert answer.status_code == 200
    assert "approval.cancelled" in said
    for hidden in ("approval.voted", "approval.edited", "Between us", str(make_user().pk)):
        assert hidden not in said
    assert json.loads(answer.content)["summary"]["votes"] == []
    assert verify_pack.check_receipt(answer.content, verify_pack.Trust()).code == verify_pack.INCOMPLETE


def test_the_same_receipt_once_more_is_no_second_event(client: AgentClient) -> None:
    approval = approve(submitted(client), by=make_user())
    sequence()
    address = f"/approvals/{approval.pk}/receipt"

    first, second = client.get(address), client.get(address)
    client.post(f"/approvals/{approval.pk}/claim", {})
    sequence()
    after = client.get(address)

    assert first.content == second.content != after.content
    assert Event.objects.about("log", "disclosures").count() == 2


def test_receipts_have_a_rate_of_their_own(client: AgentClient, settings: Any) -> None:
    settings.RATES = {**settings.RATES, "receipts": parse("2/minute")}
    approval = approve(submitted(client), by=make_user())
    sequence()

    codes = [client.get(f"/approvals/{approval.pk}/receipt").status_code for _ in range(3)]

    assert codes == [200, 200, 429]
    assert client.get(f"/approvals/{approval.pk}").status_code == 200


@pytest.mark.parametrize("damage", ["DELETE FROM audit_node", "UPDATE audit_checkpoint SET key_id = 'lost'"])
def test_a_damaged_record_or_a_lost_key_is_said_and_no_fault(client: AgentClient, damage: str) -> None:
    approval = approve(submitted(client), by=make_user())
    sequence()
    as_database_superuser(damage)

    with capture_logs() as lines:
        answer = client.get(f"/approvals/{approval.pk}/receipt")

    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert json.loads(answer.content)["type"].endswith("receipt_unavailable")
    assert ("receipt_cannot_be_proven", "critical") in [(one["event"], one["log_level"]) for one in lines]
    assert not Event.objects.about("log", "disclosures").exists()


def test_a_request_that_the_log_does_not_know_has_no_receipt(client: AgentClient) -> None:
    approval = submitted(client)
    as_database_superuser("SET CONSTRAINTS ALL IMMEDIATE")  # the request was stored with its events
    as_database_superuser("DELETE FROM audit_event WHERE subject_id = %s", str(approval.pk))

    assert client.get(f"/approvals/{approval.pk}/receipt").status_code == 404
