"""A person who handed a request on takes it back, while nobody has acted on it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from approvals import authority
from approvals.exceptions import ActedMeanwhile, NotPermitted
from approvals.lifecycle.beats import RequestEvent, as_stored, record, require_pending
from approvals.lifecycle.deadline import in_time
from approvals.models import Approval, Assignment, Notification
from approvals.notifications import notify
from approvals.reach import gather
from grants.models import User


def take_back(approval_id: UUID, *, by: User, of: str) -> Approval:
    """Stop asking the address `of`; the person asked before them is asked again.

    Raises NotPermitted, AlreadyDecided, and ActedMeanwhile where `authority.acted_since` says what happened.
    """

    def act(approval: Approval, at: datetime) -> None:
        person = as_stored(by)
        asked = _asked(approval, of.strip().lower(), person)
        require_pending(approval)
        if happened := authority.acted_since(asked, approval):
            raise ActedMeanwhile(happened)
        place = _undo(asked, at)
        taken_back = RequestEvent(
            approval,
            "approval.taken_back",
            actor=person.as_actor(),
            at=at,
            version=approval.version(),
            data={"from": asked.email, "to": place.email if place else None},
        )
        record(taken_back)
        _tell(approval, asked, place, person, at)

    return in_time(approval_id, act, by=by)


def _asked(approval: Approval, email: str, by: User) -> Assignment:
    """The place that this person handed to that address."""
    own = (a for a in approval.assignments.all() if a.email == email and a.placed_by_id == by.pk)
    found = next(own, None)
    if found is None or not by.is_active:
        raise NotPermitted(_("Only the person who handed a request on can take it back."))
    return found


def _undo(asked: Assignment, at: datetime) -> Assignment | None:
    """Undo the handing on; returns the place that is filled again, None where `asked` was an additional one."""
    asked.removed_at = at
    asked.source = asked.source_before or Assignment.Source.REASSIGNED
    asked.save(update_fields=["removed_at", "source"])
    place = asked.in_place_of
    if place is None or place.is_named:
        return None
    place.removed_at = None
    place.save(update_fields=["removed_at"])
    return place


def _tell(approval: Approval, asked: Assignment, place: Assignment | None, by: User, at: datetime) -> None:
    for kind, email in (
        (Notification.Kind.TAKEN_BACK, asked.email),
        (Notification.Kind.REASSIGNED, place.email if place else ""),
    ):
        told = gather([email], at=at).of(approval, [email]) if email and email != by.email else []
        notify(approval, kind, (one for one in told if one != by.email), at=at)
