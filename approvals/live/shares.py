"""How many connections may one key, or one person, keep open in this process?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Shares:
    """The connections that wait, by the name of who has them. Everything runs on one event loop."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open = Counter[str]()

    @contextmanager
    def one_more(self, name: str) -> Iterator[bool]:
        """Around a connection: whether it is within the share. One beyond it is not counted."""
        fits = self._open[name] < self._most
        self._open[name] += fits
        try:
            yield fits
        finally:
            self._open[name] -= fits
            if not self._open[name]:
                del self._open[name]
