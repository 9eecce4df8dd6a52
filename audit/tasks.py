"""What does the worker do for the log? When it runs is in `approvals_site/celery.py`."""

from __future__ import annotations

from celery import shared_task

from audit import anchors, sequencer


@shared_task(name="audit.sequence")
def sequence() -> None:
    """Sign what the log holds, and bring it out of the house."""
    sequencer.run()
    anchors.deliver()
