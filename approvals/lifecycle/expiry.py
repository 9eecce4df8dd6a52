"""An approval that nobody claimed within its validity can never be executed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from approvals.lifecycle.beats import RequestEvent, record
from approvals.models import Approval
from approvals.models.among import among
from audit.clock import rfc3339
from audit.message import SYSTEM


def expire(approvals: Sequence[Approval], at: datetime) -> None:
    """Note that the validity of these locked approvals is over. Claims are refused from that moment on anyway."""
    Approval.objects.filter(pk__in=among(one.pk for one in approvals)).update(expired_at=at)
    record(*(_event(approval, at) for approval in approvals), people=())


def _event(approval: Approval, at: datetime) -> RequestEvent:
    data = {"valid_until": rfc3339(approval.valid_until) if approval.valid_until else None}
    return RequestEvent(approval, "approval.expired", actor=SYSTEM, at=at, data=data)
