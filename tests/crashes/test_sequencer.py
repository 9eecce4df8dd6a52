"""`kill -9` of the sequencer at each of its steps, with events coming in all the while."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from itertools import count
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from audit import merkle
from audit.anchors import file
from audit.models import Checkpoint, Event, Leaf
from tests.audit.test_sequencer import leaves, write
from tests.serving import ROOT, environment

pytestmark = pytest.mark.django_db(transaction=True)

KILLED = -signal.SIGKILL
NEVER = 1_000_000


@contextmanager
def sequencing() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.crashes.sequencing"],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        yield process
        os.killpg(process.pid, signal.SIGKILL)


def run(process: subprocess.Popen[str], steps: int) -> int:
    """How the run ended that is killed at that step."""
    process.stdin.write(f"{steps}\n")
    process.stdin.flush()
    return int(process.stdout.readline())


def assert_sound() -> None:
    """No gap, no event twice, and the one right root for each size."""
    stored = leaves()
    assert list(Leaf.objects.order_by("index").values_list("index", flat=True)) == list(range(len(stored)))
    assert len(set(stored)) == len(stored)
    roots = {}
    frontier = merkle.Frontier()
    for hash_ in [None, *stored]:
        if hash_:
            frontier.append(hash_)
        roots[frontier.size] = frontier.root()
    for one in Checkpoint.objects.order_by("number"):
        assert bytes(one.root) == roots[one.size]


@pytest.mark.shows("a-killed-sequencer")
def test_sequencer_killed_at_each_step_leaves_no_gap_no_double_leaf_and_one_root_for_a_size() -> None:
    with sequencing() as process:
        for step in count(1):
            write(step % 4, subject=str(step % 5))
            ended = run(process, step)
            assert_sound()
            if ended != KILLED:
                break
        assert ended == 0
        assert step > 40
        assert run(process, NEVER) == 0

    last = Checkpoint.objects.order_by("number").last()
    anchored = [note.source for note in file.notes(Path(settings.AUDIT_ANCHOR_FILE))]
    assert last.size == Event.objects.count()
    assert anchored[-1] == last.note
    assert set(anchored) <= set(Checkpoint.objects.values_list("note", flat=True))
    call_command("verify_audit", stdout=StringIO())  # leaves with its exit code where it is not 0
