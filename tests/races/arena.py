"""How do several start at the same moment? Threads at a barrier, each with a database connection of its own."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from types import TracebackType
from typing import Self, TypeVar

from django.db import connection

from approvals.exceptions import StateConflict

PATIENCE = 30  # seconds until a round that hangs is a failure

Act = Callable[[], str]
T = TypeVar("T")


@dataclass(frozen=True)
class Attempt:
    """What one contestant got: the act's own word, or the name of the conflict (HTTP 409) that refused it."""

    word: str
    started: float
    ended: float


class Arena:
    """`size` threads that stay for all rounds, so that no round measures the opening of a connection."""

    def __init__(self, size: int, *, spread: float = 0.0, seed: object = 0) -> None:
        """Each start is late by up to `spread` seconds at random: else the shorter way in always wins."""
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="arena")
        self._barrier = Barrier(size)
        self._size = size
        self._spread = spread
        self._random = random.Random(str(seed))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._all([_close] * self._size)
        self._threads.shutdown()

    def run(self, acts: Sequence[Act], *, held_back: Sequence[float] = ()) -> list[Attempt]:
        """All at once, give or take the spread and what holds one back (seconds, for each act).

        Anything but a conflict is raised here.
        """
        pauses = [
            seconds + self._random.uniform(0, self._spread) for seconds in held_back or [0] * self._size
        ]
        return self._all([_attempt(act, pause) for act, pause in zip(acts, pauses, strict=True)])

    def _all(self, tasks: Sequence[Callable[[], T]]) -> list[T]:
        assert len(tasks) == self._size
        running = [self._threads.submit(self._at_the_barrier, task) for task in tasks]
        return [future.result(PATIENCE) for future in running]

    def _at_the_barrier(self, task: Callable[[], T]) -> T:
        self._barrier.wait(PATIENCE)
        return task()


def _close() -> None:
    connection.close()  # of whichever thread asks


def _attempt(act: Act, pause: float) -> Callable[[], Attempt]:
    def attempt() -> Attempt:
        time.sleep(pause)
        started = time.monotonic()
        try:
            word = act()
        except StateConflict as conflict:
            word = type(conflict).__name__
        return Attempt(word, started, time.monotonic())

    return attempt
