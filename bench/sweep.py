"""How many passed deadlines a second, beside one bare SQL statement that writes the same rows? And is memory flat?

`sweep.py [REQUESTS]`, 100,000 if not told. Both sides get as many breached requests, each with one assignee to tell:
a changed request, a signed event with its body, a message. The bare statement signs nothing and asks nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import psutil
from figures import ARGUMENTS, Figure, run, size

REQUESTS = int(ARGUMENTS[0]) if ARGUMENTS else size(100_000, 1000)
MIB = 1024 * 1024

_BARE = """
    WITH due AS (
        UPDATE approvals_approval SET breached_at = clock_timestamp(), remind_at = NULL
        WHERE status = 'pending' AND deadline <= now() AND breached_at IS NULL RETURNING id
    ), event AS (
        INSERT INTO audit_event (event_id, subject_kind, subject_id, seq, type, actor_kind, actor_id, at, key_id,
            prev, mac, leaf)
        SELECT gen_random_uuid(), 'approval', due.id::text, 2, 'approval.sla_breach', 'system', 'countersign',
            clock_timestamp(), 'desk-1', sha256('a'), sha256('b'), sha256(('2' || due.id)::bytea)
        FROM due RETURNING event_id, subject_id
    ), body AS (
        INSERT INTO audit_eventbody (event_id, content) SELECT event_id, repeat('x', 640)::bytea FROM event
    )
    INSERT INTO approvals_notification (id, kind, approval_id, recipient, created_at, next_attempt_at, attempts,
        last_error)
    SELECT gen_random_uuid(), 'breached', due.id, assignment.email, clock_timestamp(), clock_timestamp(), 0, ''
    FROM due JOIN approvals_assignment assignment ON assignment.approval_id = due.id
"""


def measure() -> Iterator[Figure]:
    from clones import clone

    from approvals.lifecycle import sla
    from tests.factories import make_approval, make_user

    make_user("sales@example.com")
    one = make_approval()
    clone(one, 2 * sla.BATCH, hours_ago=2)
    sla.sweep()  # every module is loaded, every statement planned once

    clone(one, REQUESTS, hours_ago=2)
    bare = _seconds(_run_bare)
    clone(one, REQUESTS, hours_ago=2)
    with _memory() as samples:
        ours = _seconds(lambda: _swept(sla.sweep()))
    beside = f"{REQUESTS / ours:,.0f}/s beside {REQUESTS / bare:,.0f}/s of the bare statement"
    yield Figure(f"sweep of {REQUESTS:,}", bare / ours, at_least=0.5, beside=beside)
    early = max(samples[: max(len(samples) // 10, 1)])
    beside = f"{early / MIB:,.0f} MiB in the first tenth, {max(samples) / MIB:,.0f} MiB at most"
    yield Figure(
        "sweep: memory, beside that of the first tenth", max(samples) / early, at_most=1.1, beside=beside
    )


def _swept(counts: dict[str, int]) -> None:
    assert counts["breached"] == REQUESTS, counts


def _run_bare() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_BARE)
        assert cursor.rowcount == REQUESTS, cursor.rowcount


def _seconds(act: Callable[[], object]) -> float:
    started = time.monotonic()
    act()
    return time.monotonic() - started


@contextmanager
def _memory() -> Iterator[list[int]]:
    """This process's resident bytes, twenty times a second."""
    samples, done, process = [psutil.Process().memory_info().rss], Event(), psutil.Process()

    def sample() -> None:
        while not done.wait(0.05):
            samples.append(process.memory_info().rss)

    thread = Thread(target=sample)
    thread.start()
    try:
        yield samples
    finally:
        done.set()
        thread.join()


if __name__ == "__main__":
    run("sweep", measure)
