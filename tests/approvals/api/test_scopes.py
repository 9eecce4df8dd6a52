"""What a key's scopes, action types and workflows open, at every call, and how it is told what is missing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse

from approvals import keys, lifecycle
from approvals.api import api
from approvals.api.scopes import TAKES, scope_of
from approvals.models import EVERY_SCOPE, AgentKey, Approval, Scope
from audit.tasks import sequence
from tests.approvals.api.client import PROPOSAL, AgentClient
from tests.factories import approve, make_agent, make_approval, make_key, make_policy, make_user

pytestmark = pytest.mark.django_db


class World:
    """A pending request, and an approved one, of an agent whose other key has every scope."""

    def __init__(self) -> None:
        make_policy()
        self.key, _ = make_key(make_agent())
        self.pending, self.approved = make_approval(key=self.key), make_approval(key=self.key)
        approve(self.approved, by=make_user())

    def client(self, **powers: Any) -> AgentClient:
        return AgentClient(make_key(self.key.agent, powers=keys.Powers(**powers))[1])


@pytest.fixture
def world() -> World:
    return World()


def outcome(client: AgentClient, world: World) -> HttpResponse:
    claim = lifecycle.claim(world.approved.pk, by=world.key)
    said = {
        "claimId": str(claim.claim_id),
        "status": "succeeded",
        "payloadSha256": bytes(world.approved.version(1).sha256).hex(),
    }
    return client.post(f"/approvals/{world.approved.pk}/outcome", said)


def receipt(client: AgentClient, world: World) -> HttpResponse:
    sequence()
    return client.get(f"/approvals/{world.approved.pk}/receipt")


CALLS: dict[tuple[str, str], Callable[[AgentClient, World], HttpResponse]] = {
    ("POST", "/approvals"): lambda client, _: client.post("/approvals", PROPOSAL),
    ("POST", "/approvals/{id}/cancel"): lambda c, w: c.post(f"/approvals/{w.pending.pk}/cancel"),
    ("POST", "/evaluate"): lambda client, _: client.post("/evaluate", PROPOSAL),
    ("GET", "/approvals"): lambda client, _: client.get("/approvals"),
    ("GET", "/approvals/{id}"): lambda c, w: c.get(f"/approvals/{w.pending.pk}"),
    ("GET", "/approvals/{id}/wait"): lambda c, w: c.get(f"/approvals/{w.pending.pk}/wait"),
    ("GET", "/approvals/{id}/receipt"): receipt,
    ("POST", "/approvals/{id}/claim"): lambda c, w: c.post(f"/approvals/{w.approved.pk}/claim"),
    ("POST", "/approvals/{id}/outcome"): outcome,
}


def test_every_call_of_the_description_takes_a_scope() -> None:
    paths = api.get_openapi_schema()["paths"]
    described = {(method.upper(), path) for path, calls in paths.items() for method in calls}

    assert {scope_of(*one) for one in described} == set(Scope)
    assert len(described) == len(TAKES) == len(CALLS)


def test_the_description_names_the_scope_of_each_call() -> None:
    paths = api.get_openapi_schema()["paths"]

    claim = paths["/api/v1/approvals/{approval_id}/claim"]["post"]
    assert claim["description"].endswith("Takes a key with the scope `claim`.")
    assert "403" in {str(status) for status in claim["responses"]}


@pytest.mark.shows("keys-stay-in-scope")
@pytest.mark.parametrize("scope", EVERY_SCOPE)
@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_a_key_with_one_scope_makes_just_its_calls(world: World, call: tuple[str, str], scope: str) -> None:
    answer = CALLS[call](world.client(scopes=[scope]), world)

    if TAKES[call] == scope:
        assert answer.status_code in (200, 201), answer.content
    else:
        assert answer.status_code == 403
        assert json.loads(answer.content)["type"] == "urn:countersign:problem:missing_scope"


def test_the_refusal_says_what_is_missing_and_who_mends_it(world: World) -> None:
    answer = world.client(scopes=["read", "submit"]).post(f"/approvals/{world.approved.pk}/claim")

    assert json.loads(answer.content)["detail"] == (
        "This call takes the scope 'claim', and this key has the scopes submit, read. What a key may do never changes: "
        "ask the agent's owner to have an administrator create a key with that scope."
    )


def test_a_key_from_before_may_do_everything(world: World) -> None:
    key, _ = make_key()

    assert AgentKey.objects.get(pk=key.pk).scopes == EVERY_SCOPE


@pytest.mark.shows("keys-stay-in-scope")
@pytest.mark.parametrize(
    "narrow", [{"action_types": ["refund"]}, {"workflows": ["billing"]}], ids=["action type", "workflow"]
)
class TestNarrowed:
    """A key for refunds, or for the billing; the requests are e-mails without a workflow."""

    @pytest.mark.parametrize("path", ["/approvals", "/evaluate"])
    def test_it_proposes_nothing_else(self, world: World, narrow: dict[str, Any], path: str) -> None:
        answer = world.client(**narrow).post(path, PROPOSAL)

        assert answer.status_code == 403
        assert "but not with this key, which is for" in json.loads(answer.content)["detail"]

    @pytest.mark.parametrize("call", [one for one in CALLS if "{id}" in one[1]], ids=" ".join)
    def test_another_request_of_its_agent_is_not_there(
        self, world: World, narrow: dict[str, Any], call: tuple[str, str]
    ) -> None:
        answer = CALLS[call](world.client(**narrow), world)

        assert answer.status_code == 404
        assert Approval.objects.get(pk=world.pending.pk).is_pending

    def test_it_lists_only_its_own(self, world: World, narrow: dict[str, Any]) -> None:
        make_policy("refund")
        client = world.client(**narrow)
        own = client.submit(actionType="refund", workflow="billing")

        listed = json.loads(client.get("/approvals").content)["items"]

        assert [one["id"] for one in listed] == [own["id"]]

    def test_it_supersedes_only_its_own(self, world: World, narrow: dict[str, Any]) -> None:
        make_policy("refund")
        body = {
            **PROPOSAL,
            "actionType": "refund",
            "workflow": "billing",
            "supersedes": str(world.pending.pk),
        }

        answer = world.client(**narrow).post("/approvals", body)

        assert answer.status_code == 422
        assert json.loads(answer.content)["errors"][0]["code"] == "unknown_request"

    def test_it_reads_nothing_by_sending_again_what_another_key_sent(
        self, world: World, narrow: dict[str, Any]
    ) -> None:
        again = str(uuid4())
        world.client().post("/approvals", PROPOSAL, key=again)

        answer = world.client(**narrow).post("/approvals", PROPOSAL, key=again)

        assert answer.status_code == 404


@pytest.mark.usefixtures("rows_alone")
@pytest.mark.shows("keys-stay-in-scope")
def test_a_key_is_no_wider_than_its_agent_became(world: World) -> None:
    make_policy("refund")
    client = world.client(action_types=["refund"])
    agent = world.key.agent
    agent.action_types = ["external_email"]
    agent.save(update_fields=["action_types"])

    answer = client.post("/approvals", {**PROPOSAL, "actionType": "refund"})

    assert answer.status_code == 403
    assert "This agent may not propose" in json.loads(answer.content)["detail"]
