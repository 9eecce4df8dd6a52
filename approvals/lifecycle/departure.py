"""An account is closed: that is on record, and the people who can take over what it leaves open are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from approvals import keys
from approvals.authority import barred_addresses
from approvals.lifecycle.asking import ask_enough
from approvals.models import Approval, Notification
from approvals.notifications import Told, tell
from approvals.reach import gather
from audit import clock
from audit.message import Actor
from grants import accounts
from grants.models import User


@transaction.atomic
def close_account(user: User, *, by: Actor, changed: Sequence[str] = ()) -> int:
    """Deactivate the account, and tell others of what names this person; returns how many requests and drafts do.

    The escalation targets and the approvers are told, or the administrators where there are none. The person stays
    named until the request is reassigned: what was asked of whom is part of the record. The keys for which the person
    answers open nothing any more, and the administrators are told. `changed` are further fields
    of the account to store.
    """
    user.is_active = False
    accounts.change(user, by=by, changed=list({*changed, "is_active"}))
    at = clock.now()
    keys.note_owner_left(user, by=by, at=at)
    return _tell_of_what_is_left(user, at=at)


def _tell_of_what_is_left(user: User, *, at: datetime) -> int:
    named = Approval.objects.undecided().assigned_to(user.email).prefetch_related("assignments")
    left = list(named.with_parties())
    targets = {email for approval in left for email in approval.policy.escalation_targets}
    audience = gather(targets, at=at)
    told = [
        Told(Notification.Kind.LEFT_OPEN, approval, address)
        for approval in left
        for address in audience.for_certain(
            approval,
            [
                *approval.policy.escalation_targets,
                *_not_barred(audience.people.approvers, approval),
            ],
        )
        if address != user.email
    ]
    tell(told, at=at)
    _ask_enough(left, told, at)
    return len(left)


def _not_barred(addresses: Iterable[str], approval: Approval) -> list[str]:
    barred = barred_addresses(approval)
    return [address for address in addresses if address not in barred]


def _ask_enough(left: Iterable[Approval], told: Iterable[Told], at: datetime) -> None:
    """Leave out requests that are locked: the person deciding one may wait for the account that is closed here.

    Their own transaction asks enough people, or the next sweep does.
    """
    rows = Approval.objects.pending().with_parties().filter(pk__in=[one.pk for one in left]).order_by("pk")
    ask_enough(rows.select_for_update(skip_locked=True, no_key=True, of=("self",)), at, besides=told)
