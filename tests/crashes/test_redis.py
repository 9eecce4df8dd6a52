"""Redis is stopped and comes back empty: decisions go on, and afterwards everything that was to be told is told."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from approvals import lifecycle, wakeups
from approvals.models import Notification
from approvals_site.ports import free_port, is_answering
from audit.models import Event
from tests.crashes.deployed import running
from tests.crashes.mailbox import Mailbox
from tests.factories import age, approve, make_approval, make_key, make_user
from tests.site.real_processes import within

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = ("sales@example.com", "finance@example.com")
PATIENCE = 120
"""Seconds in which everything is delivered after Redis is back; five minutes are allowed."""


@contextmanager
def redis(port: int, folder: Path) -> Iterator[None]:
    """A server that keeps nothing: started anew it is empty."""
    program = Path(sys.executable).with_name("redis-server")
    words = [program if program.exists() else "redis-server", "--port", str(port), "--bind", "127.0.0.1"]
    with subprocess.Popen(
        [*words, "--save", "", "--appendonly", "no", "--dir", str(folder)], stdout=subprocess.DEVNULL
    ) as server:
        try:
            assert within(20, lambda: is_answering(port))
            yield
        finally:
            server.terminate()


def all_are_told() -> bool:
    return not Notification.objects.unfinished().exists()


@pytest.mark.shows("redis-may-lose-everything")
def test_redis_stopped_and_flushed_loses_no_decision_and_no_message(tmp_path: Path, settings: Any) -> None:
    port, (key, _) = free_port(), make_key()
    settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
    wakeups.client.cache_clear()
    person = make_user("sales@example.com")
    make_user("finance@example.com")
    with Mailbox() as mailbox, ExitStack() as processes:
        environ = {"REDIS_URL": settings.REDIS_URL, "EMAIL_URL": mailbox.url}
        with redis(port, tmp_path):
            processes.enter_context(running("worker", **environ))
            processes.enter_context(running("beat", "--schedule", str(tmp_path / "schedule"), **environ))
            make_approval(key=key, assignees=PEOPLE)
            assert within(PATIENCE, all_are_told)

        for _ in range(5):
            decided = approve(make_approval(key=key, assignees=PEOPLE), by=person)
            assert decided.status == "approved"
        assert lifecycle.breach_if_overdue(age(make_approval(key=key, assignees=PEOPLE), hours=2).pk)
        assert not all_are_told()

        with redis(port, tmp_path):
            assert within(PATIENCE, all_are_told)

    written = {f"<{pk}@countersign>" for pk in Notification.objects.values_list("pk", flat=True)}
    assert set(mailbox.received) == written
    assert len(written) == 2 + 5 * 3 + 4
    assert Event.objects.filter(type="approval.granted").count() == 5
    wakeups.client.cache_clear()
