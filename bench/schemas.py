"""How long does a schema take that was made to cost much? Of hostile ones the slowest; milliseconds of work.

The schemas are those of `tests/approvals/payload/schema/hostile.py`, of which a test counts the calls. Nothing is kept
from one to the next.
"""

from __future__ import annotations

from collections.abc import Iterator

from conditions import milliseconds
from figures import Figure, run, size

ROUNDS = size(5, 1)
MOST = 50.0


def measure() -> Iterator[Figure]:
    from tests.approvals.payload.schema.hostile import HOSTILE

    taken = {name: min(_taken(schema) for _ in range(ROUNDS)) for name, schema in HOSTILE.items()}
    name = max(taken, key=lambda one: taken[one])
    over = sum(one > MOST for one in taken.values())
    yield Figure("the slowest hostile schema", taken[name], "ms", at_most=MOST, beside=name)
    yield Figure("hostile schemas over that", over, f"of {len(taken)}", at_most=0)


def _taken(schema: object) -> float:
    from approvals import payload
    from approvals.exceptions import InvalidInput
    from approvals.payload.schema import compiling, matching

    for each in (compiling._compiled, matching.matcher, matching._program):
        each.cache_clear()

    def act() -> None:
        try:
            payload.check_schema(schema)
        except InvalidInput:
            return

    return milliseconds(act)


if __name__ == "__main__":
    run("schemas", measure)
