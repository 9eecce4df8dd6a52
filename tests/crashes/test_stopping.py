"""SIGTERM ends each process of a deployment by itself, whatever it is in the middle of."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from django.db import connection, transaction

from approvals.models import Approval, Heartbeat, Notification
from approvals_site.ports import free_port, is_answering
from audit.models import Checkpoint
from grants.models import User
from tests.crashes.agents import answer, waiting
from tests.crashes.deployed import Process, running
from tests.crashes.posters import CSRF, Poster, session
from tests.factories import make_approval, make_key, make_user, seen
from tests.site.real_processes import within

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 30
"""Seconds until it counts as hanging. Five are enough unless the machine is busy, which a test must bear."""


def test_web_stops_cleanly() -> None:
    port = free_port()
    with running("web", "--port", str(port)) as web:
        assert within(60, lambda: is_healthy(port))

        assert_stops(web)


def test_web_answers_what_it_has_in_hand_before_it_stops() -> None:
    """Three decisions wait for their rows longer than granian used to grant them."""
    port, (key, _), reviewer = free_port(), make_key(), make_user()
    proposed = [make_approval(key=key) for _ in range(3)]
    with running("web", "--port", str(port)) as web, ThreadPoolExecutor(3) as people:
        assert within(60, lambda: is_healthy(port))
        with transaction.atomic():
            list(Approval.objects.select_for_update().order_by("pk"))
            answers = [people.submit(decide, port, reviewer, approval) for approval in proposed]
            assert within(20, lambda: waiting_for_locks() == 3)
            web.terminate()
            assert within(10, lambda: not is_answering(port)), "it takes nothing new"
            time.sleep(4)

        assert [answer.result() for answer in answers] == [303] * 3
        assert web.wait(PATIENCE) == 0
    assert set(Approval.objects.values_list("status", flat=True)) == {"approved"}


def decide(port: int, reviewer: User, approval: Approval) -> int:
    """The status of one approving post."""
    poster = Poster(port, "", reviewer)
    form = {
        "verdict": "approve",
        "csrfmiddlewaretoken": CSRF,
        "version": "1",
        "payload_sha256": seen(approval).payload_sha256,
    }
    connection.close()  # this thread's
    status, _ = poster.once(f"/approvals/{approval.pk}/decision/", urlencode(form), poster.person)
    return status


def waiting_for_locks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees what it saw first
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return int(cursor.fetchone()[0])


def test_live_stops_cleanly_with_agents_waiting() -> None:
    port, (key, token) = free_port(), make_key()
    approval = make_approval(key=key)
    with running("live", "--port", str(port), DATABASE_CONN_MAX_AGE="0") as live:
        assert within(30, lambda: is_answering(port))
        with waiting(port, token, [approval.pk] * 20) as agents, open_inbox(port, make_user()) as inbox:
            # Answered after those before it have been asked.
            with waiting(port, token, [approval.pk], timeout=1) as (last,):
                assert last.recv(1)
            started = time.monotonic()

            assert_stops(live)

            assert time.monotonic() - started < 15, "nobody who waits holds it up"
            assert {answer(agent)[0] for agent in agents} == {200}
            assert b"".join(iter(lambda: inbox.recv(65536), b"")), "the stream ends"


@contextmanager
def open_inbox(port: int, person: User) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as browser:
        head = (
            "GET /live/inbox/ HTTP/1.1",
            "Host: localhost",
            f"Cookie: sessionid={session(person)}",
            "",
            "",
        )
        browser.sendall("\r\n".join(head).encode())
        assert browser.recv(12) == b"HTTP/1.1 200"
        yield browser


def test_worker_clock_and_beat_stop_cleanly_once_they_have_worked(tmp_path: Path) -> None:
    make_approval()
    schedule = ("--schedule", str(tmp_path / "schedule"))
    with running("worker") as worker, running("clock") as clock, running("beat", *schedule) as beat:
        assert within(40, lambda: not Notification.objects.unfinished().exists())
        assert within(40, Heartbeat.objects.exists), "the clock catches up without a beat"
        assert within(40, Checkpoint.objects.exists)

        beat.terminate()
        assert_stops(worker)
        assert_stops(clock)
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
