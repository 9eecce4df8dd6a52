"""Two `web` and two `live` processes behind PgBouncer, beside one of each without it: how fast, how many connections?

PgBouncer runs in transaction mode with a pool of 10, for clients as docs/operations.md sets them up. Where there is no
PgBouncer the script says so, and measures the rest.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit, urlunsplit

from decide import posts
from figures import Figure, run, size
from ground import percentile
from load import load, request
from submit import headers, proposal
from wake import Agents

REQUESTS, DECISIONS, ROUNDS = size(400, 16), size(200, 8), size(3, 1)
WAITING, WAKES = size(200, 10), size(100, 4)
CLIENTS, POOL = 12, 10
BEHIND = {"DATABASE_CONN_MAX_AGE": "0", "DATABASE_PREPARED": "0"}
_CONNECTIONS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True, slots=True)
class Rates:
    """Submissions and decisions a second, milliseconds to each woken agent, and the most connections."""

    submissions: float
    decisions: float
    wakes: list[float]
    connections: int


def measure() -> Iterator[Figure]:
    from tests.factories import make_approval, make_approver, make_key, make_policy, make_user
    from tests.serving import test_database_url

    reviewer, (key, token) = make_user("sales@example.com"), make_key()
    make_approver(), make_policy("approval_gate")
    one = make_approval(key=key)
    bench = Bench(one, key, token, reviewer)
    alone = bench.measure(1)
    yield from _of("one of each", alone)
    if not shutil.which("pgbouncer"):
        yield Figure("two of each behind PgBouncer", 0, beside="not measured: there is no pgbouncer here")
        return
    with pgbouncer(test_database_url()) as url:
        behind = bench.measure(2, DATABASE_URL=url, **BEHIND)
    yield from _of("two of each, PgBouncer", behind, at_most=POOL)
    pairs = (
        ("submissions", behind.submissions / alone.submissions),
        ("decisions", behind.decisions / alone.decisions),
    )
    for what, share in pairs:
        yield Figure(f"{what} of two, beside those of one", share, beside=f"{os.cpu_count()} cores")


def _of(name: str, rates: Rates, *, at_most: float | None = None) -> Iterator[Figure]:
    yield Figure(f"{name}: submissions", rates.submissions, "/s", beside=f"{CLIENTS} clients")
    yield Figure(f"{name}: decisions", rates.decisions, "/s", beside=f"{CLIENTS} clients")
    for share in (0.5, 0.99):
        beside = f"{len(rates.wakes)} decisions, {WAITING} agents wait"
        yield Figure(
            f"{name}: woken, p{share * 100:.0f}", percentile(rates.wakes, share), "ms", beside=beside
        )
    yield Figure(f"{name}: connections to PostgreSQL, at most", rates.connections, at_most=at_most)


class Bench:
    """What is asked of each arrangement; `one` is the request that waiting agents' requests are like."""

    def __init__(self, one, key, token: str, reviewer) -> None:
        self._one, self._key, self._token, self._reviewer = one, key, token, reviewer

    def measure(self, processes: int, **environ: str) -> Rates:
        """So many of `web` and of `live`."""
        from approvals_site.ports import free_port, is_answering
        from tests.crashes.deployed import command, started
        from tests.site.real_processes import within

        environ = {"DATABASE_CONN_MAX_AGE": "60", **environ}
        ports = {name: [free_port() for _ in range(processes)] for name in ("web", "live")}
        with ExitStack() as stack:
            for name, several in ports.items():
                kept = {} if name == "web" else {"DATABASE_CONN_MAX_AGE": "0"}
                for port in several:
                    words = command(name, "--port", str(port))
                    stack.enter_context(started(words, **{**environ, **kept}))
            assert within(60, lambda: all(is_answering(port) for each in ports.values() for port in each))
            rounds = [self._round(ports["web"]) for _ in range(ROUNDS + 1)][1:]  # the first warms up
            wakes, connections = self._wakes(ports["live"])
        return Rates(
            submissions=median(one[0] for one in rounds),
            decisions=median(one[1] for one in rounds),
            wakes=wakes,
            connections=max(connections, *(one[2] for one in rounds)),
        )

    def _round(self, ports: Sequence[int]) -> tuple[float, float, int]:
        from tests.factories import make_approval

        body = json.dumps(proposal("approval_gate"))
        submitted = _spread(
            ports, [request("POST", "/api/v1/approvals", headers(self._token), body) for _ in range(REQUESTS)]
        )
        pending = [make_approval(key=self._key) for _ in range(DECISIONS)]
        decided = _spread(ports, posts(pending, self._reviewer, "/approvals/{}/decision/"))
        return submitted, decided, _connections()

    def _wakes(self, ports: Sequence[int]) -> tuple[list[float], int]:
        """Milliseconds from each commit to the answer of the agent that waits for it."""
        from clones import clone

        from approvals.models import Approval
        from tests.races.acts import approving

        agents = [Agents(port, self._token) for port in ports]
        try:
            ids = [str(made) for made in clone(self._one, WAITING)]
            of = dict(zip(ids, cycle(agents), strict=False))
            for agent in agents:
                agent.send([pk for pk in ids if of[pk] is agent])
            time.sleep(size(5, 2))  # by then all of them wait
            connections, found = _connections(), []
            for pk in ids[:WAKES]:
                act = approving(Approval.objects.get(pk=pk), self._reviewer)
                act()
                committed = time.monotonic()
                told, heard = of[pk].next(60)
                assert told == pk, (told, pk)
                found.append(max(0.0, heard - committed) * 1000)
        finally:
            for agent in agents:
                agent.stop()
        return found, max(connections, _connections())


def _spread(ports: Sequence[int], requests: Sequence[bytes]) -> float:
    """Requests a second of all processes together, each with its share of the clients."""
    shares = [requests[number :: len(ports)] for number in range(len(ports))]

    def send(port: int, share: Sequence[bytes]) -> dict[str, int]:
        return load(port, share, connections=CLIENTS // len(ports))

    with ThreadPoolExecutor(len(ports)) as pool:
        done = list(pool.map(send, ports, shares))
    assert all(set(answers) <= {"200", "201", "303"} for _, answers in done), done
    return sum(rate for rate, _ in done)


def _connections() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_CONNECTIONS)
        return int(cursor.fetchone()[0])


@contextmanager
def pgbouncer(database_url: str) -> Iterator[str]:
    """In front of that database; yields the URL under which it answers."""
    from approvals_site.ports import free_port, is_answering
    from tests.site.real_processes import within

    at, port = urlsplit(database_url), free_port()
    name = at.path.lstrip("/")
    login = f"user={at.username}" + (f" password={at.password}" if at.password else "")
    settings = {
        "listen_addr": "127.0.0.1",
        "listen_port": port,
        "unix_socket_dir": "",
        "auth_type": "any",
        "pool_mode": "transaction",
        "default_pool_size": POOL,
        "max_client_conn": 500,
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pgbouncer.ini"
        lines = [f"{key} = {value}" for key, value in settings.items()]
        server = f"{name} = host={at.hostname} port={at.port} dbname={name} {login}"
        file.write_text("\n".join(["[databases]", server, "[pgbouncer]", *lines, ""]))
        words = ["pgbouncer", "-q", str(file)]
        if os.geteuid() == 0:  # it refuses to run as root
            for path in (folder, file):
                shutil.chown(path, "nobody")
            words[1:1] = ["-u", "nobody"]
        with subprocess.Popen(words) as process:
            try:
                assert within(10, lambda: is_answering(port))
                yield urlunsplit(at._replace(netloc=f"{at.username}@127.0.0.1:{port}"))
            finally:
                process.terminate()


if __name__ == "__main__":
    run("pools", measure)
