"""Calls drawn from the OpenAPI description, and from what it forbids: is each answer one that it names?

`make fuzz` draws 5,000 and more (FUZZ_CASES for each call and caller); the suite draws a few. What a call stores is
rolled back.
"""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import pytest
import schemathesis
from django.db import transaction
from django.test.client import ClientHandler
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from approvals import lifecycle
from approvals.api import api
from tests.approvals.api.client import PROPOSAL
from tests.factories import approve, make_agent, make_approval, make_key, make_policy, make_user

pytestmark = pytest.mark.django_db

CASES = int(os.environ.get("FUZZ_CASES", "0"))
A_FEW = 8
MANY = 5_000
CHECKS = [
    *(not_a_server_error, status_code_conformance, content_type_conformance),
    *(response_headers_conformance, response_schema_conformance),
]
CALLERS = ("the owner", "another agent", "nobody")
CALLS = [
    (method.upper(), path) for path, calls in api.get_openapi_schema()["paths"].items() for method in calls
]


drawn_so_far = 0


@cache
def _description() -> Any:
    text = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    return schemathesis.openapi.from_dict(text)


@pytest.fixture
def requests_there() -> list[UUID]:
    """A pending request, an approved one and a claimed one, of the agent whose key the owner has.

    A policy for every action type takes what is drawn.
    """
    make_policy("*")
    person = make_user()
    key, _ = make_key()
    there = [make_approval(key=key) for _ in range(3)]
    for approval in there[1:]:
        approve(approval, by=person)
    lifecycle.claim(there[2].pk, by=key)
    return [approval.pk for approval in there]


def _application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """The site as a server calls it, on this test's connection to the database."""
    response = ClientHandler(enforce_csrf_checks=True)(environ)
    start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
    return [response.content]


def _headers(caller: str) -> dict[str, str]:
    agent = make_agent() if caller == "the owner" else make_agent("Other", owner=make_user("o@example.com"))
    return {} if caller == "nobody" else {"Authorization": f"Bearer {make_key(agent)[1]}"}


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_each_answer_is_one_that_the_description_names(
    method: str, path: str, caller: str, requests_there: list[UUID]
) -> None:
    operation = _description()[path][method]
    headers = _headers(caller)
    drawn = st.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )
    places = st.sampled_from([*requests_there, None])

    @seed(uuid4().int if CASES else 1)
    @settings(
        max_examples=CASES or A_FEW, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(drawn, places)
    def probe(case: Any, place: UUID | None) -> None:
        global drawn_so_far
        drawn_so_far += 1
        if place and "approval_id" in case.path_parameters:
            case.path_parameters["approval_id"] = str(place)
        with transaction.atomic():
            response = case.call(app=_application, base_url="http://testserver", headers=headers)
            transaction.set_rollback(True)
        case.validate_response(response, checks=CHECKS, headers=headers)

    probe()


@pytest.mark.skipif(not CASES, reason="`make fuzz` draws so many")
def test_thousands_were_drawn() -> None:
    assert drawn_so_far >= MANY


def test_a_proposal_that_is_taken_is_what_the_description_says() -> None:
    """What is drawn at random seldom names an action type that has a policy."""
    make_policy()
    headers = {**_headers("the owner"), "Idempotency-Key": "once"}
    case = _description()["/api/v1/approvals"]["POST"].Case(body=PROPOSAL, media_type="application/json")

    for status in (201, 200):
        response = case.call(app=_application, base_url="http://testserver", headers=headers)
        case.validate_response(response, checks=CHECKS, headers=headers)
        assert response.status_code == status


def test_a_request_at_each_step_is_what_the_description_says(requests_there: list[UUID]) -> None:
    headers = _headers("the owner")
    for path, wanted in (("", 200), ("/claim", 409), ("/cancel", 409), ("/wait", 200)):
        method = "GET" if path in ("", "/wait") else "POST"
        operation = _description()[f"/api/v1/approvals/{{approval_id}}{path}"][method]
        case = operation.Case(path_parameters={"approval_id": str(requests_there[2])})
        response = case.call(app=_application, base_url="http://testserver", headers=headers)
        case.validate_response(response, checks=CHECKS, headers=headers)
        assert response.status_code == wanted
