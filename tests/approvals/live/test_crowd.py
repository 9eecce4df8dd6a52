"""Twelve hundred agents wait in one `live` process, which holds for them a socket each and nothing else."""

from __future__ import annotations

import resource
import select
import socket
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import psutil
import pytest
from django.db import connection

from approvals.models import AgentKey, Approval
from approvals_site.ports import free_port, is_answering
from tests.crashes.agents import answer, waiting
from tests.crashes.deployed import Process, command, started
from tests.factories import approve, make_approval, make_key, make_user
from tests.site.real_processes import within

pytestmark = pytest.mark.django_db(transaction=True)

WAITERS, REQUESTS = 1200, 10
STANDING = 2
"""Connections that a process keeps while agents wait: of all of them together, however many."""
NAME = "live-in-a-test"  # by which the database knows the process


@pytest.fixture
def many_files() -> Iterator[None]:
    """This process holds the agents' sockets. The `live` process gets the low limit that most systems begin with."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@dataclass(frozen=True)
class Held:
    """What a process has open."""

    agents: int
    threads: int
    database_connections: int


def test_a_crowd_that_waits_holds_no_thread_and_no_connection_of_its_own(many_files: None) -> None:
    port, (key, token) = free_port(), make_key()
    approvals = [make_approval(key=key) for _ in range(REQUESTS)]
    few_files = ["sh", "-c", 'ulimit -Sn 1024 && exec "$@"', "sh"]
    words = [*few_files, *command("live", "--port", str(port))]
    with started(words, DATABASE_CONN_MAX_AGE="0", PGAPPNAME=NAME) as live:
        at_rest = after_some_use(live, port, key, token)

        with waiting(port, token, [approval.pk for approval in approvals] * (WAITERS // REQUESTS)) as agents:
            with_agents = calm(live, port, agents=WAITERS)
            assert not readable(agents), "nobody was answered yet"
            answers = decide(approvals, agents)

    assert with_agents.threads <= at_rest.threads
    assert (at_rest.database_connections, with_agents.database_connections) == (0, STANDING)
    assert answers == {(200, "approved"): WAITERS}


def after_some_use(live: Process, port: int, key: AgentKey, token: str) -> Held:
    """By then every thread that answers has been started: for those who come and for those who are woken."""
    approval = make_approval(key=key)
    assert within(30, lambda: is_answering(port))
    with waiting(port, token, [approval.pk] * 50) as agents:
        calm(live, port, agents=50)
        decide([approval], agents)
    return calm(live, port, agents=0)


def calm(live: Process, port: int, *, agents: int) -> Held:
    """What is open once that many wait and nobody is being served."""
    seen: list[Held] = []
    assert within(60, lambda: stays_calm(live, port, agents, seen)), seen[-1]
    return seen[-1]


def stays_calm(live: Process, port: int, agents: int, seen: list[Held]) -> bool:
    """For a quarter of a second: looks at all the rows, the backstop, lie two seconds apart."""
    for _ in range(5):
        seen.append(held(live, port))
        if seen[-1].agents != agents or seen[-1].database_connections != (STANDING if agents else 0):
            return False
        time.sleep(0.05)
    return True


def readable(agents: list[socket.socket]) -> list[tuple[int, int]]:
    poll = select.poll()
    for agent in agents:
        poll.register(agent, select.POLLIN)
    return poll.poll(0)


def decide(approvals: list[Approval], agents: list[socket.socket]) -> Counter[tuple[int, str]]:
    reviewer = make_user()
    for approval in approvals:
        approve(approval, by=reviewer)
    answers = (answer(agent) for agent in agents)
    return Counter((status, body["status"]) for status, body in answers)


def held(live: Process, port: int) -> Held:
    server = psutil.Process(live.pid)
    processes = [server, *server.children(recursive=True)]
    agents = {
        (process.pid, open_.raddr)
        for process in processes
        for open_ in process.net_connections("tcp")
        if open_.laddr.port == port and open_.status == psutil.CONN_ESTABLISHED
    }
    return Held(len(agents), sum(process.num_threads() for process in processes), database_connections())


def database_connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", [NAME])
        return int(cursor.fetchone()[0])
