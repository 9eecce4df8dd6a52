"""How often do the calls that run all day talk to the database? Counts, which no busy machine can blur."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.approvals.api.client import PROPOSAL, AgentClient
from tests.factories import make_approver, make_key, make_policy, make_user
from tests.traffic import Traffic, traffic

pytestmark = pytest.mark.django_db(transaction=True)

TERMS: dict[str, dict[str, Any]] = {
    "approval_gate": {},
    "with reviewers": {"reviewers": ["finance@example.com"], "quorum": 2},
    "none": {"pattern": "none"},
    "exception_based": {"pattern": "exception_based", "condition": "payload.amount > 1000"},
    "draft_only": {"pattern": "draft_only"},
}


@pytest.fixture
def client() -> AgentClient:
    """Two reviewers with accounts, two approvers, and an agent that was here in the last minute."""
    for address in ("sales@example.com", "finance@example.com"):
        make_user(address)
    make_approver(), make_approver("other@example.com")
    client = AgentClient(make_key()[1])
    client.get("/approvals")
    return client


def counted(call: Callable[[], object]) -> Traffic:
    """The second time: the first prepares the statements."""
    call()
    with traffic() as seen:
        call()
    return seen


@pytest.mark.parametrize("terms", TERMS.values(), ids=TERMS)
def test_a_submission_takes_eight_statements_in_four_round_trips(
    client: AgentClient, terms: dict[str, Any]
) -> None:
    make_policy(**terms)
    payload = {**PROPOSAL["payload"], "amount": 12}

    seen = counted(lambda: client.submit(confidence=0.9, payload=payload))

    assert seen.statements <= 8
    assert seen.round_trips <= 4
