"""How did people decide what was like this? Of the newest under the same policy, how many each way."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from approvals.models import Approval
from approvals.models.choices import Resolution, Status
from approvals.views.request.access import Case

MOST = 50
"""The newest that are looked at, so that it costs the same however long the history is."""

_EDITED = Q(current_version__gt=1)


@dataclass(frozen=True, slots=True)
class Precedents:
    """How many were approved, with edits among them, how many rejected, and how many nobody decided in time."""

    approved: int
    edited: int
    rejected: int
    late: int

    @property
    def decided(self) -> int:
        return self.approved + self.rejected

    def __bool__(self) -> bool:
        return self.decided + self.late > 0


def precedents_of(case: Case) -> Precedents | None:
    """For those who decide it or may use the draft, None for everybody else."""
    if not (case.awaits_person or case.approval.is_draft):
        return None
    newest = Approval.objects.last_decided_of_type(case.approval.action_type)[:MOST]
    is_late = Q(status=Status.REJECTED, resolution=Resolution.SLA_EXPIRED)
    is_approved = Q(status__in=(Status.APPROVED, Status.USED))
    is_rejected = Q(status__in=(Status.REJECTED, Status.DISCARDED)) & ~is_late
    return Precedents(
        **newest.aggregate(
            approved=Count("pk", filter=is_approved),
            edited=Count("pk", filter=is_approved & _EDITED),
            rejected=Count("pk", filter=is_rejected),
            late=Count("pk", filter=is_late),
        )
    )
