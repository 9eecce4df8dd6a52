"""Which threads answer? Those that are there from the start, so that a burst of requests adds none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier


def started(threads: int, name: str) -> ThreadPoolExecutor:
    """A pool of that many threads, all of them started; by itself it would start one whenever none is free."""
    pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
    together = Barrier(threads)
    for _ in range(threads):
        pool.submit(together.wait)
    return pool
