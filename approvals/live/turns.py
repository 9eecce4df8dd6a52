"""Who is next, where many wait and some ask a thousand times? Each in turn, so that a crowd of one delays nobody."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Turns(Generic[T]):
    """A queue for each name, which are served in turns: one entry of each, then the next of each."""

    def __init__(self) -> None:
        self._queues: OrderedDict[str, deque[T]] = OrderedDict()

    def add(self, name: str, entry: T) -> None:
        """At the end of its own queue."""
        self._queues.setdefault(name, deque()).append(entry)

    def take(self, most: int, *, unless: Callable[[T], bool]) -> list[T]:
        """The next ones, up to that many; those that `unless` says so of are dropped."""
        taken: list[T] = []
        while self._queues and len(taken) < most:
            name, queue = self._queues.popitem(last=False)
            entry = queue.popleft()
            if queue:
                self._queues[name] = queue  # behind all others
            if not unless(entry):
                taken.append(entry)
        return taken
