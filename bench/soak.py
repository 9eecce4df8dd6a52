"""Does a deployment stay right and small under mixed traffic, with a fault every two minutes? `soak.py [MINUTES]`.

30 minutes unless told. Agents submit, wait, claim and report, people sign in and decide through the pages' forms, on
PostgreSQL and Redis of its own. In turn worker and clock, live and web are killed with `kill -9`, Redis is flushed and
PostgreSQL restarted; whoever was killed is started again. What agents got no answer to they repeat under the same
Idempotency-Key. Exits with 1 where a goal is not met.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

from callers import GRACE, Caller, Faults, Record
from deployment import NAMES, Deployment, OwnServers, deployed, own_servers
from figures import ARGUMENTS, IS_QUICK, Figure, tell
from gauges import MIB, Gauges
from ground import ROOT, percentile, prepare
from logged import errors

if TYPE_CHECKING:
    from datetime import datetime

SECONDS = float(ARGUMENTS[0]) * 60 if ARGUMENTS else 18.0 if IS_QUICK else 1800.0
PERIOD = 3 if IS_QUICK else 120
WARM = 2 if IS_QUICK else 120
AGENTS, REVIEWERS = 8, 3
PAUSE = 0.2 if IS_QUICK else 0.5
"""Seconds between two stories of a caller: it looks for what breaks in time, not for how much can be served."""
# The real schedule; a proof that it works does not wait for minutes.
APP = "tests.crashes.hurried" if IS_QUICK else "approvals_site"
MOST_GROWTH = 0.05
MOST_CONNECTIONS = 16 + 2 + 2 + 8 + 1
"""Threads of `web`, children of `worker` and of `clock`, what `live` asks with at once, and `beat`."""

FAULTS: tuple[tuple[str, Callable[[Deployment], None]], ...] = (
    ("worker and clock killed", lambda one: one.kill("worker", "clock")),
    ("live killed", lambda one: one.kill("live")),
    ("web killed", lambda one: one.kill("web")),
    ("Redis flushed", lambda one: one.flush_redis()),
    ("PostgreSQL restarted", lambda one: one.restart_postgres()),
)


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="soak-") as folder, own_servers(Path(folder)) as servers:
        prepare(servers.database_url, COUNTERSIGN_VAR=folder, REDIS_URL=servers.redis_url)
        record = Record(Faults())
        with deployed(servers, app=APP) as deployment:
            gauges = Gauges(deployment, every=0.5 if IS_QUICK else 5.0, warm=WARM)
            gauges.start()
            _use(deployment, record)
            gauges.stopping.set()
            gauges.join()
            yield from _of_calls(record)
            yield _caught_up()
            yield _of_the_logs(servers, record)
        yield from _of_the_log()
        yield from _of_the_rows(record)
        yield from _of_processes(deployment, gauges)


def _use(deployment: Deployment, record: Record) -> None:
    """Everybody calls for so long while one fault follows the other; then all end what they have begun."""
    callers = _callers(deployment, record)
    for caller in callers:
        caller.start()
    until = time.monotonic() + SECONDS
    for name, befall in cycle(FAULTS):
        if time.monotonic() + PERIOD > until:
            break
        time.sleep(PERIOD)
        with record.faults.befalling(name):
            befall(deployment)
    time.sleep(max(0.0, until - time.monotonic()))
    for caller in callers:
        caller.stopping.set()
    for caller in callers:
        caller.join(120)
        if caller.is_alive():
            record.fail(f"{caller.name} is stuck")


def _callers(deployment: Deployment, record: Record) -> list[Caller]:
    from traffic_of_agents import BY_EXCEPTION, GATE, RECORDED, TWO, URGENT, Agent
    from traffic_of_people import Reviewer

    from tests.factories import make_approver, make_key, make_policy, make_user

    addresses = [make_user(f"reviewer{number}@example.com").email for number in range(REVIEWERS)]
    make_user("away@example.com"), make_approver()
    make_policy(GATE), make_policy(RECORDED, pattern="none"), make_policy(TWO, quorum=2)
    make_policy(BY_EXCEPTION, pattern="exception_based", condition="payload.amount > 1000")
    make_policy(URGENT, sla_minutes=1, breach_action="reject")
    token = make_key()[1]
    people = [Reviewer(record, deployment.ports, address, pause=PAUSE) for address in addresses]
    return [*people, *(Agent(record, deployment.ports, token, addresses, pause=PAUSE) for _ in range(AGENTS))]


def _of_calls(record: Record) -> Iterator[Figure]:
    faults = ", ".join(f"{name} {count}" for name, count in record.faults.counts.items())
    yield Figure("faults", record.faults.counts.total(), beside=faults)
    kinds = ", ".join(f"{name} {count}" for name, count in sorted(record.calls.items()))
    yield Figure("calls", record.calls.total(), beside=kinds)
    answers = ", ".join(f"{name} {count}" for name, count in sorted(record.answers.items()))
    yield Figure("answers by kind", len(record.answers), beside=answers)
    yield Figure("call, p95 (waiting aside)", percentile(record.seconds, 0.95) * 1000, "ms")
    beside = f"refused, broken off or 503 is expected within {GRACE:.0f} s of a fault"
    yield _empty("unexpected errors", record.unexpected, beside)


def _empty(what: str, found: list[str], beside: str = "") -> Figure:
    for one in found[:20]:
        print(f"{what}: {one}", file=sys.stderr)
    return Figure(what, len(found), at_most=0, beside=beside)


def _caught_up() -> Figure:
    """How long after the last call no deadline and no message was left that should have been seen to."""
    from approvals_site.schedule import overdue_after
    from audit import clock

    started, patience, since = time.monotonic(), overdue_after("approvals.sweep"), clock.now()
    while (left := _left(since)) and time.monotonic() - started < patience:
        time.sleep(1)
    taken = time.monotonic() - started
    beside = f"{left} deadlines and messages left" if left else "no deadline and no message left"
    return Figure("sweep and outbox caught up after", taken, "s", at_most=patience, beside=beside)


def _left(at: datetime) -> int:
    from approvals.models import Approval, Notification

    overdue = Approval.objects.to_breach(at).count()
    return overdue + Notification.objects.due(at).count()


def _of_the_logs(servers: OwnServers, record: Record) -> Figure:
    logged = list(errors(servers.folder, NAMES))
    alone = [line for at, line in logged if not record.faults.excuse(at, at)]
    return _empty("errors logged though nothing was at fault", alone, f"{len(logged)} logged in all")


def _of_the_log() -> Iterator[Figure]:
    from tests.serving import environment

    command = [sys.executable, "manage.py", "verify_audit"]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    last = (done.stdout + done.stderr).strip().splitlines()[-1:]
    yield Figure("verify_audit, exit", done.returncode, at_most=0, beside=" ".join(last)[:120])


def _of_the_rows(record: Record) -> Iterator[Figure]:
    import accounts

    beside = (
        f"{len(record.submitted)} submissions, {len(record.votes)} votes, {len(record.claims)} claims, "
        f"{len(record.reported)} outcomes acknowledged"
    )
    yield _empty("lost", accounts.lost(record), beside)
    yield _empty("doubled", accounts.doubled(record))
    yield _empty("messages given up", accounts.given_up())
    yield _empty("claims of another payload than the approved", accounts.other_payloads(record))


def _of_processes(deployment: Deployment, gauges: Gauges) -> Iterator[Figure]:
    for name in (*NAMES, "redis"):
        growth, slope = gauges.growth(name)
        moments = gauges.at_three_moments(name)
        memory = " / ".join(f"{one.rss / MIB:.0f}" for one in moments)
        held = (
            "" if name == "redis" else f"; {' / '.join(str(one.connections) for one in moments)} connections"
        )
        beside = f"{memory} MiB at start, middle, end ({slope:+.2f} MiB a minute){held}"
        goal = None if IS_QUICK else MOST_GROWTH
        yield Figure(f"{name}: growth of memory once warm", growth, at_most=goal, beside=beside)
    yield Figure("connections to the database, at most", gauges.most_connections(), at_most=MOST_CONNECTIONS)
    named = ", ".join(f"{name} {count}" for name, count in deployment.ended.items())
    ended = deployment.ended.total()
    yield Figure("processes that ended by themselves", ended, at_most=0, beside=named)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that its servers end, too
    sys.exit(not tell(measure()))
