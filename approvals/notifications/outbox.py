"""Is it sent, and sent again after a crash? Rows with a lease, each sent at least once under one id."""

from __future__ import annotations

import random
import time
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from approvals.models import Notification
from approvals.models.notification import NotificationQuerySet
from approvals.notifications import channels, message
from approvals.notifications.channels import DeliveryFailed, email
from approvals.vault import Unreadable
from audit import clock
from grants.models import User

logger = structlog.get_logger(__name__)

LEASE = timedelta(seconds=120)
"""How long a worker has for one message; a dead worker's is taken over after that."""

BACKOFF = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600))
"""What follows the first attempt, each with up to a fifth of jitter. After the last it is given up."""

RUN = 60.0
"""Seconds after which a run takes no further message: the next run is due anyway, and a task that lasts is
handed to a second worker.
"""


def deliver_due() -> int:
    """Send what is due; returns how many were sent. Any number of workers may do so at once.

    A kind of channel that took all of its time once is left alone for the rest of the run, so that what hangs
    holds up no other. Raises ExceptionGroup, after everything else was tried, where a message failed in a way
    that no channel explains: a defect here. That message too is tried again later, and given up in the end.
    """
    sent, slow, defects = 0, set[str](), list[Exception]()
    started = time.monotonic()
    while time.monotonic() - started < RUN and (notification := _lease(slow)):
        try:
            _send(notification)
        except DeliveryFailed as failure:
            _schedule_again(notification, str(failure))
            if failure.was_slow:
                slow.add(_kind(notification))
                _let_wait(notification)
        except Exception as defect:  # noqa: BLE001 - one bad row never stops the others
            _schedule_again(notification, repr(defect))
            defects.append(defect)
        else:
            _unfinished(notification).update(sent_at=clock.now(), last_error="")
            sent += 1
    if defects:
        raise ExceptionGroup("messages that could not even be tried", defects)
    return sent


@transaction.atomic
def _lease(slow: set[str]) -> Notification | None:
    """Take one message: its next attempt moves a lease ahead, so nobody else sees the row meanwhile."""
    at = clock.now()
    due = Notification.objects.due(at).exclude(channel__kind__in=slow - {email.KIND})
    if email.KIND in slow:
        due = due.exclude(channel=None)
    rows = due.select_related("approval__agent", "grant__grantor", "grant__grantee", "person", "channel")
    found = rows.select_for_update(skip_locked=True, of=("self",)).order_by("next_attempt_at").first()
    if found is not None:
        found.attempts += 1
        found.next_attempt_at = at + LEASE
        found.save(update_fields=["attempts", "next_attempt_at"])
    return found


def _send(notification: Notification) -> None:
    """What was meant for a channel that is gone comes by e-mail. Raises DeliveryFailed."""
    with _reader_of(notification):
        _send_as_read(notification)


def _send_as_read(notification: Notification) -> None:
    channel, text = notification.channel, message.of_notification(notification)
    if channel is None or (channel.removed_at and notification.recipient):
        return channels.send(text, email.KIND, notification.recipient)
    if channel.removed_at:
        raise DeliveryFailed("The channel was removed.")
    try:
        address = channel.address
    except Unreadable as error:
        raise DeliveryFailed(str(error)) from None
    return channels.send(text, channel.kind, address)


def _reader_of(notification: Notification) -> AbstractContextManager[None]:
    """A person's message is written for that person; a team's in the site's zone, as nobody's in particular."""
    person = User.objects.filter(email=notification.recipient).first() if notification.recipient else None
    return message.read_by(person)


def _kind(notification: Notification) -> str:
    return notification.channel.kind if notification.channel else email.KIND


def _let_wait(notification: Notification) -> None:
    """What else is due through a channel that hangs comes no sooner than its next attempt."""
    if notification.channel is None:
        return
    at = clock.now()
    others = Notification.objects.due(at).filter(channel=notification.channel)
    others.update(next_attempt_at=at + BACKOFF[1])


def _schedule_again(notification: Notification, error: str) -> None:
    at = clock.now()
    changes: dict[str, object] = {"last_error": error[:2000]}
    if notification.attempts > len(BACKOFF):
        changes["given_up_at"] = at
        logger.error("notification_given_up", id=str(notification.pk), error=error)
    else:
        changes["next_attempt_at"] = _next_attempt(notification, at)
    # A later attempt belongs to a worker that took the row over: its word counts.
    _unfinished(notification).filter(attempts=notification.attempts).update(**changes)


def _next_attempt(notification: Notification, at: datetime) -> datetime:
    wait = BACKOFF[notification.attempts - 1]
    return at + wait * random.uniform(1, 1.2)  # nosec B311 # noqa: S311 - jitter, no secret


def _unfinished(notification: Notification) -> NotificationQuerySet:
    return Notification.objects.unfinished().filter(pk=notification.pk)
