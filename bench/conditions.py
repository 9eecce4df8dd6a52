"""How long does a condition take, to be saved and to be asked? Of hostile ones the slowest; milliseconds of work.

The conditions and the payloads are those of `tests/approvals/test_conditions.py`, which counts their calls.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial

from figures import Figure, run, size

ROUNDS = size(5, 1)
MOST = 50.0


def measure() -> Iterator[Figure]:
    from approvals import conditions
    from approvals.conditions import compiling
    from tests.approvals.test_conditions import HOSTILE, LARGE

    def save(source: str) -> None:
        compiling.compiled.cache_clear()
        try:
            conditions.check(source)
        except conditions.InvalidCondition:
            return

    yield slowest("saved", {source: partial(save, source) for source in HOSTILE})
    proposals = [{"payload": one, "confidence": 0.9, "evidence": [], "context": {}} for one in LARGE]
    asked = {
        f"{source[:40]} of payload {number}": partial(conditions.evaluate, source, proposal)
        for source in HOSTILE
        for number, proposal in enumerate(proposals)
    }
    yield slowest("asked", asked)


def slowest(what: str, acts: dict[str, Callable[[], object]]) -> Figure:
    """Each the best of several, since the machine does other work too."""
    taken = {name: min(milliseconds(act) for _ in range(ROUNDS)) for name, act in acts.items()}
    name = max(taken, key=lambda one: taken[one])
    return Figure(f"the slowest hostile condition, {what}", taken[name], "ms", at_most=MOST, beside=name[:40])


def milliseconds(act: Callable[[], object]) -> float:
    start = time.thread_time()
    act()
    return (time.thread_time() - start) * 1000


if __name__ == "__main__":
    run("conditions", measure)
