"""What runs in the background, how often, and who does it?"""

DELIVERIES = "countersign"
"""The queue of what waits for other servers."""

CLOCK = "countersign-clock"
"""The queue of what must not be late: it asks the database alone, and no delivery can take its workers."""

EVERY: dict[str, float] = {
    "approvals.deliver_outbox": 5,
    "approvals.send_tests": 5,
    "audit.send_checkpoints": 60,
    "approvals.begin_and_end_grants": 60,
    "approvals.let_take_effect": 60,
    "approvals.watch_keys": 60,
    "approvals.sweep": 300,
    "audit.sequence": 60,
}
"""Seconds between runs, by the task's name."""

QUEUES: dict[str, str] = {
    "approvals.deliver_outbox": DELIVERIES,
    "approvals.send_tests": DELIVERIES,
    "audit.send_checkpoints": DELIVERIES,
    "approvals.begin_and_end_grants": CLOCK,
    "approvals.let_take_effect": CLOCK,
    "approvals.watch_keys": CLOCK,
    "approvals.sweep": CLOCK,
    "audit.sequence": CLOCK,
}


def overdue_after(task: str) -> float:
    """Seconds since its last run after which a task counts as overdue: one run may fail, and each takes its time."""
    return 2 * EVERY[task] + 60
