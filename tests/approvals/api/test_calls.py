"""Read, list, wait, cancel, claim, outcome; and who may call at all."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from openapi_spec_validator import validate

from approvals import keys
from approvals.models import Approval
from audit import clock
from audit.message import SYSTEM
from tests.approvals.api.client import PROPOSAL, AgentClient, agent_client
from tests.factories import EMAIL_PAYLOAD, approve, make_agent, make_approval, make_key, make_user, reject

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> AgentClient:
    return agent_client()


def stored(body: dict[str, Any]) -> Approval:
    return Approval.objects.get(pk=body["id"])


def read(agent: AgentClient, body: dict[str, Any]) -> dict[str, Any]:
    return json.loads(agent.get(f"/approvals/{body['id']}").content)  # type: ignore[no-any-return]


@pytest.mark.shows("agents-get-what-was-approved", "every-decision-says-what-it-means")
def test_the_agent_gets_the_payload_that_was_approved_and_what_changed(agent: AgentClient) -> None:
    body = agent.submit(payload=EMAIL_PAYLOAD)
    edited = {**EMAIL_PAYLOAD, "subject": "Q4 partnership proposal"}

    approve(stored(body), by=make_user(), edited=edited, comment="It is Q4 by now.")
    now = read(agent, body)

    assert (now["status"], now["disposition"], now["edited"]) == ("approved", "proceed", True)
    assert now["payload"] == edited
    assert now["changes"] == [{"op": "replace", "path": "/subject", "value": "Q4 partnership proposal"}]
    assert now["decision"]["comment"] == "It is Q4 by now."
    assert now["decision"]["votes"] == [
        {
            "reviewer": "sales@example.com",
            "onBehalfOf": None,
            "basis": "assignee",
            "name": "Sales",
            "meaning": "approved with 1 change",
            "decidedAt": now["decidedAt"],
            "signedWith": "session",
        }
    ]


def test_a_rejection_says_how_and_why(agent: AgentClient) -> None:
    body = agent.submit()

    reject(stored(body), by=make_user(), resolution="changes_requested", comment="Shorter, please.")
    now = read(agent, body)

    assert (now["status"], now["disposition"]) == ("rejected", "stop")
    assert now["decision"]["resolution"] == "changes_requested"
    assert now["decision"]["comment"] == "Shorter, please."


def test_claim_and_outcome_close_the_circle(agent: AgentClient) -> None:
    body = agent.submit()
    approve(stored(body), by=make_user())

    claim = json.loads(agent.post(f"/approvals/{body['id']}/claim", key="c").content)
    again = json.loads(agent.post(f"/approvals/{body['id']}/claim", key="c").content)
    report = {
        "claimId": claim["claimId"],
        "status": "succeeded",
        "detail": "250 OK",
        "payloadSha256": claim["payloadSha256"],
    }
    done = json.loads(agent.post(f"/approvals/{body['id']}/outcome", report).content)

    assert claim == again
    assert claim["payload"] == PROPOSAL["payload"]
    assert done["outcome"]["mismatch"] is False
    assert done["disposition"] == "stop"


@pytest.mark.shows("something-else-is-executed")
def test_the_hash_of_another_payload_is_a_mismatch(agent: AgentClient) -> None:
    body = agent.submit()
    approve(stored(body), by=make_user())
    claim = json.loads(agent.post(f"/approvals/{body['id']}/claim").content)

    report = {"claimId": claim["claimId"], "status": "succeeded", "payloadSha256": "0" * 64}
    done = json.loads(agent.post(f"/approvals/{body['id']}/outcome", report).content)

    assert done["outcome"]["mismatch"] is True


@pytest.mark.shows("claimed-once")
@pytest.mark.parametrize(("first", "second", "code"), [("a", "b", 409), (None, None, 409), ("a", "a", 200)])
def test_a_second_claim_is_refused(
    agent: AgentClient, first: str | None, second: str | None, code: int
) -> None:
    body = agent.submit()
    approve(stored(body), by=make_user())
    agent.post(f"/approvals/{body['id']}/claim", key=first)

    response = agent.post(f"/approvals/{body['id']}/claim", key=second)

    assert response.status_code == code


def test_claiming_what_is_not_approved_is_a_conflict(agent: AgentClient) -> None:
    body = agent.submit()

    response = agent.post(f"/approvals/{body['id']}/claim")

    assert response.status_code == 409
    assert json.loads(response.content)["type"].endswith("not_approved")


def test_cancel_is_repeated_harmlessly_and_refused_once_decided(agent: AgentClient) -> None:
    open_, decided = agent.submit(), agent.submit()
    approve(stored(decided), by=make_user())

    codes = [agent.post(f"/approvals/{body['id']}/cancel").status_code for body in (open_, open_, decided)]

    assert codes == [200, 200, 409]


def test_the_list_is_the_agents_own_newest_first_in_pages(
    agent: AgentClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("approvals.api.endpoints.PAGE", 2)
    ids = [agent.submit()["id"] for _ in range(3)]
    make_approval(key=make_key(make_agent("Another agent"))[0])

    first = json.loads(agent.get("/approvals").content)
    second = json.loads(agent.get("/approvals", cursor=first["nextCursor"]).content)

    assert [[item["id"] for item in page["items"]] for page in (first, second)] == [
        [ids[2], ids[1]],
        [ids[0]],
    ]
    assert second["nextCursor"] is None


def test_the_list_is_filtered(agent: AgentClient) -> None:
    wanted = agent.submit(runId="run_18", workflow="outbound-sales")
    agent.submit(runId="run_19")

    for query in (
        {"runId": "run_18"},
        {"workflow": "outbound-sales"},
        {"runId": "run_18", "status": "pending"},
    ):
        found = json.loads(agent.get("/approvals", **query).content)["items"]
        assert [item["id"] for item in found] == [wanted["id"]]

    assert agent.get("/approvals", status="sleeping").status_code == 422


def test_wait_asked_of_a_process_that_does_not_wait_says_when_to_come_back(agent: AgentClient) -> None:
    body = agent.submit()

    pending = agent.get(f"/approvals/{body['id']}/wait")
    approve(stored(body), by=make_user())
    decided = agent.get(f"/approvals/{body['id']}/wait")

    assert pending.headers["Retry-After"]
    assert "Retry-After" not in decided.headers
    assert agent.get(f"/approvals/{body['id']}/wait", timeout=31).status_code == 422


@pytest.mark.shows("guessing-what-exists")
@pytest.mark.parametrize("path", ["", "/wait", "/cancel", "/claim", "/outcome"])
def test_another_agents_request_is_as_good_as_none(agent: AgentClient, path: str) -> None:
    others = make_approval(key=make_key(make_agent("Another agent"))[0])
    report = {"claimId": str(uuid4()), "status": "failed", "payloadSha256": "0" * 64}

    def ask(id_: object) -> tuple[int, str]:
        call = agent.get if path in ("", "/wait") else agent.post
        response = (
            call(f"/approvals/{id_}{path}")
            if path != "/outcome"
            else agent.post(f"/approvals/{id_}{path}", report)
        )
        return response.status_code, response.content.decode().replace(str(id_), "ID")

    assert ask(others.pk) == ask(uuid4())
    assert ask(others.pk)[0] == 404


@pytest.mark.shows("guessing-what-exists")
@pytest.mark.parametrize("token", ["", "nonsense", "cs_", "cs_000000000000_x", "cs__", "Bearer"])
def test_every_bad_key_gets_the_same_answer(token: str) -> None:
    agent = AgentClient("none")
    agent.token = token

    response = agent.get("/approvals")

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert json.loads(response.content)["type"].endswith("unauthenticated")


@pytest.mark.shows("a-stolen-key")
def test_a_revoked_or_expired_key_is_refused_at_once() -> None:
    revoked, token = make_key()
    _, expired_token = make_key(expires_at=clock.now() + timedelta(milliseconds=50))
    codes = [AgentClient(t).get("/approvals").status_code for t in (token,)]

    keys.revoke_key(revoked, by=SYSTEM)
    clock_passes = clock.now() + timedelta(milliseconds=60)
    while clock.now() < clock_passes:
        pass
    codes += [AgentClient(t).get("/approvals").status_code for t in (token, expired_token)]

    assert codes == [200, 401, 401]


@pytest.mark.shows("a-stolen-key", "agents-stay-in-scope")
def test_a_key_stays_within_its_scope(agent: AgentClient) -> None:
    narrow = AgentClient(make_key(make_agent("Narrow agent", action_types=["crm_update"]))[1])

    response = narrow.post("/approvals", PROPOSAL)

    assert response.status_code == 403


def test_no_path_redirects_to_a_trailing_slash(agent: AgentClient) -> None:
    assert agent.post("/approvals/", PROPOSAL).status_code == 404


def test_the_openapi_description_is_valid_and_names_every_call(client) -> None:  # type: ignore[no-untyped-def]
    spec = client.get("/api/v1/openapi.json").json()

    validate(spec)

    assert {path.removeprefix("/api/v1") for path in spec["paths"]} == {
        "/approvals",
        "/approvals/{approval_id}",
        "/approvals/{approval_id}/wait",
        "/approvals/{approval_id}/cancel",
        "/approvals/{approval_id}/claim",
        "/approvals/{approval_id}/outcome",
        "/approvals/{approval_id}/receipt",
        "/evaluate",
    }


def test_an_answer_is_what_the_openapi_description_says(agent: AgentClient) -> None:
    from approvals.api.answers import ApprovalOut

    body = agent.submit()
    approve(stored(body), by=make_user())
    agent.post(f"/approvals/{body['id']}/claim")

    ApprovalOut.model_validate_json(agent.get(f"/approvals/{body['id']}").content)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nope", 404),
        ("/approvals/", 404),
        ("/approvals/not-a-uuid", 404),
        ("/approvals?runId=%00", 422),
        ("/approvals?workflow=%00", 422),
        ("/approvals/01900000-0000-7000-8000-000000000000/claim", 405),
    ],
)
def test_every_refusal_is_a_problem(agent: AgentClient, path: str, status: int) -> None:
    response = agent.get(path)

    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert json.loads(response.content)["detail"]


def test_a_database_that_is_away_is_503_and_says_when_to_come_back(
    agent: AgentClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr("audit.clock.now", refuse)

    response = agent.get("/approvals")

    assert (response.status_code, response["Retry-After"]) == (503, "2")


def test_an_idempotency_key_is_named_as_it_is_sent(agent: AgentClient) -> None:
    problem = json.loads(agent.post("/approvals", PROPOSAL, key=None).content)

    assert problem["errors"][0]["pointer"] == "Idempotency-Key"


def test_an_agent_that_waits_again_is_told_the_same_warnings_at_less_cost(agent: AgentClient) -> None:
    body = agent.submit()

    with CaptureQueriesContext(connection) as first:
        told = agent.get(f"/approvals/{body['id']}/wait").json()
    with CaptureQueriesContext(connection) as second:
        told_again = agent.get(f"/approvals/{body['id']}/wait").json()

    assert told["warnings"] == told_again["warnings"] == body["warnings"] != []
    assert len(second) < len(first)
