"""A deadline passes without a decision: an event, not a state (DESIGN §3)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from approvals.lifecycle.beats import lock, record
from audit import clock
from audit.clock import rfc3339
from audit.message import SYSTEM


@transaction.atomic
def breach_if_overdue(approval_id: UUID) -> bool:
    """Stamp the breach once, and hold the request; True if this call did it."""
    approval = lock(approval_id)
    at = clock.now()
    if approval.deadline is None or not approval.is_overdue(at) or approval.breached_at:
        return False
    approval.breached_at = at
    approval.save(update_fields=["breached_at"])
    record(
        approval,
        "approval.sla_breach",
        actor=SYSTEM,
        at=at,
        data={
            "run_id": approval.run_id,
            "risk": approval.risk,
            "deadline": rfc3339(approval.deadline),
            "elapsed_seconds": round((at - approval.created_at).total_seconds()),
            "assignees": [a.email for a in approval.assignments.all() if a.is_open],
        },
    )
    return True
