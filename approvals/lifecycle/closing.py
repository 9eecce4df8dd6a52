"""Who is told that a request is over? Those who were asked or had approved: they need not look any more."""

from __future__ import annotations

from datetime import datetime

from approvals.models import Approval, Notification, Vote
from approvals.notifications import notify
from approvals.reach import gather
from grants.models import User


def tell_who_was_asked(approval: Approval, at: datetime, *, but: str = "") -> None:
    """Tell all with an account who are still named, approved the current payload, or were asked as approvers.

    `but` is the address of the person who ended it. The assignments count as they were read, before the end.
    """
    named = {assignment.email for assignment in approval.assignments.all() if assignment.is_named}
    voted = {vote.user.email for vote in Vote.objects.approving(approval).select_related("user")}
    asked = set(gather((), at=at).asked_approvers(approval))
    others = User.objects.filter(email__in=(named | voted | asked) - {but}, is_active=True)
    addresses = others.order_by("email").values_list("email", flat=True)
    notify(approval, Notification.Kind.DECIDED, addresses, at=at)
