"""Which amount or target stands out? The policy's `headline` points into the payload."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from approvals import payload, strict_json
from approvals.models import Approval


def headline_of(approval: Approval, value: Any) -> str:
    """The parts that the policy points to, of this payload; "" where it points to nothing that is there."""
    found = (payload.find(value, pointer) for pointer in approval.policy.headline)
    return " · ".join(payload.in_words(part) for part in found if part is not payload.ABSENT)


def headlines_of(rows: Iterable[Any]) -> dict[str, str]:
    """By the request's id; `Inbox` has read the payloads along, where the policy has a headline."""
    return {str(row.pk): headline_of(row, strict_json.loads(row.shown)) for row in rows if row.shown}
