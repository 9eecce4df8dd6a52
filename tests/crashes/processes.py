"""The test's hold on processes that it kills."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from types import TracebackType
from typing import Self

from tests.serving import ROOT, environment


class Prefork:
    """`tests.crashes.prefork` on the test's own database: one child at a time."""

    def __init__(self, job: str, **environ: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crashes.prefork", job],
            cwd=ROOT,
            env=environment(**environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.port = self._number()

    def start(self) -> int:
        """The process id of a new child."""
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self._number()

    def wait(self) -> int:
        """How the child ended: 0, or the signal's number below zero."""
        return self._number()

    def _number(self) -> int:
        return int(self._process.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)  # a child that still runs, too
        self._process.communicate()
