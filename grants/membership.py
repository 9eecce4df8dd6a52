"""Who joins or leaves the group `approvers`? Each change is audited."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit import clock, log
from audit.message import Actor, NewEvent
from grants.models import ApproverMembership, User
from grants.providers import require_by_hand
from grants.second import require


@transaction.atomic
def join(user: User, *, by: Actor, second: Actor | None = None) -> ApproverMembership:
    """Make `user` an approver. If they are one already, nothing changes and nothing is recorded.

    Raises TakesTwo unless a `second` administrator agrees, Governed where a provider's groups say who belongs.
    """
    require_by_hand(user.pk, "approvers", by=by)
    require(user, by=by, second=second)
    User.objects.select_for_update().get(pk=user.pk)
    at = clock.now()
    membership, is_new = ApproverMembership.objects.get_or_create(
        user=user, left_at=None, defaults={"joined_at": at}
    )
    if is_new:
        _record(user, "approvers.joined", by, at)
    return membership


@transaction.atomic
def leave(user: User, *, by: Actor) -> None:
    """End `user`'s membership. If they have none, nothing changes and nothing is recorded.

    Raises Governed where a provider's groups say who belongs.
    """
    require_by_hand(user.pk, "approvers", by=by)
    User.objects.select_for_update().get(pk=user.pk)
    at = clock.now()
    if ApproverMembership.objects.filter(user=user, left_at=None).update(left_at=at):
        _record(user, "approvers.left", by, at)


def _record(user: User, event: str, by: Actor, at: datetime) -> None:
    log.record(NewEvent(user.as_subject(), event, actor=by, at=at, data={"email": user.email}))
