"""The processes of a deployment, started by the very commands that docs/operations.md names."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.serving import ROOT, environment

_ROW = re.compile(r"^\| `(\w+)` \| `([^`]+)`", re.MULTILINE)

Process = subprocess.Popen[bytes]


def command(name: str, *more: str) -> list[str]:
    """As the table says, from this environment's programs."""
    table = dict(_ROW.findall((ROOT / "docs/operations.md").read_text()))
    program, *words = shlex.split(table[name])
    return [str(Path(sys.executable).with_name(program)), *words, *more]


@contextmanager
def running(name: str, *more: str, **environ: str) -> Iterator[Process]:
    """That process on the database that Django uses here."""
    with started(command(name, *more), **environ) as process:
        yield process


@contextmanager
def started(words: list[str], **environ: str) -> Iterator[Process]:
    """Killed at the end if it still runs, and whatever it left behind."""
    with subprocess.Popen(words, cwd=ROOT, env=environment(**environ), start_new_session=True) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
