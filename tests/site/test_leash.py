"""Does a process on a leash end with its holder?"""

import signal
import subprocess
import sys

import psutil
import pytest

from tests.site.real_processes import ROOT, within

_STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
)
_WITH_CHILD = "import subprocess; print(subprocess.Popen(['sleep', '60']).pid, flush=True); input()"


@pytest.fixture
def leash():
    started = []

    def start(*command, options=()):
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", "approvals_site.leash", *options, "--", *command],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        )
        return started[-1]

    yield start
    for process in started:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


def test_child_ends_when_the_pipe_closes(leash):
    process = leash("sleep", "60")

    process.stdin.close()

    assert process.wait(5) == -signal.SIGTERM % 256


def test_child_that_ignores_the_signal_is_killed(leash):
    process = leash(sys.executable, "-c", _STUBBORN)
    process.stdout.readline()

    process.stdin.close()

    assert process.wait(6) == -signal.SIGKILL % 256


def test_nothing_of_the_child_s_group_stays_behind(leash):
    process = leash(sys.executable, "-c", _WITH_CHILD)
    grandchild = int(process.stdout.readline())

    process.wait(5)

    assert within(2, lambda: not psutil.pid_exists(grandchild))


def test_leash_ends_as_its_child_ended(leash):
    assert leash(sys.executable, "-c", "raise SystemExit(3)").wait(5) == 3
