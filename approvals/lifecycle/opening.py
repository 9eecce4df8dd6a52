"""A person opens a request to decide it. A POST says so, which no link scanner sends."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from approvals import authority
from approvals.lifecycle.beats import RequestEvent, lock, moment, record
from approvals.models import Approval, Opening, put_in_hand
from grants.models import User
from patience import statements


@transaction.atomic
def open_request(approval_id: UUID, *, by: User) -> None:
    """Stamp the first opening by a person who may decide. Later openings and other readers change nothing."""
    approval = lock(approval_id)
    at = moment(approval)
    if approval.is_pending and authority.may_decide(by, approval, at=at).allowed:
        stamp_opening(approval, by, at)


def stamp_opening(approval: Approval, by: User, at: datetime) -> None:
    """Note that a person who may decide the locked request has it open. Each decision calls it too."""
    openings = list(approval.openings.all())
    if any(one.user_id == by.pk for one in openings):
        return
    opening = Opening(approval=approval, user=by, opened_at=at)
    statements.insert([opening])
    put_in_hand(approval, openings=[*openings, opening])
    actor, version = by.as_actor(), approval.version()
    record(RequestEvent(approval, "approval.opened", actor=actor, at=at, version=version, data={}))
