"""Which of a schema's patterns are checked? As many as compile within the work that one schema may cost.

An agent sends a schema with each request, so what its patterns cost is counted before they are compiled. Work is
counted in some microseconds: `PER_NODE` for each part of the schema, the rest is left for the patterns.
"""

from __future__ import annotations

from approvals.payload.schema import matching

MOST_WORK = 22_000
PER_NODE = 2
PER_PATTERN = 40


def checkable(patterns: list[str], nodes: int) -> tuple[frozenset[str], bool]:
    """The patterns that are not checked, and whether all others are checked on every text.

    The shortest come first, and one past the allowance is not even read.
    """
    unchecked, left, is_certain = set(), MOST_WORK - PER_NODE * nodes, True
    for pattern in sorted(patterns, key=len):
        left -= PER_PATTERN + matching.PER_CHARACTER * min(len(pattern), matching.MAX_LENGTH)
        ready = matching.matcher(pattern) if left >= 0 else None
        left -= ready.work if ready else 0
        if ready is None or ready.flaw or left < 0:
            unchecked.add(pattern)
        else:
            is_certain = is_certain and ready.is_certain
    return frozenset(unchecked), is_certain
