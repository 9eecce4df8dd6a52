"""How often do the calls that run all day talk to the database? Counts, which no busy machine can blur."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from approvals.models import Approval
from tests.approvals.api.client import PROPOSAL, AgentClient
from tests.factories import make_approver, make_key, make_policy, make_user
from tests.races.acts import approving
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


def test_what_came_before_is_answered_with_three_statements(client: AgentClient) -> None:
    make_policy()
    key = str(uuid4())
    assert client.post("/approvals", PROPOSAL, key=key).status_code == 201

    seen = counted(lambda: client.post("/approvals", PROPOSAL, key=key))

    assert seen.statements <= 3


def test_reading_one_and_listing_fifty_take_three_statements(client: AgentClient) -> None:
    make_policy()
    ids = [client.submit()["id"] for _ in range(51)]

    assert counted(lambda: client.get(f"/approvals/{ids[0]}")).statements <= 3
    assert counted(lambda: client.get("/approvals")).statements <= 3


def test_a_decision_takes_twenty_statements_in_six_round_trips(client: AgentClient) -> None:
    """BEGIN, three locks, the request and the clock; the person and their membership; whom to tell; the writes."""
    make_policy()
    reviewer = make_user("sales@example.com")
    approvals = [Approval.objects.get(pk=client.submit()["id"]) for _ in range(2)]
    acts = iter([approving(approval, reviewer) for approval in approvals])

    def decide() -> None:
        next(acts)()

    seen = counted(decide)

    assert seen.statements <= 20
    assert seen.round_trips <= 6


def test_a_claim_and_its_outcome_take_nine_statements_and_eight(client: AgentClient) -> None:
    """BEGIN, the lock, the request and the clock, the row, the event, COMMIT; and the key before.

    A claim looks at the event by which it was approved as well.
    """
    make_policy()
    reviewer = make_user("sales@example.com")
    ids = [client.submit()["id"] for _ in range(2)]
    for pk in ids:
        approving(Approval.objects.get(pk=pk), reviewer)()
    taken: list[dict[str, Any]] = []
    to_claim, to_report = iter(ids), iter(ids)

    def claim() -> None:
        taken.append(client.post(f"/approvals/{next(to_claim)}/claim").json())

    def report() -> None:
        one = taken.pop(0)
        said = {"claimId": one["claimId"], "status": "succeeded", "payloadSha256": one["payloadSha256"]}
        assert client.post(f"/approvals/{next(to_report)}/outcome", said).status_code == 200

    for call, more in ((claim, 1), (report, 0)):
        seen = counted(call)
        assert seen.statements <= 8 + more
        assert seen.round_trips <= 4 + more
