"""SIGTERM ends each process of a deployment by itself, whatever it is in the middle of."""

from __future__ import annotations

from pathlib import Path
from urllib.request import urlopen

import pytest

from approvals.models import Notification
from approvals_site.ports import free_port, is_answering
from tests.crashes.agents import waiting
from tests.crashes.deployed import Process, running
from tests.factories import make_approval, make_key
from tests.site.real_processes import within

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 30
"""Seconds until it counts as hanging. Five are enough unless the machine is busy, which a test must bear."""


def test_web_stops_cleanly() -> None:
    port = free_port()
    with running("web", "--port", str(port)) as web:
        assert within(60, lambda: is_healthy(port))

        assert_stops(web)


def test_live_stops_cleanly_with_agents_waiting() -> None:
    port, (key, token) = free_port(), make_key()
    approval = make_approval(key=key)
    with running("live", "--port", str(port), DATABASE_CONN_MAX_AGE="0") as live:
        assert within(30, lambda: is_answering(port))
        with waiting(port, token, [approval.pk] * 20):
            # Answered after those before it have been asked.
            with waiting(port, token, [approval.pk], timeout=1) as (last,):
                assert last.recv(1)

            assert_stops(live)


def test_worker_and_beat_stop_cleanly_once_they_have_delivered(tmp_path: Path) -> None:
    make_approval()
    schedule = ("--schedule", str(tmp_path / "schedule"))
    with running("worker") as worker, running("beat", *schedule) as beat:
        assert within(40, lambda: not Notification.objects.unfinished().exists())

        beat.terminate()
        assert_stops(worker)
        assert_stops(beat)


def is_healthy(port: int) -> bool:
    """Whether a worker answers: the port alone is open before there is one."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status == 200  # type: ignore[no-any-return]
    except OSError:
        return False


def assert_stops(process: Process) -> None:
    process.terminate()
    assert process.wait(PATIENCE) == 0
