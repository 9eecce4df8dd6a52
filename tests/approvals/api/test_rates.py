"""One agent that calls too often is refused, and told when to come back; others are not concerned."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from limits import parse

from approvals import rates
from approvals.models import Approval
from tests.approvals.api.client import PROPOSAL, AgentClient
from tests.factories import make_agent, make_key, make_policy, make_user
from tests.traffic import traffic

pytestmark = [pytest.mark.django_db, pytest.mark.shows("a-noisy-agent")]

LOST = "redis://127.0.0.1:1/0"


@pytest.fixture
def client() -> AgentClient:
    make_policy()
    return AgentClient(make_key()[1])


def allow(settings: Any, **rate: str) -> None:
    settings.RATES = {**settings.RATES, **{what: parse(text) for what, text in rate.items()}}


@contextmanager
def without_redis(settings: Any) -> Iterator[None]:
    settings.REDIS_URL = LOST
    rates._shared.cache_clear()
    try:
        yield
    finally:
        rates._shared.cache_clear()
        rates._Redis.away_until = 0.0


def propose(client: AgentClient, **changes: object) -> HttpResponse:
    return client.post("/approvals", {**PROPOSAL, **changes})


def test_proposals_beyond_the_rate_are_refused_with_when_to_come_back(
    client: AgentClient, settings: Any
) -> None:
    allow(settings, submissions="2/minute")

    statuses = [propose(client).status_code for _ in range(3)]
    refused = propose(client)

    assert statuses == [201, 201, 429]
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert refused.json()["type"] == "urn:countersign:problem:rate_exceeded"
    assert refused.json()["detail"].startswith("This agent may send 2 proposals in 60 seconds. Wait ")
    assert Approval.objects.count() == 2


def test_a_repeated_refusal_asks_the_database_nothing(client: AgentClient, settings: Any) -> None:
    allow(settings, submissions="1/minute")
    assert [propose(client).status_code for _ in range(2)] == [201, 429]

    with traffic() as seen:
        assert propose(client).status_code == 429

    assert seen.statements == 0


def test_another_agent_and_the_agents_other_calls_go_on(client: AgentClient, settings: Any) -> None:
    allow(settings, submissions="1/minute")
    approval_id = propose(client).json()["id"]
    assert propose(client).status_code == 429

    assert client.get(f"/approvals/{approval_id}").status_code == 200
    assert client.post("/evaluate", PROPOSAL).status_code == 200
    assert propose(AgentClient(make_key(make_agent("Another agent"))[1])).status_code == 201


def test_a_second_key_gives_an_agent_no_second_share(client: AgentClient, settings: Any) -> None:
    allow(settings, submissions="1/minute")
    key, token = make_key()
    other = make_key(key.agent)[1]

    assert propose(AgentClient(token)).status_code == 201
    assert propose(AgentClient(other)).status_code == 429


@pytest.mark.parametrize("what", ["evaluations", "calls"])
def test_evaluations_and_other_calls_have_rates_of_their_own(
    client: AgentClient, settings: Any, what: str
) -> None:
    allow(settings, **{what: "1/minute"})
    call = {
        "evaluations": lambda: client.post("/evaluate", PROPOSAL),
        "calls": lambda: client.get("/approvals"),
    }[what]

    assert [call().status_code for _ in range(2)] == [200, 429]


def test_no_more_requests_are_open_than_an_agent_may_have(client: AgentClient, settings: Any) -> None:
    settings.AGENT_OPEN_REQUESTS = 1
    first = client.submit()["id"]

    refused = propose(client)
    instead = propose(client, supersedes=first)
    client.post(f"/approvals/{instead.json()['id']}/cancel")

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert refused.json()["type"] == "urn:countersign:problem:too_many_open"
    assert "1 open requests" in refused.json()["detail"]
    assert instead.status_code == 201
    assert propose(client).status_code == 201


def test_a_proposal_that_came_before_is_answered_though_no_more_may_be_open(
    client: AgentClient, settings: Any
) -> None:
    settings.AGENT_OPEN_REQUESTS = 1
    key = str(uuid4())
    assert client.post("/approvals", PROPOSAL, key=key).status_code == 201

    assert client.post("/approvals", PROPOSAL, key=key).status_code == 200


def test_what_runs_by_itself_is_no_open_request(settings: Any) -> None:
    settings.AGENT_OPEN_REQUESTS = 0
    make_policy(pattern="none")

    assert propose(AgentClient()).json()["status"] == "not_required"


def test_an_agent_asks_no_more_people_than_its_share(client: AgentClient, settings: Any) -> None:
    allow(settings, assignees="3/hour")
    two, one = ["a@example.com", "b@example.com"], ["c@example.com"]

    statuses = [propose(client, assignees=named).status_code for named in (two, two, one, one)]

    assert statuses == [201, 429, 201, 429]


@pytest.mark.shows("redis-may-lose-everything")
def test_without_redis_agents_are_counted_here_and_people_are_not(client: AgentClient, settings: Any) -> None:
    allow(settings, submissions="2/minute", comments="1/hour")
    person = make_user().pk

    with without_redis(settings):
        statuses = [propose(client).status_code for _ in range(3)]
        for _ in range(3):
            rates.take_of_person("comments", person)

    assert statuses == [201, 201, 429]


def test_a_lost_redis_is_left_alone_for_a_while(client: AgentClient, settings: Any) -> None:
    with without_redis(settings):
        propose(client)
        first = rates._Redis.away_until
        propose(client)

        assert rates._Redis.away_until == first > 0


def test_evaluating_uses_up_no_assignees(client: AgentClient, settings: Any) -> None:
    allow(settings, assignees="1/hour")
    for _ in range(3):
        assert client.post("/evaluate", PROPOSAL).status_code == 200

    assert propose(client).status_code == 201
