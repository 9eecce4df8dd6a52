"""What is worked out once and kept in memory, and how much of it? Results of a function, bounded by their bytes.

A cache bounded by entries holds as much as the largest texts that agents send, times its entries, in each process.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

ENTRY = 300
"""Bytes of an entry besides its key and result."""


class Kept(Generic[P, R]):
    """A function of hashable arguments whose latest results are kept, `most` bytes of them.

    Threads may share it; two that ask for one result at once may both work it out. A result that alone is heavier
    than `most` is returned and not kept, and neither is what the function raises.
    """

    def __init__(self, act: Callable[P, R], most: int, weight: Callable[Concatenate[R, P], int]) -> None:
        self.__wrapped__ = act
        self.most = most
        self.held = 0
        self._weight = weight
        self._results: OrderedDict[Hashable, tuple[R, int]] = OrderedDict()
        self._lock = Lock()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        key: Any = (args, *kwargs.items()) if kwargs else args
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
                return self._results[key][0]
        result = self.__wrapped__(*args, **kwargs)
        self._keep(key, result, ENTRY + self._weight(result, *args, **kwargs))
        return result

    def __len__(self) -> int:
        return len(self._results)

    def cache_clear(self) -> None:
        with self._lock:
            self._results.clear()
            self.held = 0

    def _keep(self, key: Hashable, result: R, weight: int) -> None:
        with self._lock:
            if weight > self.most or key in self._results:
                return
            self._results[key] = result, weight
            self.held += weight
            while self.held > self.most:
                _, (_, lost) = self._results.popitem(last=False)
                self.held -= lost


def kept(*, most: int, weight: Callable[Concatenate[R, P], int]) -> Callable[[Callable[P, R]], Kept[P, R]]:
    """Keeps a function's results, up to `most` bytes; `weight` tells the bytes of a result and its arguments."""
    return lambda act: Kept(act, most, weight)
