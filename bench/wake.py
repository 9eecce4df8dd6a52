"""How long from a commit to the waiting agent's answer, and what does waiting cost?

One `live` process; 1, 500, 1,000 and 5,000 agents wait on requests of their own, decided one at a time; then 500 of
them decided in one transaction; then Redis is stopped for a while. It has a Redis of its own. `wake.py 1 500`: other
crowds. The same client measures the barest waiter first: what it takes is the share of server, Redis and client.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from queue import Queue
from threading import Thread
from uuid import uuid4

import psutil
from figures import ARGUMENTS, Figure, run, size
from ground import ROOT, percentile

CROWDS = [int(number) for number in ARGUMENTS] or [1, size(500, 10), size(1000, 20), size(5000, 40)]
DECISIONS, BURST = size(200, 5), size(500, 10)
REDIS_AWAY = size(30, 5)  # seconds
GOALS = {1000: {0.5: 4, 0.99: 10}, 5000: {0.99: 40}}
"""Milliseconds at most, by how many wait and by the share of the answers."""
NAME = "bench-live"
GRANIAN = [
    sys.executable,
    "-m",
    "granian",
    "--interface",
    "asginl",
    "--http",
    "1",
    "--no-ws",
    "--workers",
    "1",
    "--backpressure",
    "16384",
    "--log-level",
    "warning",
]


class Agents:
    """The hold on `agents.py`."""

    def __init__(self, port: int, token: str) -> None:
        command = [sys.executable, str(ROOT / "bench" / "agents.py"), str(port), token]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._heard: Queue[tuple[str, float]] = Queue()
        Thread(target=self._listen, daemon=True).start()

    def send(self, ids: list[str]) -> None:
        self._process.stdin.writelines(f"{one}\n" for one in ids)
        self._process.stdin.flush()

    def next(self, seconds: float) -> tuple[str, float]:
        """Who learnt of a decision, and when. Raises queue.Empty."""
        return self._heard.get(timeout=seconds)

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _listen(self) -> None:
        for line in self._process.stdout:
            approval_id, when = line.split(maxsplit=1)
            self._heard.put((approval_id, float(when)))


class Bench:
    """A `live` process, agents and enough pending requests."""

    def __init__(self, live: psutil.Process, port: int) -> None:
        from tests.factories import make_approval, make_key, make_user

        self.live, self.port = live, port
        self.reviewer = make_user("sales@example.com")
        self.key, self.token = make_key()
        self.one = make_approval(key=self.key)
        self.pending: list[str] = []
        self.agents = Agents(port, self.token)

    def crowd(self, number: int) -> None:
        """That many agents, each on a request of its own, all of them waiting."""
        from clones import clone

        new = [str(made) for made in clone(self.one, max(0, number - len(self.pending)))]
        self.pending += new
        self.agents.send(new)
        self.settle(number)

    def settle(self, number: int) -> None:
        """Until every agent's socket is accepted and, mostly, nobody is being served."""
        quiet, enough = 0, 10 if number > 1 else 3
        while quiet < enough:
            time.sleep(0.03)
            quiet += accepted(self.live, self.port) >= number and not is_looking()

    def decide(self, count: int = 1) -> tuple[list[str], float]:
        """The requests decided, in one transaction, and when that was committed."""
        from django.db import transaction

        from approvals.models import Approval
        from tests.races.acts import approving

        decided, self.pending = self.pending[:count], self.pending[count:]
        committed: list[float] = []
        acts = [approving(Approval.objects.get(pk=pk), self.reviewer) for pk in decided]
        with transaction.atomic():
            transaction.on_commit(lambda: committed.append(time.monotonic()))
            for act in acts:
                act()
        return decided, committed[0]

    def latencies(self, number: int) -> list[float]:
        """Milliseconds from each commit to its agent's answer; the next decision waits for it."""
        found = []
        for _ in range(number):
            (decided,), committed = self.decide()
            told, heard = self.agents.next(60)
            assert told == decided
            found.append((heard - committed) * 1000)
        return found

    def burst(self, number: int) -> list[float]:
        """Milliseconds from one commit of so many decisions to each agent's answer."""
        decided, committed = self.decide(number)
        heard = [self.agents.next(60) for _ in decided]
        assert {told for told, _ in heard} == set(decided)
        return [(when - committed) * 1000 for _, when in heard]

    def threads(self) -> int:
        return self.live.num_threads()

    def memory(self) -> int:
        return self.live.memory_info().rss


def waking(bench: Bench) -> Iterator[Figure]:
    bench.crowd(20)
    bench.latencies(size(20, 2))  # by now every thread has been started and every module imported
    bench.settle(0)
    rest = bench.memory()
    yield Figure("live at rest", bench.threads(), "threads", beside=f"{database_connections()} connections")
    for number in CROWDS:
        bench.crowd(number)
        if number > 1:
            kib = (bench.memory() - rest) / number / 1024
            beside = f"{bench.threads()} threads, {database_connections()} connections"
            yield Figure(f"{number:,} waiting: each", kib, "KiB", at_most=30, beside=beside)
        found = []
        for _ in range(DECISIONS):
            found += bench.latencies(1)
            if number <= DECISIONS:  # few enough to be kept as many
                bench.crowd(number)
        yield from _shares(f"{number:,} waiting", found, GOALS.get(number, {}))


def bare() -> Iterator[Figure]:
    """From a message to the answer of the barest waiter: what server, Redis and the measuring client take."""
    import redis

    from approvals_site.ports import free_port, is_answering
    from bench.bare_live import CHANNEL
    from tests.crashes.deployed import started
    from tests.site.real_processes import within

    port, number = free_port(), size(1000, 20)
    words = [*GRANIAN, "--port", str(port), "bench.bare_live:application"]
    with started(words, REDIS_URL=os.environ["REDIS_URL"]) as process:
        assert within(30, lambda: is_answering(port))
        server = psutil.Process(process.pid).children()[0]
        agents, ids = Agents(port, "none"), [str(uuid4()) for _ in range(number)]
        try:
            rest = server.memory_info().rss
            agents.send(ids)
            assert within(60, lambda: accepted(server, port) >= number)
            time.sleep(1)
            kib = (server.memory_info().rss - rest) / number / 1024
            yield Figure(f"bare, {number:,} waiting: each", kib, "KiB")
            found, client = [], redis.Redis.from_url(os.environ["REDIS_URL"])
            for one in ids[:DECISIONS]:
                began = time.monotonic()
                client.publish(CHANNEL, one)
                found.append((agents.next(60)[1] - began) * 1000)
        finally:
            agents.stop()
    yield from _shares(f"bare, {number:,} waiting", found, {})


def bursting(bench: Bench) -> Iterator[Figure]:
    bench.crowd(2 * BURST)
    yield Figure(f"{BURST} decided at once: the last", max(bench.burst(BURST)), "ms", at_most=100)


def without_redis(bench: Bench, redis: Redis) -> Iterator[Figure]:
    """Decisions go on while it is away; the waiting agents are answered by the look at the rows."""
    bench.crowd(size(500, 20))
    redis.stop()
    until, found, decided = time.monotonic() + REDIS_AWAY, [], {}
    while time.monotonic() < until and bench.pending:
        (approval_id,), committed = bench.decide()
        decided[approval_id] = committed
        time.sleep(0.3)
    for _ in range(len(decided)):
        told, heard = bench.agents.next(60)
        found.append((heard - decided.pop(told)) * 1000)
    yield from _shares(f"Redis stopped for {REDIS_AWAY} s", found, {})
    redis.start()
    time.sleep(3)
    bench.crowd(size(500, 20))
    yield from _shares("Redis back", bench.latencies(size(50, 2)), {})


def _shares(what: str, found: list[float], goals: dict[float, float]) -> Iterator[Figure]:
    for share in (0.5, 0.99):
        beside = f"{len(found)} decisions, slowest {max(found):,.1f} ms"
        yield Figure(
            f"{what}: p{share * 100:.0f}",
            percentile(found, share),
            "ms",
            at_most=goals.get(share),
            beside=beside,
        )


class Redis:
    """One that may be stopped."""

    def __init__(self, port: int, folder: str) -> None:
        self._port, self._folder = port, folder
        self.start()

    def start(self) -> None:
        from approvals_site.embedded_redis import _binary
        from approvals_site.ports import is_answering
        from tests.site.real_processes import within

        words = [str(_binary()[0]), "--port", str(self._port), "--save", "", "--dir", self._folder]
        self._process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        assert within(10, lambda: is_answering(self._port))

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


def database_connections() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", [NAME])
        return int(cursor.fetchone()[0])


def accepted(server: psutil.Process, port: int) -> int:
    """How many sockets of clients the server holds."""
    return sum(s.laddr.port == port and bool(s.raddr) for s in server.net_connections("tcp"))


def is_looking() -> bool:
    """Whether `live` asks the database something, or holds a connection more than the two that stand by."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE state <> 'idle') > 0 OR count(*) > 2 FROM pg_stat_activity "
            "WHERE application_name = %s",
            [NAME],
        )
        return bool(cursor.fetchone()[0])


@contextmanager
def redis_of_its_own(port: int) -> Iterator[Redis]:
    with tempfile.TemporaryDirectory() as folder:
        redis = Redis(port, folder)
        try:
            yield redis
        finally:
            redis.stop()


def measure(redis: Redis) -> Iterator[Figure]:
    from approvals_site.ports import free_port, is_answering
    from tests.crashes.deployed import running
    from tests.site.real_processes import within

    yield from bare()
    port = free_port()
    with running("live", "--port", str(port), DATABASE_CONN_MAX_AGE="0", PGAPPNAME=NAME) as process:
        assert within(30, lambda: is_answering(port))
        bench = Bench(psutil.Process(process.pid).children()[0], port)
        try:
            yield from waking(bench)
            yield from bursting(bench)
            yield from without_redis(bench, redis)
        finally:
            bench.agents.stop()


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    from approvals_site.ports import free_port

    redis_port = free_port()
    with redis_of_its_own(redis_port) as own:
        run("wake", partial(measure, own), REDIS_URL=f"redis://127.0.0.1:{redis_port}/0")
