"""The OpenAPI description says what is sent and answered, in the words of the wire."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from approvals.api import api


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    return found


def calls(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in spec["paths"].values():
        yield from methods.values()


def test_each_reference_leads_somewhere(spec: dict[str, Any]) -> None:
    wanted = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(spec)))

    assert wanted <= set(spec["components"]["schemas"])
    assert {"Context", "Evidence", "Step"} <= wanted


def test_fields_are_in_camel_case(spec: dict[str, Any]) -> None:
    names = {name for shape in spec["components"]["schemas"].values() for name in shape.get("properties", {})}

    assert {"payloadSha256", "nextCursor", "claimId", "onBehalfOf"} <= names
    assert [name for name in names if "_" in name] == []


def test_every_refusal_is_a_problem(spec: dict[str, Any]) -> None:
    for call in calls(spec):
        refusals = [answer for status, answer in call["responses"].items() if int(status) >= 400]
        assert {kind for answer in refusals for kind in answer["content"]} == {"application/problem+json"}


def test_the_header_is_named_as_it_is_sent(spec: dict[str, Any]) -> None:
    headers = {
        parameter["name"]: parameter["required"]
        for call in calls(spec)
        for parameter in call.get("parameters", [])
        if parameter["in"] == "header"
    }

    assert set(headers) == {"Idempotency-Key"}
