"""Whom may an agent name as assignee? People here and mailboxes of the organisation; others where the policy says so."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from limits import parse

from approvals.models import Approval, Notification
from tests.approvals.api.client import PROPOSAL, AgentClient, agent_client
from tests.factories import make_policy, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.shows("mail-to-strangers")]

STRANGERS = [f"stranger-{number}@strangers.example" for number in range(20)]


def propose(client: AgentClient, *assignees: str, **changes: Any) -> HttpResponse:
    return client.post("/approvals", {**PROPOSAL, "assignees": list(assignees), **changes})


def test_five_proposals_send_a_hundred_strangers_nothing() -> None:
    client = agent_client()

    statuses = [propose(client, *STRANGERS).status_code for _ in range(5)]

    assert statuses == [422] * 5
    assert not Approval.objects.exists()
    assert not Notification.objects.exists()


@pytest.mark.parametrize("call", ["/approvals", "/evaluate"])
def test_the_refusal_points_to_each_stranger_and_says_what_to_do(call: str) -> None:
    named = {"assignees": ["sales@example.com", "Eve@Strangers.example"]}

    refused = agent_client().post(call, {**PROPOSAL, **named})

    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["pointer"], error["code"]) == (422, "/assignees/1", "outside_assignee")
    assert error["message"] == refused.json()["detail"]
    assert "ask an administrator to allow it in the policy for external_email" in error["message"]


@pytest.mark.parametrize("call", ["/approvals", "/evaluate"])
def test_a_person_with_an_account_is_no_stranger_whatever_their_domain(call: str) -> None:
    make_user("auditor@contractor.example")

    answer = agent_client().post(call, {**PROPOSAL, "assignees": ["auditor@contractor.example"]})

    assert answer.status_code in (200, 201)


def test_an_inactive_account_makes_nobody_known() -> None:
    user = make_user("gone@left.example")
    user.is_active = False
    user.save()

    assert propose(agent_client(), "gone@left.example").status_code == 422


def test_a_mailbox_of_a_domain_that_accounts_have_is_inside() -> None:
    make_user("somebody@branch.example")

    assert propose(agent_client(), "team@branch.example").status_code == 201


def test_named_domains_stand_instead_of_those_of_the_accounts(settings: Any) -> None:
    settings.ORGANISATION_DOMAINS = ["ours.example"]
    client = agent_client()  # whose owner is of example.com

    assert propose(client, "team@ours.example").status_code == 201
    assert propose(client, "team@OURS.example").status_code == 201
    assert propose(client, "team@example.com").status_code == 422
    assert propose(client, "team@sub.ours.example").status_code == 422
    assert propose(client, "team@notours.example").status_code == 422


def test_whom_the_policy_names_itself_is_no_stranger() -> None:
    make_policy(reviewers=["partner@elsewhere.example"])

    assert propose(AgentClient(), "partner@elsewhere.example").status_code == 201


def test_a_policy_may_allow_them_up_to_a_share(settings: Any) -> None:
    settings.RATES = {**settings.RATES, "outside_assignees": parse("2/day")}
    make_policy(allow_outside_assignees=True)
    client = AgentClient()

    statuses = [propose(client, *STRANGERS[:number]).status_code for number in (2, 1)]
    inside = propose(client, "sales@example.com")

    assert statuses == [201, 429]
    assert inside.status_code == 201
