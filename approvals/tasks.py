"""What does the worker do, by name? When each runs is in `approvals_site/celery.py`."""

from __future__ import annotations

from celery import shared_task

from approvals import notifications


@shared_task(name="approvals.deliver_outbox")
def deliver_outbox() -> None:
    """Send what is due. A message that fails is retried by its row, never by Celery."""
    notifications.deliver_due()
