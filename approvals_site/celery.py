"""Which application do the worker, the clock and the beat start? What runs when is in `schedule.py`."""

import os
import sys
from typing import Any

import structlog
from celery import Celery
from celery.signals import beat_init, worker_init, worker_ready
from kombu import Exchange, Queue
from kombu.exceptions import OperationalError

from approvals_site.schedule import CLOCK, DELIVERIES, EVERY, QUEUES

logger = structlog.get_logger(__name__)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "approvals_site.settings")

app = Celery("countersign")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# A worker that names no queue takes from both. With the default's exchange and key each would get the other's tasks.
app.conf.task_queues = [Queue(name, Exchange(name), routing_key=name) for name in (DELIVERIES, CLOCK)]
app.conf.task_default_queue = DELIVERIES
app.conf.task_routes = {task: {"queue": queue} for task, queue in QUEUES.items()}
# An entry expires when the next is due: after an outage nothing piles up.
app.conf.beat_schedule = {
    task: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
    for task, seconds in EVERY.items()
}


@worker_init.connect
def _limit_waits(**_: object) -> None:
    from django.conf import settings

    from approvals_site import roles
    from patience import postgres

    postgres.limit(settings.DATABASE_WORKER_PATIENCE)
    roles.warn()


@worker_ready.connect
def _needs_the_key(sender: Any = None, **_: object) -> None:
    """Without it the clock's worker would fail once a minute, and say so only in its log."""
    from audit import keys

    if CLOCK in sender.app.amqp.queues.consume_from and not keys.signs_checkpoints():
        sys.exit("AUDIT_CHECKPOINT_KEY is not set, and this worker takes the queue that signs checkpoints.")


@worker_ready.connect
def _catch_up(sender: Any = None, **_: object) -> None:
    """After a stop of the clock's worker, what must not be late is done at once, not when the next run is due."""
    if CLOCK in sender.app.amqp.queues.consume_from:
        _ask_the_clock()


@beat_init.connect
def _begin(**_: object) -> None:
    """A beat counts from zero at its start, so a beat that is killed again and again would never ask."""
    _ask_the_clock()


def _ask_the_clock() -> None:
    for task, queue in QUEUES.items():
        if queue == CLOCK:
            try:
                app.send_task(task, queue=queue, expires=EVERY[task], retry=False)
            except OperationalError as error:
                logger.warning("broker_lost", error=str(error))  # the next run is due anyway
