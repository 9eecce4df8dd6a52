"""What does the worker do, by name? When each runs is in `approvals_site/schedule.py`."""

from __future__ import annotations

from threading import Event, Thread
from typing import Any

import structlog
from celery import shared_task
from celery.signals import worker_ready
from kombu.exceptions import OperationalError

from approvals import delegation, four_eyes, keys, lifecycle, notifications, trying, wakeups

logger = structlog.get_logger(__name__)


@shared_task(name="approvals.deliver_outbox")
def deliver_outbox() -> None:
    """Send what is due. A message that fails is retried by its row, never by Celery."""
    notifications.deliver_due()


@shared_task(name="approvals.send_tests")
def send_tests() -> None:
    """Send the tests of channels that people asked for; messages, which another task sends, do not wait for them."""
    trying.send_due()


@shared_task(name="approvals.begin_and_end_grants")
def begin_and_end_grants() -> None:
    """Tell of grants that begin and record those that run out. Grants count by their times, even if this is late."""
    delegation.begin_and_end()


@shared_task(name="approvals.let_take_effect")
def let_take_effect() -> None:
    """What a single administrator loosened counts after its hour."""
    four_eyes.let_take_effect()


@shared_task(name="approvals.watch_keys")
def watch_keys() -> None:
    """Tell of agents' keys that end soon, and of those that were used after their end."""
    keys.watch()


@shared_task(name="approvals.sweep", soft_time_limit=540, time_limit=570)
def sweep() -> None:
    """Deadlines, ladders, reminders, expiry. However many run at once, each request is swept once."""
    lifecycle.sweep()


@worker_ready.connect
def _hear_of_commits(sender: Any = None, **_: object) -> None:
    """The worker that delivers also looks at the outbox when woken. The web never enqueues, so it needs no broker."""
    if sender.app.conf.task_default_queue not in sender.app.amqp.queues.consume_from:
        return
    thread = Thread(target=wakeups.listen, args=(_deliver_soon, Event()), name="wakeups", daemon=True)
    thread.start()


def _deliver_soon() -> None:
    try:
        for task in (deliver_outbox, send_tests):
            task.apply_async(expires=5)
    except OperationalError as error:
        logger.warning("broker_lost", error=str(error))  # beat looks every few seconds anyway
