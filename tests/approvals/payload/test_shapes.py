"""Which payloads are alike: values and lengths do not count, fields and types do."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from approvals.payload import alike

AGENT, ANOTHER = UUID(int=1), UUID(int=2)
ORDER = {"order": "A1", "total": 10, "paid": True, "note": None, "lines": [{"sku": "x", "count": 1}]}


def changed(**fields: Any) -> dict[str, Any]:
    return {**ORDER, **fields}


@pytest.mark.parametrize(
    ("other", "is_alike"),
    [
        (dict(reversed(ORDER.items())), True),
        (changed(order="B2", total=0.5, paid=False), True),
        (changed(lines=[{"sku": "y", "count": 2}, {"count": 3, "sku": "z"}]), True),
        (changed(lines=[{"sku": "y", "count": "2"}]), False),
        (changed(lines=[]), False),
        (changed(total="10"), False),
        (changed(paid=1), False),
        (changed(note="x"), False),
        (changed(more=1), False),
        ({"order": "A1"}, False),
        ({}, False),
    ],
)
def test_payloads_are_alike_by_their_fields_and_types(other: dict[str, Any], is_alike: bool) -> None:
    assert (alike(AGENT, "refund", ORDER) == alike(AGENT, "refund", other)) is is_alike


def test_proposals_of_another_agent_or_action_type_are_not_alike() -> None:
    marks = {alike(AGENT, "refund", ORDER), alike(ANOTHER, "refund", ORDER), alike(AGENT, "payment", ORDER)}

    assert len(marks) == 3
    assert {len(mark) for mark in marks} == {16}
