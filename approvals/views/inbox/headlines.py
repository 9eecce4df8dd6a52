"""Which amount or target stands out? The policy's `headline` points into the payload."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F

from approvals import payload
from approvals.models import Approval, PayloadVersion


def headline_of(approval: Approval, value: Any) -> str:
    """The parts that the policy points to, of this payload; "" where it points to nothing that is there."""
    found = (payload.find(value, pointer) for pointer in approval.policy.headline)
    return " · ".join(payload.in_words(part) for part in found if part is not payload.ABSENT)


def headlines_of(rows: Iterable[Approval]) -> dict[str, str]:
    """By the request's id, for a page of the list, in one query; the policies are read along."""
    wanted = {row.pk: row for row in rows if row.policy.headline}
    if not wanted:
        return {}
    current = PayloadVersion.objects.filter(approval__in=wanted, number=F("approval__current_version")).only(
        "approval_id", "source"
    )
    return {str(v.approval_id): headline_of(wanted[v.approval_id], v.value) for v in current}
