"""A share of the time is over: the reviewers who have not voted are reminded, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from approvals.lifecycle.beats import asked_of
from approvals.models import Approval, Notification, VoteSeat
from approvals.models.among import among
from approvals.notifications import Told, tell
from approvals.reach import gather


def remind(approvals: Sequence[Approval], at: datetime) -> None:
    """Remind the reviewers of locked, pending requests. It changes no state, so the log says nothing of it.

    Takes a fixed number of statements, for one request as for a thousand. Needs agent, key and policy read along.
    """
    Approval.objects.filter(pk__in=among(one.pk for one in approvals)).update(remind_at=None)
    seated = _seated(approvals)
    asked = asked_of(approvals)
    waiting = {
        approval: [
            email
            for email in asked[approval.pk]
            if (approval.pk, approval.current_version, email) not in seated
        ]
        for approval in approvals
    }
    audience = gather({address for addresses in waiting.values() for address in addresses}, at=at)
    tell(
        (
            Told(Notification.Kind.REMINDER, approval, address)
            for approval, addresses in waiting.items()
            for address in audience.of_all(approval, addresses)
            if (approval.pk, approval.current_version, address) not in seated
        ),
        at=at,
    )


def _seated(approvals: Sequence[Approval]) -> set[tuple[object, int, str]]:
    """Who approved which version already."""
    seats = VoteSeat.objects.filter(approval__in=among(one.pk for one in approvals))
    return set(seats.values_list("approval_id", "version", "user__email"))
