"""Somebody's account is closed: whoever can take over is told of what they leave open."""

from __future__ import annotations

from datetime import datetime

from approvals.models import Approval, Notification
from approvals.notifications import notify
from grants.models import ApproverMembership, User


def tell_of_what_is_left(user: User, *, at: datetime) -> int:
    """Tell the escalation targets and the approvers of each open request that names this person; how many.

    Call it in the transaction that deactivates the account. The person stays named until somebody reassigns:
    what was asked of whom is part of the record.
    """
    members = ApproverMembership.objects.open(at).filter(user__is_active=True).exclude(user=user)
    approvers = list(members.values_list("user__email", flat=True))
    left = Approval.objects.pending().assigned_to(user.email).select_related("policy")
    for approval in left:
        told = [*approval.policy.escalation_targets, *approvers]
        notify(approval, Notification.Kind.LEFT_OPEN, (email for email in told if email != user.email), at=at)
    return len(left)
