"""On whose behalf does the agent run? One address, of a person here where the policy wants one."""

from __future__ import annotations

import pytest

from approvals.models import Approval
from tests.approvals.api.client import PROPOSAL, agent_client
from tests.factories import make_policy, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.shows("one-form-of-an-address")]


def test_the_address_is_kept_in_one_form() -> None:
    made = agent_client().post("/approvals", {**PROPOSAL, "initiatedBy": " Ana+Q3＠acme.example "})  # noqa: RUF001 - full width

    assert Approval.objects.get().initiated_by == made.json()["initiatedBy"] == "ana+q3@acme.example"


@pytest.mark.parametrize("call", ["/approvals", "/evaluate"])
@pytest.mark.parametrize(
    "sent", ['"ana"@acme.example', "ana@b.example@acme.example", "ana@\u0430cme.example"]
)
def test_an_address_that_could_pass_for_another_is_refused_at_its_field(call: str, sent: str) -> None:
    refused = agent_client().post(call, {**PROPOSAL, "initiatedBy": sent})

    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/initiatedBy"]


@pytest.mark.parametrize("call", ["/approvals", "/evaluate"])
@pytest.mark.parametrize("account", [None, {"is_active": False}, {"is_active": False, "proven_at": None}])
def test_a_policy_that_wants_to_know_takes_people_here_and_no_others(
    call: str, account: dict[str, object] | None
) -> None:
    client = agent_client()
    make_policy(require_initiated_by=True)
    if account:
        make_user("ana@acme.example", **account)

    refused = client.post(call, {**PROPOSAL, "initiatedBy": "ana@acme.example"})

    assert refused.status_code == 422
    assert [error["code"] for error in refused.json()["errors"]] == ["unknown_initiator"]


@pytest.mark.parametrize("call", ["/approvals", "/evaluate"])
def test_a_person_here_is_taken_under_each_spelling(call: str) -> None:
    client = agent_client()
    make_policy(require_initiated_by=True)
    make_user("ana@acme.example")

    taken = client.post(call, {**PROPOSAL, "initiatedBy": "Ana+Q3@acme.example"})

    assert taken.status_code in (200, 201)


def test_without_that_an_unknown_person_is_taken() -> None:
    taken = agent_client().post("/approvals", {**PROPOSAL, "initiatedBy": "ana@acme.example"})

    assert taken.status_code == 201
