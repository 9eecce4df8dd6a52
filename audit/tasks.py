"""What does the worker do for the log? When it runs is in `approvals_site/celery.py`."""

from __future__ import annotations

from celery import shared_task
from celery.signals import worker_init
from django.core.exceptions import ImproperlyConfigured

from audit import anchors, known_keys, sequencer


@shared_task(name="audit.sequence")
def sequence() -> None:
    """Sign what the log holds, and bring it out of the house."""
    sequencer.run()
    anchors.deliver()


@worker_init.connect
def _require_keys(**_: object) -> None:
    """A signal's receiver may not fail, so the worker is told to leave."""
    try:
        known_keys.require()
    except ImproperlyConfigured as problem:
        raise SystemExit(str(problem)) from None
