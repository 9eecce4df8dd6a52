"""Is it sent, and sent again after a crash? Rows with a lease, each sent at least once under one id."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from approvals.models import Approval, Notification
from approvals.models.notification import NotificationQuerySet
from approvals.notifications import email
from audit import clock
from grants.models import DelegatedGrant

logger = structlog.get_logger(__name__)

LEASE = timedelta(seconds=120)
"""How long a worker has for its batch; a dead worker's rows are taken over after that."""

BACKOFF = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600))
"""What follows the first attempt, each with up to a fifth of jitter. After the last it is given up."""

BATCH = 10
"""Ten messages at a channel's time-out of 10 s each stay within the lease."""

RUN = 60.0
"""Seconds after which a run takes no further batch: the next run is due anyway, and a task that lasts is
handed to a second worker.
"""


@dataclass(frozen=True, slots=True)
class Told:
    """That somebody is to be told something about a request."""

    kind: Notification.Kind
    approval: Approval
    address: str


def tell(told: Iterable[Told], *, at: datetime) -> None:
    """Write the messages, in the transaction of what they tell."""
    Notification.objects.bulk_create(
        Notification(
            kind=one.kind, approval=one.approval, recipient=one.address, created_at=at, next_attempt_at=at
        )
        for one in told
    )


def notify(approval: Approval, kind: Notification.Kind, recipients: Iterable[str], *, at: datetime) -> None:
    """The same thing to several people about one request."""
    tell((Told(kind, approval, address) for address in dict.fromkeys(recipients)), at=at)


def notify_of_grant(
    grant: DelegatedGrant, kind: Notification.Kind, recipients: Iterable[str], *, at: datetime
) -> None:
    """The same about a grant."""
    Notification.objects.bulk_create(
        Notification(kind=kind, grant=grant, recipient=address, created_at=at, next_attempt_at=at)
        for address in dict.fromkeys(recipients)
    )


def deliver_due() -> int:
    """Send what is due; returns how many were sent. Any number of workers may do so at once.

    Raises ExceptionGroup, after everything else of its batch was tried, where a message failed in a way that
    no channel explains: a defect here. That message too is tried again later, and given up in the end.
    """
    sent = 0
    started = time.monotonic()
    while time.monotonic() - started < RUN and (batch := _lease()):
        sent += _deliver_batch(batch)
    return sent


def _deliver_batch(batch: list[Notification]) -> int:
    sent, defects = 0, []
    for notification in batch:
        try:
            sent += _deliver(notification)
        except Exception as defect:  # noqa: BLE001 - one bad row never stops the others
            _schedule_again(notification, repr(defect))
            defects.append(defect)
    if defects:
        raise ExceptionGroup("messages that could not even be tried", defects)
    return sent


@transaction.atomic
def _lease() -> list[Notification]:
    """Take a batch: the next attempt moves a lease ahead, so nobody else sees the rows meanwhile."""
    at = clock.now()
    rows = (
        Notification.objects.due(at)
        .select_related("approval__agent", "grant__grantor", "grant__grantee")
        .order_by("next_attempt_at")
    )
    batch = list(rows.select_for_update(skip_locked=True, of=("self",))[:BATCH])
    for notification in batch:
        notification.attempts += 1
        notification.next_attempt_at = at + LEASE
    Notification.objects.bulk_update(batch, ["attempts", "next_attempt_at"])
    return batch


def _deliver(notification: Notification) -> bool:
    try:
        email.send(notification)
    except email.DeliveryFailed as error:
        _schedule_again(notification, str(error))
        return False
    _unfinished(notification).update(sent_at=clock.now(), last_error="")
    return True


def _schedule_again(notification: Notification, error: str) -> None:
    at = clock.now()
    changes: dict[str, object] = {"last_error": error[:2000]}
    if notification.attempts > len(BACKOFF):
        changes["given_up_at"] = at
        logger.error("notification_given_up", id=str(notification.pk), error=error)
    else:
        wait = BACKOFF[notification.attempts - 1]
        changes["next_attempt_at"] = at + wait * random.uniform(1, 1.2)  # noqa: S311 - jitter, no secret
    # A later attempt belongs to a worker that took the row over: its word counts.
    _unfinished(notification).filter(attempts=notification.attempts).update(**changes)


def _unfinished(notification: Notification) -> NotificationQuerySet:
    return Notification.objects.unfinished().filter(pk=notification.pk)
