"""Does regular work reach the workers meant for it, and no others?"""

from __future__ import annotations

from approvals_site.celery import app
from approvals_site.schedule import CLOCK, DELIVERIES, EVERY, QUEUES


def test_every_task_that_is_due_has_a_queue() -> None:
    assert set(EVERY) == set(QUEUES) == set(app.conf.beat_schedule)
    assert {task for task, queue in QUEUES.items() if queue == CLOCK} >= {"approvals.sweep", "audit.sequence"}


def test_no_task_goes_to_both_queues() -> None:
    """Redis hands a message to each queue that is bound to its exchange by its key."""
    queues = app.amqp.queues
    places = {(queues[name].exchange.name, queues[name].routing_key) for name in (CLOCK, DELIVERIES)}

    assert len(places) == 2
    for task, name in QUEUES.items():
        assert app.amqp.router.route({}, task)["queue"].name == name


def test_tasks_have_limits() -> None:
    app.loader.import_default_modules()

    for name in EVERY:
        task = app.tasks[name]
        soft = task.soft_time_limit or app.conf.task_soft_time_limit
        hard = task.time_limit or app.conf.task_time_limit
        assert 0 < soft < hard < app.conf.broker_transport_options["visibility_timeout"]
