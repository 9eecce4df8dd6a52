"""Half a minute of one fault after another; `bench/faults.py` does the same for as long as one likes."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.crashes.house import house
from tests.crashes.ordeal import endure
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)

LATE = 30
"""Seconds without a sweep that are too long. It is due every three; the longest fault takes four."""

ORDEAL = (
    ("database restarted", lambda one: one.restart_database(1)),
    ("child of web killed", lambda one: one.kill_child("web")),
    ("database hangs", lambda one: one.hang_database(4)),
    ("worker killed", lambda one: one.kill("worker")),
    ("Redis lost", lambda one: one.lose_redis(2)),
    ("clock killed", lambda one: one.kill("clock")),
    ("database away", lambda one: one.lose_database(3)),
    ("beat killed", lambda one: one.kill("beat")),
)


def test_one_fault_after_another_loses_doubles_and_delays_nothing(tmp_path: Path) -> None:
    make_user("sales@example.com")
    with house(tmp_path, app="tests.crashes.hurried", DATABASE_PATIENCE="1.5") as one:
        outcome = endure(one, ORDEAL, seconds=25, pause=1.5, load_pause=0.1)

    print("\n".join(outcome.lines()))  # noqa: T201 - shown where it fails
    assert outcome.faults.total() >= len(ORDEAL)
    assert outcome.decisions > 20
    assert (outcome.lost, outcome.doubled, outcome.stuck) == ([], [], [])
    assert outcome.without_sweep < LATE
    assert outcome.without_checkpoint < LATE
    call_command("verify_audit", stdout=StringIO())  # leaves with its exit code where it is not 0
