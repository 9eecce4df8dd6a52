"""How long from a commit to the waiting agent's answer, and what does waiting cost?

One `live` process, 1, 500 and 1,000 agents waiting on requests of their own, decided one at a time; then with
Redis stopped for a while. Uses a Redis of its own. `bench/wake.py 1 500` for other crowds.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from queue import Queue
from threading import Thread

import psutil
from ground import ROOT, ground, percentile

CROWDS = (1, 500, 1000)
DECISIONS = 200
REDIS_AWAY = 30.0  # seconds
NAME = "bench-live"


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
        from tests.factories import make_key, make_user

        self.live, self.port = live, port
        self.reviewer = make_user("sales@example.com")
        self.key, self.token = make_key()
        self.pending: list[str] = []
        self.agents = Agents(port, self.token)

    def crowd(self, number: int) -> None:
        """That many agents, each on a request of its own, all of them waiting."""
        from tests.factories import make_approval

        new = [str(make_approval(key=self.key).pk) for _ in range(number - len(self.pending))]
        self.pending += new
        asked = sessions() + len(new)
        self.agents.send(new)
        while sessions() < asked:  # each has been told once that its request is pending
            time.sleep(0.1)
        self.settle(number)

    def settle(self, number: int) -> None:
        """Until every agent's socket is accepted and, mostly, nobody is being served."""
        quiet, enough = 0, 10 if number > 1 else 3
        while quiet < enough:
            time.sleep(0.03)
            sockets = [s for s in self.live.net_connections("tcp") if s.laddr.port == self.port and s.raddr]
            quiet += len(sockets) >= number and database_connections() < 2

    def decide(self) -> tuple[str, float]:
        """The request decided, and when that was committed."""
        from django.db import transaction

        from approvals.models import Approval
        from tests.races.acts import approving

        approval = Approval.objects.get(pk=self.pending.pop(0))
        act, committed = approving(approval, self.reviewer), []
        with transaction.atomic():
            transaction.on_commit(lambda: committed.append(time.monotonic()))
            act()
        return str(approval.pk), committed[0]

    def latencies(self, number: int) -> list[float]:
        """Milliseconds from each commit to its agent's answer; the next decision waits for it."""
        found = []
        for _ in range(number):
            decided, committed = self.decide()
            told, heard = self.agents.next(60)
            assert told == decided
            found.append((heard - committed) * 1000)
        return found

    def threads(self) -> int:
        return self.live.num_threads()

    def memory(self) -> int:
        return self.live.memory_info().rss


def measure(bench: Bench, crowds: Sequence[int]) -> None:
    bench.crowd(20)
    bench.latencies(20)  # by now every thread has been started and every module imported
    bench.settle(0)
    rest = bench.memory()
    print(f"at rest: {bench.threads()} threads, {database_connections()} database connections")
    for number in crowds:
        bench.crowd(number)
        per_agent = (bench.memory() - rest) / number / 1024
        cost = (
            f"{bench.threads()} threads, {database_connections()} connections, {per_agent:,.0f} KiB for each"
        )
        found = []
        for _ in range(DECISIONS):
            found += bench.latencies(1)
            if number <= DECISIONS:  # few enough to be kept as many
                bench.crowd(number)
        _print(f"{number:5} waiting", found, cost if number > 1 else "")


def without_redis(bench: Bench, redis: Redis) -> None:
    """Decisions go on while it is away; those who wait are answered by the look at the rows."""
    bench.crowd(500)
    redis.stop()
    until, found, decided = time.monotonic() + REDIS_AWAY, [], {}
    while time.monotonic() < until:
        approval_id, committed = bench.decide()
        decided[approval_id] = committed
        time.sleep(0.3)
    for _ in range(len(decided)):
        told, heard = bench.agents.next(60)
        found.append((heard - decided.pop(told)) * 1000)
    _print(f"  500 waiting, Redis stopped for {REDIS_AWAY:.0f} s", found, f"{len(decided)} unanswered")
    redis.start()
    time.sleep(3)
    _print("  500 waiting, Redis back", bench.latencies(50), "")


def _print(what: str, found: list[float], cost: str) -> None:
    p50, p99 = percentile(found, 0.5), percentile(found, 0.99)
    print(
        f"{what:42} n={len(found):4}  p50 {p50:7.1f} ms  p99 {p99:7.1f} ms  max {max(found):7.1f} ms  {cost}"
    )
    sys.stdout.flush()


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


def sessions() -> int:
    """How many connections the database has seen end: `live` opens one for each answer."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT sessions FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


@contextmanager
def redis_of_its_own(port: int) -> Iterator[Redis]:
    with tempfile.TemporaryDirectory() as folder:
        redis = Redis(port, folder)
        try:
            yield redis
        finally:
            redis.stop()


def main(redis: Redis, crowds: Sequence[int]) -> None:
    from approvals_site.ports import free_port, is_answering
    from tests.crashes.deployed import running
    from tests.site.real_processes import within

    port = free_port()
    with running("live", "--port", str(port), DATABASE_CONN_MAX_AGE="0", PGAPPNAME=NAME) as process:
        assert within(30, lambda: is_answering(port))
        worker = psutil.Process(process.pid).children()[0]
        bench = Bench(worker, port)
        try:
            measure(bench, crowds)
            without_redis(bench, redis)
        finally:
            bench.agents.stop()


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    from approvals_site.ports import free_port

    redis_port = free_port()
    with redis_of_its_own(redis_port) as own, ground("wake", REDIS_URL=f"redis://127.0.0.1:{redis_port}/0"):
        main(own, [int(number) for number in sys.argv[1:]] or CROWDS)
