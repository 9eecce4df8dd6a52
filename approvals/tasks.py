"""What does the worker do, by name? When each runs is in `approvals_site/celery.py`."""

from __future__ import annotations

from threading import Event, Thread

from celery import shared_task
from celery.signals import worker_ready

from approvals import notifications, wakeups


@shared_task(name="approvals.deliver_outbox")
def deliver_outbox() -> None:
    """Send what is due. A message that fails is retried by its row, never by Celery."""
    notifications.deliver_due()


@worker_ready.connect
def _hear_of_commits(**_: object) -> None:
    """The worker looks at the outbox when woken, too; the web never enqueues, so that it needs no broker."""
    thread = Thread(target=wakeups.listen, args=(_deliver_soon, Event()), name="wakeups", daemon=True)
    thread.start()


def _deliver_soon() -> None:
    deliver_outbox.apply_async(expires=5)
