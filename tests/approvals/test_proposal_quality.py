"""A proposal that nobody can judge well is told so, to the agent and on the page; nothing is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from approvals import proposal_quality
from approvals.seeds.cases import CASES
from tests.approvals.api.client import PROPOSAL, AgentClient
from tests.factories import make_policy, make_user

GOOD = {
    "action": "Send email to Head of Engineering, Acme Corp",
    "rationale": "The prospect wrote about scaling.",
    "evidence": [{"label": "Mail", "value": "x", "tone": "slate", "url": None}],
    "payload": {"to": "x"},
    "risk": "critical",
}


def codes(**changes: Any) -> list[str]:
    return [one["code"] for one in proposal_quality.warnings(**{**GOOD, **changes})]


@pytest.mark.parametrize(
    "action",
    [
        'send_email(to="x")',
        "send_email",
        "send-email",
        "sendEmail",
        "SendEmail",
        "refund.create",
        "mcp__crm__update",
        "Refund::create",
        "refund()",
        'Call send_email(to="x")',
        "Run db.users.delete(id=4)",
        "createUser({name: 'x'})",
        '{"tool": "send_email"}',
        '[{"tool": 1}]',
        "<tool_call>refund</tool_call>",
        "POST /v1/refunds",
        "DELETE FROM users WHERE id = 4",
    ],
)
def test_an_action_for_a_program_is_told_as_such(action: str) -> None:
    assert codes(action=action) == ["action_reads_like_a_call"]


@pytest.mark.parametrize(
    "action",
    [
        "Send email to Head of Engineering, Acme Corp",
        "Refund",
        "Refund EUR 20.00 (partial) to Acme",
        "Delete record(s) of Acme Corp",
        "Set net-30 payment terms",
        "Update contact_owner of Acme Corp to Dana",
        "Revoke the key ak_live_7f3e…91c2 (production)",
        "Publish “How do I reset 2FA?” on help.acme.example",
        "Post an answer to ticket #4821",
        "顧客にメールを送る",
        "Überweisung an Müller GmbH (48.210,00 €)",
        "Reply to dana@acme.example",
        "Notify O'Neil & Sons (urgent)",
    ],
)
def test_an_action_for_people_is_no_call(action: str) -> None:
    assert codes(action=action) == []


@pytest.mark.parametrize("rationale", ["x", "Because.", "N/A", "as requested", GOOD["action"]])
def test_a_rationale_under_a_sentence(rationale: str) -> None:
    assert codes(rationale=rationale) == ["rationale_too_short"]


@pytest.mark.parametrize("rationale", ["The contract says net-30.", "顧客から解約の依頼があった。"])
def test_a_sentence_is_enough(rationale: str) -> None:
    assert codes(rationale=rationale) == []


@pytest.mark.parametrize(
    ("risk", "expected"),
    [("low", []), ("medium", ["no_evidence"]), ("high", ["no_evidence"]), ("critical", ["no_evidence"])],
)
def test_no_evidence_at_medium_or_above(risk: str, expected: list[str]) -> None:
    assert codes(risk=risk, evidence=[]) == expected


def test_an_empty_payload() -> None:
    assert codes(payload={}) == ["empty_payload"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.agent)
def test_the_worked_cases_are_good_ones(case: Any) -> None:
    body = case.body(datetime.now(UTC))

    assert codes(**{name: body[name] for name in ("action", "rationale", "evidence", "payload")}) == []


POOR = {"action": "send_email()", "rationale": "x", "evidence": [], "payload": {}, "risk": "high"}
ALL = ["action_reads_like_a_call", "rationale_too_short", "no_evidence", "empty_payload"]


@pytest.mark.django_db
class TestOverTheWire:
    def test_the_agent_is_told_with_the_answer(self) -> None:
        make_policy()

        warned = AgentClient().submit(**POOR)["warnings"]

        assert [one["code"] for one in warned if one["code"] in ALL] == ALL

    def test_evaluating_says_the_same_beforehand(self) -> None:
        make_policy()
        client = AgentClient()

        found = json.loads(client.post("/evaluate", {**PROPOSAL, **POOR}, key=None).content)

        told = [one["message"] for one in client.submit(**POOR)["warnings"] if one["code"] in ALL]
        assert found["reasons"][-4:] == told

    def test_the_requests_page_shows_it(self) -> None:
        make_policy()
        reviewer = make_user()
        url = AgentClient().submit(**POOR)["url"]
        browser = Client()
        browser.force_login(reviewer)

        page = browser.get("/" + url.split("/", 3)[3]).content.decode()

        assert "The action reads like a function call" in page
        assert "A high action comes without evidence" in page
