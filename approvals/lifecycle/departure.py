"""Somebody's account is closed: whoever can take over is told of what they leave open."""

from __future__ import annotations

from datetime import datetime

from approvals.audience import gather
from approvals.authority import barred_addresses
from approvals.models import Approval, Notification
from approvals.notifications import Told, tell
from grants.models import User


def tell_of_what_is_left(user: User, *, at: datetime) -> int:
    """Tell of each open request and draft that names this person; how many there are.

    The escalation targets and the approvers are told, and the administrators where that is nobody. Call it in the
    transaction that deactivates the account. The person stays named until somebody reassigns: what was asked of
    whom is part of the record.
    """
    named = Approval.objects.undecided().assigned_to(user.email).prefetch_related("assignments")
    left = list(named.with_parties())
    targets = {email for approval in left for email in approval.policy.escalation_targets}
    audience = gather(targets, at=at)
    told = [
        Told(Notification.Kind.LEFT_OPEN, approval, address)
        for approval in left
        for address in audience.for_certain(
            approval,
            [*approval.policy.escalation_targets, *(set(audience.approvers) - barred_addresses(approval))],
        )
        if address != user.email
    ]
    tell(told, at=at)
    return len(left)
