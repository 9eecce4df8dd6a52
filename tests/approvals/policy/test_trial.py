"""Trying a policy on a sample proposal."""

from __future__ import annotations

import json

import pytest

from approvals import policy
from approvals.api.shapes import SubmissionIn
from approvals.exceptions import InvalidInput
from approvals.models import Policy

GATE = Policy(action_type="refund", pattern="approval_gate", risk="low", sla_minutes=60)


def test_a_sample_may_hold_every_field_of_a_submission() -> None:
    names = [field.alias for field in SubmissionIn.model_fields.values()]

    assert policy.try_sample(GATE, json.dumps(dict.fromkeys(names))).is_gated


@pytest.mark.parametrize("name", ["workflow", "risk", "slaMinutes", "assignees", "confidence", "payload"])
def test_a_field_of_another_type_is_refused_at_its_place(name: str) -> None:
    with pytest.raises(InvalidInput, match="does not fit: write") as refusal:
        policy.try_sample(GATE, json.dumps({name: True}))

    assert [error.pointer for error in refusal.value.errors] == [f"/{name}"]


def test_all_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(InvalidInput) as refusal:
        policy.try_sample(GATE, json.dumps({"agent": 1, "initiatedBy": 1, "context": 1, "speed": 1}))

    assert {error.pointer for error in refusal.value.errors} == {
        "/agent",
        "/initiatedBy",
        "/context",
        "/speed",
    }
