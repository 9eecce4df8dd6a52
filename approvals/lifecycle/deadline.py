"""How is a passed deadline noted? As an event, not a state, and before anything else happens to the request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from approvals.lifecycle.asking import ask_enough
from approvals.lifecycle.beats import lock, moment
from approvals.lifecycle.breach import breach
from approvals.models import Approval
from grants.models import User

Act = Callable[[Approval, datetime], None]


class _Overdue(Exception):
    """The deadline has passed, and nobody has noted that yet."""


def in_time(
    approval_id: UUID,
    act: Act,
    *,
    by: User | None = None,
    concerned: Iterable[str] = (),
    agent: UUID | None = None,
) -> Approval:
    """Call `act` with the locked request, once a breach of its deadline is noted.

    `by`, `concerned` and `agent` are as `lock` takes them. The breach has a transaction of its own, so that it stands
    whatever becomes of the act. Raises what `act` raises, and Approval.DoesNotExist.
    """
    while True:
        try:
            return _locked(approval_id, act, by=by, concerned=list(concerned), agent=agent)
        except _Overdue:
            breach_if_overdue(approval_id)


@transaction.atomic
def _locked(approval_id: UUID, act: Act, **locks: Any) -> Approval:
    approval = lock(approval_id, **locks)
    at = moment(approval)
    if approval.is_overdue(at) and not approval.breached_at:
        raise _Overdue
    act(approval, at)
    ask_enough([approval], at)
    return approval


@transaction.atomic
def breach_if_overdue(approval_id: UUID) -> bool:
    """Note a breach that the sweep has not noted yet; True if this call did."""
    approval = lock(approval_id)
    at = moment(approval)
    if approval.deadline is None or not approval.is_overdue(at) or approval.breached_at:
        return False
    breach([approval], at)
    return True
