"""A request is over: those who were asked, or approved before, need not look any more."""

from __future__ import annotations

from datetime import datetime

from approvals.models import Approval, Notification, Vote
from approvals.notifications import notify
from approvals.reach.audience import gather
from grants.models import User


def tell_who_was_asked(approval: Approval, at: datetime, *, but: str = "") -> None:
    """All with an account who are named still, approved the payload as it stands, or were asked as approvers.

    `but` is the address of whoever ended it. It goes by the assignments as they were read: before it ended.
    """
    named = {assignment.email for assignment in approval.assignments.all() if assignment.removed_at is None}
    voted = {vote.user.email for vote in Vote.objects.approving(approval).select_related("user")}
    asked = set(gather((), at=at).asked_approvers(approval))
    others = User.objects.filter(email__in=(named | voted | asked) - {but}, is_active=True)
    addresses = others.order_by("email").values_list("email", flat=True)
    notify(approval, Notification.Kind.DECIDED, addresses, at=at)
