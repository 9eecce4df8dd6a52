"""What does the log cost its writers, and how fast is it verified? `audit.py [EVENTS]`, 100,000 unless told.

With 0 events it only writes.

Writing: 8 connections that each append signed events, beside 8 that insert the same rows with ready bytes: no
canonical JSON, no look-up of the chain's head, no signature. Verifying: everything, in one process, beside a bare
HMAC over the same bytes from the same table; and the memory that both take.
"""

from __future__ import annotations

import hmac
import multiprocessing
import os
import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from statistics import median

from figures import ARGUMENTS, IS_QUICK, Figure, run, size

EVENTS = int(ARGUMENTS[0]) if ARGUMENTS else size(100_000, 10_000)
WRITERS, ROUNDS, SECONDS = 8, size(5, 1), 0.5 if IS_QUICK else 4.0
STORY = ("approval.requested", "approval.opened", "approval.voted", "approval.granted", "approval.claimed")
FILLERS = 2
AT_ONCE = size(500, 20)  # chains


def measure() -> Iterator[Figure]:
    yield write()
    if not EVENTS:
        return
    fill(EVENTS // 10)
    yield sequence()
    small = in_a_process(verify)
    fill(EVENTS - EVENTS // 10)
    yield sequence()
    rounds = [(in_a_process(bare), in_a_process(verify)) for _ in range(size(3, 1))]
    barest, ours = (median(each[side][0] for each in rounds) for side in (0, 1))
    beside = f"{ours:,.0f}/s beside {barest:,.0f}/s of a bare HMAC"
    yield Figure(f"{EVENTS:,} events verified, one process", ours / barest, at_least=0.3, beside=beside)
    most = max(one[1] for _, one in rounds)
    yield Figure("verifying: memory, beside that of a tenth", most / small[1], beside=f"{most:,.0f} MiB")
    processes = os.cpu_count()
    yield Figure(f"verified in {processes} processes", in_a_process(verify, processes)[0], "events/s")


def write() -> Figure:
    """Signed and bare in turns, so that the ratio holds on a busy machine too."""
    rates = [(writing(signed), writing(ready)) for _ in range(ROUNDS + 1)][1:]
    ours, barest = (median(rate[side] for rate in rates) for side in (0, 1))
    beside = f"{ours:,.0f}/s beside {barest:,.0f}/s of inserts with ready bytes"
    return Figure(f"events written by {WRITERS} connections", ours / barest, at_least=0.85, beside=beside)


def writing(act: Callable[[float], int]) -> float:
    from django.db import connections

    connections.close_all()
    with ProcessPoolExecutor(WRITERS, mp_context=multiprocessing.get_context("fork")) as pool:
        return sum(pool.map(act, [time.time() + 0.2 + SECONDS] * WRITERS)) / SECONDS


def signed(until: float) -> int:
    """As the product does: one event a transaction, five for each request."""
    import uuid_utils.compat as uuid
    from django.db import transaction

    from audit import clock, log
    from audit.message import START, SYSTEM, NewEvent, Subject

    story, count = examples(), 0
    time.sleep(max(0.0, until - SECONDS - time.time()))
    while time.time() < until:
        subject = Subject("approval", str(uuid.uuid7()))
        for type_, data in story:
            with transaction.atomic():
                at, head = (clock.now(), START) if type_ == STORY[0] else log.look(subject)
                log.record(NewEvent(subject, type_, actor=SYSTEM, at=at, data=data), after=head)
            count += 1
    return count


def ready(until: float) -> int:
    """The same rows, in one statement each, with bytes that are there already."""
    import uuid_utils.compat as uuid
    from django.db import connection, transaction

    from audit import clock
    from audit.log import _INSERT
    from audit.message import ROOT, SYSTEM, Entry, NewEvent, Subject

    at, same = clock.now(), Subject("approval", "x" * 36)
    events = [NewEvent(same, type_, actor=SYSTEM, at=at, data=data) for type_, data in examples()]
    bodies = [Entry(uuid.uuid7(), 1, ROOT, event).body() for event in events]
    count = 0
    time.sleep(max(0.0, until - SECONDS - time.time()))
    while time.time() < until:
        subject = str(uuid.uuid7())
        for seq, (type_, body) in enumerate(zip(STORY, bodies, strict=True), start=1):
            row = ["bare", ROOT, ROOT, os.urandom(32), body]
            with transaction.atomic(), connection.cursor() as cursor:
                now = clock.now()
                cursor.execute(
                    _INSERT, [uuid.uuid7(), "approval", subject, seq, type_, "system", "x", now, *row]
                )
            count += 1
    return count


def examples() -> list[tuple[str, dict[str, object]]]:
    """What the catalogue shows of each event of the story."""
    from audit import catalogue

    types = {one.name: one for one in catalogue.all_types()}
    return [(name, {key: known.example for key, known in types[name].data.items()}) for name in STORY]


def fill(count: int) -> None:
    """So many signed events, after what the writers left is gone."""
    from django.db import connection, connections

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = 'replica'")
        cursor.execute("SELECT count(*) FROM audit_leaf")
        if not cursor.fetchone()[0]:
            cursor.execute("TRUNCATE audit_event, audit_eventbody, audit_leaf")
        cursor.execute("SET session_replication_role = 'origin'")
    connections.close_all()
    with ProcessPoolExecutor(FILLERS, mp_context=multiprocessing.get_context("fork")) as pool:
        list(pool.map(append, [count // FILLERS] * FILLERS))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def append(count: int) -> None:
    import uuid_utils.compat as uuid
    from django.db import transaction

    from audit import clock, log
    from audit.message import START, SYSTEM, NewEvent, Subject

    story = examples()
    for _ in range(count // (AT_ONCE * len(STORY))):
        at = clock.now()
        subjects = [Subject("approval", str(uuid.uuid7())) for _ in range(AT_ONCE)]
        events = [
            NewEvent(subject, type_, actor=SYSTEM, at=at, data=data)
            for type_, data in story
            for subject in subjects
        ]
        with transaction.atomic():
            log.record_many(events, ends=dict.fromkeys(subjects, START))


def sequence() -> Figure:
    from django.db import connection

    from audit import sequencer

    start = time.perf_counter()
    signed = sequencer.run()
    taken = time.perf_counter() - start
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Figure(f"sequenced, up to {signed[-1].size:,} events", taken, "s")


def in_a_process(act: Callable[..., int], *args: object) -> tuple[float, float]:
    """Events a second and the most MiB, of a process of its own."""
    from django.db import connections

    connections.close_all()
    receive, send = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=measured, args=(send, act, *args))
    process.start()
    rate, memory = receive.recv()
    process.join()
    return rate, memory


def measured(send, act: Callable[..., int], *args: object) -> None:
    start = time.perf_counter()
    count = act(*args)
    rate = count / (time.perf_counter() - start)
    send.send((rate, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def verify(processes: int = 1) -> int:
    from audit.verify import everything

    return everything(processes=processes, with_tables=False).events  # its requests are in the log alone


def bare() -> int:
    """Nothing but the bytes and an HMAC over them."""
    from django.db import connection

    from audit import keys

    _, key = keys.signing_key()
    after, count = "00000000-0000-0000-0000-000000000000", 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT event_id, content FROM audit_eventbody WHERE event_id > %s ORDER BY event_id LIMIT 2000",
                [after],
            )
            rows = cursor.fetchall()
            if not rows:
                return count
            for _, content in rows:
                hmac.digest(key, content, "sha256")
            after, count = rows[-1][0], count + len(rows)


if __name__ == "__main__":
    run("audit", measure, AUDIT_ANCHOR_FILE="")
