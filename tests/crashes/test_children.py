"""`kill -9` of a child of granian's: the others go on answering, and another one takes its place."""

from __future__ import annotations

import time

import psutil
import pytest

from approvals_site.ports import free_port
from tests.crashes.deployed import Process, running
from tests.crashes.test_stopping import is_healthy
from tests.site.real_processes import within

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("name", ["web", "live"])
def test_a_child_that_is_killed_is_started_again(name: str) -> None:
    port = free_port()
    with running(name, "--port", str(port), DATABASE_CONN_MAX_AGE="0") as master:
        assert within(60, lambda: is_healthy(port))
        before = children(master)

        before[0].kill()

        assert within(30, lambda: len(children(master)) == len(before) and before[0] not in children(master))
        assert within(30, lambda: is_healthy(port))
        assert master.poll() is None, "granian itself stays"
        time.sleep(1)
        assert all(is_healthy(port) for _ in range(20))


def children(master: Process) -> list[psutil.Process]:
    return [one for one in psutil.Process(master.pid).children() if one.status() != psutil.STATUS_ZOMBIE]
