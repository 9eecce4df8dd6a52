"""What does it cost to read a body before a thread is taken, and what do slow clients cost the others?

`web` beside the same Django under granian's WSGI, in turns; then `web` with and without 300 sockets that do not finish;
then one honest upload of 3 MB over 1 Mbit/s.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from statistics import median

from figures import Figure, run, size
from ground import ROOT
from load import load, request
from submit import headers, proposal

ROUNDS = size(4, 1)
HEALTH, PAGE, FILE, SUBMISSIONS = size(1000, 24), size(150, 12), size(500, 24), size(150, 12)
SLOW = 300
UPLOAD, LINE = size(3_000_000, 30_000), 1_000_000 / 8
"""Bytes, and bytes a second."""

EMPTY = "/healthz"
"""All that it costs is the way there and back, so that it shows the difference best; nothing is aimed for."""

Requests = Callable[[], list[bytes]]


def measure() -> Iterator[Figure]:
    from wsgi import under_wsgi

    from approvals_site.ports import free_port
    from tests.crashes.deployed import command, started
    from tests.crashes.test_stopping import is_healthy
    from tests.factories import make_approver, make_key, make_policy, make_user
    from tests.site.real_processes import within

    make_user("sales@example.com"), make_approver(), make_policy("approval_gate")
    _, token = make_key()
    ports = free_port(), free_port()
    web = command("web", "--port", str(ports[0]), "--log-level", "error")
    before = under_wsgi("bench.wsgi:own", ports[1], "--factory")
    kept = {"DATABASE_CONN_MAX_AGE": "60"}
    with started(web, **kept), started(before, PYTHONPATH=str(ROOT), **kept):
        assert within(60, lambda: all(is_healthy(port) for port in ports))
        for name, make in kinds(token).items():
            yield _beside(name, make, ports)
        yield from _with_slow_clients(ports[0], kinds(token))
        yield _upload(ports[0])


def kinds(token: str) -> dict[str, Requests]:
    body = json.dumps(proposal("approval_gate"))
    return {
        EMPTY: lambda: [request("GET", "/healthz", {})] * HEALTH,
        "the sign-in page": lambda: [request("GET", "/sign-in/", {})] * PAGE,
        "a file of styles": lambda: [request("GET", "/static/css/tokens.css", {})] * FILE,
        "a submission": lambda: [
            request("POST", "/api/v1/approvals", headers(token), body) for _ in range(SUBMISSIONS)
        ],
    }


def _beside(name: str, make: Requests, ports: tuple[int, int]) -> Figure:
    rounds = [[_rate(port, make) for port in ports] for _ in range(ROUNDS + 1)][1:]  # the first warms up
    ours, before = (median(rate[side] for rate in rounds) for side in (0, 1))
    beside = f"{ours:,.0f}/s beside {before:,.0f}/s under WSGI"
    goal = None if name == EMPTY else 0.8
    return Figure(f"{name}, 12 clients", ours / before, at_least=goal, beside=beside)


def _with_slow_clients(port: int, every: dict[str, Requests]) -> Iterator[Figure]:
    from tests.site.test_slow_clients import slow_clients

    for name in ("the sign-in page", "a submission"):
        alone, crowded = [], []
        for _ in range(ROUNDS):
            alone.append(_rate(port, every[name]))
            with slow_clients(port, number=SLOW):
                crowded.append(_rate(port, every[name]))
        beside = f"{median(crowded):,.0f}/s beside {median(alone):,.0f}/s without them"
        yield Figure(
            f"{name}, with {SLOW} slow clients", median(crowded) / median(alone), at_least=0.9, beside=beside
        )


def _rate(port: int, make: Requests) -> float:
    rate, answers = load(port, make())
    assert set(answers) <= {"200", "201"}, answers
    return rate


def _upload(port: int) -> Figure:
    """It is read whole: what is refused is that it has no key."""
    started = time.monotonic()
    with ExitStack() as stack:
        client = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=90))
        client.sendall(request("POST", "/api/v1/approvals", {"Content-Length": str(UPLOAD)}))
        for sent in range(0, UPLOAD, 10_000):
            client.sendall(b"x" * min(10_000, UPLOAD - sent))
            time.sleep(max(0.0, started + sent / LINE - time.monotonic()))
        status = client.recv(12)
    assert status == b"HTTP/1.1 401", status
    return Figure(
        "3 MB over 1 Mbit/s", time.monotonic() - started, "seconds", at_most=60, beside=status.decode()
    )


if __name__ == "__main__":
    run("bodies", measure)
