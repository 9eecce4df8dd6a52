"""What does the worker do for the log? When it runs is in `approvals_site/schedule.py`."""

from __future__ import annotations

from celery import shared_task
from celery.signals import worker_init
from django.core.exceptions import ImproperlyConfigured

from audit import anchors, known_keys, sequencer


@shared_task(name="audit.sequence", soft_time_limit=540, time_limit=570)
def sequence() -> None:
    """Sign what the log holds, and write the checkpoint to the anchor file, which the next run reads."""
    sequencer.run()
    anchors.write()


@shared_task(name="audit.send_checkpoints")
def send_checkpoints() -> None:
    """Send the newest checkpoint out. A task of its own, since signing must not wait for a receiver."""
    anchors.send()


@worker_init.connect
def _require_keys(**_: object) -> None:
    """An exception of a signal's receiver is swallowed, so the worker is told to exit."""
    try:
        known_keys.require()
    except ImproperlyConfigured as problem:
        raise SystemExit(str(problem)) from None
