"""One run of the sequencer's task in a child that is killed at the step whose number it is told.

`python -m tests.crashes.sequencing` reads numbers, a line each, and prints how the child of each ended. Steps are
counted where a crash makes a difference: before and after each statement, commit, write and sync of a file.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from approvals_site.asgi import application  # noqa: F401 - sets Django up


class Fuse:
    """Kills this process at the step of that number."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def burn(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, act: Callable[..., Any]) -> Callable[..., Any]:
        """The same, with a step before it and one after it."""

        @wraps(act)
        def burning(*args: Any, **named: Any) -> Any:
            self.burn()
            result = act(*args, **named)
            self.burn()
            return result

        return burning


def work(steps: int) -> None:
    from audit.tasks import sequence

    fuse = Fuse(steps)
    connection.execute_wrappers.append(
        lambda execute, *args: fuse.around(execute)(*args)  # the wrapper's own form
    )
    BaseDatabaseWrapper._commit = fuse.around(BaseDatabaseWrapper._commit)
    os.fsync = fuse.around(os.fsync)
    write = os.write

    def torn(descriptor: int, content: bytes) -> int:
        """In two halves, so that a crash can fall between them."""
        fuse.burn()
        half = len(content) // 2
        write(descriptor, content[:half])
        fuse.burn()
        write(descriptor, content[half:])
        fuse.burn()
        return len(content)

    os.write = torn
    sequence()


def main() -> None:
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            work(int(line))
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
