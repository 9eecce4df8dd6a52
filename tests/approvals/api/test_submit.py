"""POST /approvals: what is taken, what is refused, and how the refusal says how to mend it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from approvals.models import Approval
from tests.approvals.api.client import PROPOSAL, AgentClient, agent_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> AgentClient:
    return agent_client()


def test_a_proposal_waits_for_people(agent: AgentClient) -> None:
    body = agent.submit(risk="medium", confidence=0.84)

    assert (body["status"], body["disposition"], body["risk"]) == ("pending", "wait", "medium")
    assert body["payload"] == PROPOSAL["payload"]
    assert body["votes"] == {"required": 1, "approved": 0}
    assert body["url"].endswith(f"/approvals/{body['id']}/")


@pytest.mark.shows("one-key-one-request")
def test_the_same_key_and_body_is_the_request_as_it_now_stands(agent: AgentClient) -> None:
    first = agent.post("/approvals", PROPOSAL, key="one")
    reordered = dict(reversed(PROPOSAL.items()))

    again = agent.post("/approvals", reordered, key="one")

    assert (first.status_code, again.status_code) == (201, 200)
    assert json.loads(first.content)["id"] == json.loads(again.content)["id"]


@pytest.mark.shows("one-key-one-request")
def test_the_same_key_and_another_body_is_a_conflict(agent: AgentClient) -> None:
    agent.post("/approvals", PROPOSAL, key="one")

    response = agent.post("/approvals", {**PROPOSAL, "action": "Something else"}, key="one")

    assert response.status_code == 409
    assert json.loads(response.content)["type"].endswith("idempotency_conflict")


def test_an_idempotency_key_is_demanded(agent: AgentClient) -> None:
    response = agent.post("/approvals", PROPOSAL, key=None)

    assert response.status_code == 422
    assert "idempotency" in json.loads(response.content)["detail"].lower()


BAD_FIELDS: list[tuple[dict[str, Any], str]] = [
    ({"actionType": "has spaces"}, "/actionType"),
    ({"action": ""}, "/action"),
    ({"action": " \n "}, "/action"),
    ({"action": "x" * 301}, "/action"),
    ({"rationale": "x" * 8001}, "/rationale"),
    ({"rationale": None}, "/rationale"),
    ({"confidence": 1.5}, "/confidence"),
    ({"confidence": "0.9"}, "/confidence"),
    ({"risk": "extreme"}, "/risk"),
    ({"slaMinutes": 0}, "/slaMinutes"),
    ({"slaMinutes": -5}, "/slaMinutes"),
    ({"slaMinutes": 1.5}, "/slaMinutes"),
    ({"slaMinutes": "60"}, "/slaMinutes"),
    ({"assignees": ["not an address"]}, "/assignees/0"),
    ({"evidence": [{"label": "x" * 121, "value": "v"}]}, "/evidence/0/label"),
    ({"evidence": [{"label": "L", "value": "x" * 2001}]}, "/evidence/0/value"),
    ({"evidence": [{"label": "L", "value": "v", "tone": "purple"}]}, "/evidence/0/tone"),
    ({"evidence": [{"label": "L", "value": "v", "url": "javascript:alert(1)"}]}, "/evidence/0/url"),
    ({"evidence": [{"label": "L", "value": "v"}] * 51}, "/evidence"),
    ({"payload": []}, "/payload"),
    ({"payload": None}, "/payload"),
    ({"payloadSchema": {"$ref": "https://example.com/schema"}}, "/payloadSchema/$ref"),
    ({"payloadSchema": {"properties": {"to": {"pattern": 1}}}}, "/payloadSchema/properties/to/pattern"),
    ({"payloadSchema": {"properties": {"to": {"maxLength": 3}}}}, "/payload/to"),
    ({"lockedFields": ["to"]}, "/lockedFields/0"),
    ({"initiatedBy": "sam"}, "/initiatedBy"),
    ({"supersedes": "abc"}, "/supersedes"),
    ({"context": {"steps": [{"name": "Research", "at": "yesterday"}]}}, "/context/steps/0/at"),
    ({"context": {"note": "x"}}, "/context/note"),
    ({"callbackUrl": "https://example.com"}, "/callbackUrl"),
    ({"status": "approved"}, "/status"),
    ({"actionType": "unheard_of"}, "/actionType"),
    ({"risk": "high", "assignees": []}, "/assignees"),
]


@pytest.mark.parametrize(
    ("changes", "pointer"), BAD_FIELDS, ids=[p + str(i) for i, (_, p) in enumerate(BAD_FIELDS)]
)
def test_what_does_not_fit_is_refused_at_its_field(
    agent: AgentClient, changes: dict[str, Any], pointer: str
) -> None:
    response = agent.post("/approvals", {**PROPOSAL, **changes})
    problem = json.loads(response.content)

    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    assert pointer in [error["pointer"] for error in problem["errors"]]
    assert all(error["message"] for error in problem["errors"])
    assert not Approval.objects.exists()


BAD_TEXTS = {
    "no JSON": "{",
    "empty": "",
    "not an object": "[]",
    "NaN": '{"payload": {"a": NaN}}',
    "infinity": '{"payload": {"a": Infinity}}',
    "overflow": '{"payload": {"a": 1e999}}',
    "a double does not carry it": '{"payload": {"a": 0.1000000000000000055511151231257827}}',
    "beyond 2^53": '{"payload": {"a": 9007199254740993}}',
    "duplicate keys": '{"payload": {"a": 1, "a": 2}}',
    "NUL": '{"payload": {"a": "\\u0000"}}',
    "lone surrogate": '{"payload": {"a": "\\ud800"}}',
    "too deep": '{"payload": ' + '{"a": ' * 40 + "1" + "}" * 41,
    "a bomb of brackets": "[" * 100_000,
    "bytes that are not UTF-8": b'{"payload": "\xff"}',
}


@pytest.mark.shows("bodies-that-burn")
@pytest.mark.parametrize("text", BAD_TEXTS.values(), ids=BAD_TEXTS)
def test_json_that_would_do_harm_is_refused(agent: AgentClient, text: str | bytes) -> None:
    response = agent.post("/approvals", text=text)

    assert response.status_code == 422
    assert json.loads(response.content)["detail"]
    assert not Approval.objects.exists()


@pytest.mark.shows("bodies-that-burn")
def test_a_body_over_256_kib_is_refused(agent: AgentClient) -> None:
    response = agent.post("/approvals", {**PROPOSAL, "payload": {"body": "x" * 256 * 1024}})

    assert response.status_code == 413
    assert "256 KiB" in json.loads(response.content)["detail"]


def test_the_payload_keeps_the_order_and_the_literals_that_were_sent(agent: AgentClient) -> None:
    text = json.dumps(PROPOSAL).replace('"subject": "Q3"', '"subject": 1.50')

    agent.post("/approvals", text=text)

    assert '"subject": 1.50, "body"' in Approval.objects.get().version().source


def test_an_unowned_assignee_is_a_warning(agent: AgentClient) -> None:
    body = agent.submit(assignees=["shared-mailbox@example.com"])

    assert [warning["code"] for warning in body["warnings"]] == [
        "unowned_assignee",
        "too_few_people",
        "too_few_people_told",
    ]
