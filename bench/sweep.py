"""How many passed deadlines a second, beside one bare SQL statement that writes the same rows? And is memory flat?

`sweep.py [REQUESTS]`, 100,000 if not told. Both sides get as many breached requests, each with one assignee to tell:
a changed request, a signed event with its body, a message. The bare statement signs nothing and asks nothing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import psutil
from ground import ground

REQUESTS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
MIB = 1024 * 1024

_IDS = "CREATE TEMPORARY TABLE made (id uuid PRIMARY KEY, event_id uuid)"
_CLONE = """
    INSERT INTO approvals_approval SELECT (jsonb_populate_record(one, jsonb_build_object(
        'id', made.id, 'idempotency_key', made.id, 'created_at', one.created_at - interval '2 hours',
        'deadline', one.deadline - interval '2 hours'))).*
    FROM made, approvals_approval one WHERE one.id = %(one)s
"""
_ASSIGN = """
    INSERT INTO approvals_assignment (approval_id, email, source, created_at, is_open, deadline)
    SELECT made.id, 'sales@example.com', 'agent', now(), true, now() - interval '1 hour' FROM made
"""
_PROPOSE = """
    INSERT INTO approvals_payloadversion (approval_id, number, canonical, sha256, source, created_at)
    SELECT made.id, one.number, one.canonical, one.sha256, one.source, one.created_at
    FROM made, approvals_payloadversion one WHERE one.approval_id = %(one)s
"""
_OPEN = """
    INSERT INTO audit_event SELECT (jsonb_populate_record(one, jsonb_build_object('event_id', made.event_id,
        'subject_id', made.id, 'leaf', '\\x' || encode(sha256(made.id::text::bytea), 'hex')))).*
    FROM made, audit_event one WHERE one.subject_id = %(one)s::text AND one.seq = 1
"""
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


def main() -> None:
    from approvals.lifecycle import sla
    from tests.factories import make_approval, make_user

    make_user("sales@example.com")
    one = make_approval()
    _breached(one, 2 * sla.BATCH)
    sla.sweep()  # every module is loaded, every statement planned once

    _breached(one, REQUESTS)
    bare = _seconds(_run_bare)
    _breached(one, REQUESTS)
    with _memory() as samples:
        ours = _seconds(lambda: _swept(sla.sweep()))
    print(f"{REQUESTS:,} breached requests")
    print(
        f"sweep: {REQUESTS / ours:,.0f}/s   bare statement: {REQUESTS / bare:,.0f}/s   ratio {bare / ours:.2f}"
    )
    early = max(samples[: max(len(samples) // 10, 1)])
    print(f"memory: {early / MIB:,.0f} MiB in the first tenth, {max(samples) / MIB:,.0f} MiB at most")


def _swept(counts: dict[str, int]) -> None:
    assert counts["breached"] == REQUESTS, counts


def _breached(one, count: int) -> None:
    """Rows as they stand when many deadlines have passed; the triggers and this setup are no part of the measure."""
    import uuid_utils.compat as uuid
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = 'replica'")
        cursor.execute("DROP TABLE IF EXISTS made")
        cursor.execute(_IDS)
        with cursor.copy("COPY made FROM STDIN") as copy:
            for _ in range(count):
                copy.write_row((uuid.uuid7(), uuid.uuid7()))
        for statement in (_CLONE, _PROPOSE, _ASSIGN, _OPEN):
            cursor.execute(statement, {"one": one.pk})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE approvals_approval, approvals_assignment, audit_event")
        cursor.execute("CHECKPOINT")


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
    with ground("sweep"):
        main()
