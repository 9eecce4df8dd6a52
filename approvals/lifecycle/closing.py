"""Who is told that a request is over? Those who were asked or had approved: they need not look any more."""

from __future__ import annotations

from datetime import datetime

from approvals.models import Approval, Notification
from approvals.notifications import Told, tell
from approvals.reach import gather


def tell_who_was_asked(approval: Approval, at: datetime, *, but: str = "") -> None:
    """Tell all with an account who are still named, approved the current payload, or were asked as approvers.

    `but` is the address of the person who ended it. The assignments count as they were read, before the end.
    """
    named = {assignment.email for assignment in approval.assignments.all() if assignment.is_named}
    voted = {vote.user.email for vote in approval.approving_votes()}
    if not (named | voted) - {but} and not approval.approvers_asked_at:
        return
    audience = gather(named | voted, at=at)
    people = audience.people
    others = people.active.union(audience.asked_approvers(approval)) - {but}
    told = [Told(Notification.Kind.DECIDED, approval, address) for address in sorted(others)]
    tell(told, at=at, routes=people.routes)
