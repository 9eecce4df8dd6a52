"""What was deleted and inserted between two sequences? Myers' shortest edit script, with bounded work.

difflib is quadratic and worse on repetitive input; here the answer for too different a pair is None.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Literal, NamedTuple

Op = Literal["same", "del", "ins"]

MAX_EDITS = 600
MAX_STEPS = 1_000_000


class Run(NamedTuple):
    """Adjacent elements with one operation: `old` and `new` are index ranges; one is empty unless op is "same"."""

    op: Op
    old: range
    new: range


class Allowance:
    """The comparisons left, for one pair or for all pairs of a page together."""

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self.steps = steps


def runs(old: Sequence[str], new: Sequence[str], allowance: Allowance | None = None) -> list[Run] | None:
    """The runs in order, or None when that would take more than MAX_EDITS edits or the allowance."""
    head = _common_prefix(old, new)
    tail = _common_prefix(old[head:][::-1], new[head:][::-1])
    ops = _script(old[head : len(old) - tail], new[head : len(new) - tail], allowance or Allowance())
    if ops is None:
        return None
    around: list[Op] = ["same"]
    return list(_grouped(around * head + ops + around * tail))


def _common_prefix(left: Sequence[str], right: Sequence[str]) -> int:
    length = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        length += 1
    return length


def _script(old: Sequence[str], new: Sequence[str], allowance: Allowance) -> list[Op] | None:
    """The shortest way from old to new; None if too long. Trace `d` holds the furthest x on each diagonal k."""
    if not old or not new:
        only: Op = "del" if old else "ins"
        return [only for _ in (old or new)]
    furthest: dict[int, int] = {1: 0}
    trace: list[dict[int, int]] = []
    for edits in range(min(MAX_EDITS, len(old) + len(new)) + 1):
        trace.append({k: furthest[k] for k in range(-edits - 1, edits + 2) if k in furthest})
        for k in range(-edits, edits + 1, 2):
            start = x = _step(furthest, k, edits)
            while x < len(old) and x - k < len(new) and old[x] == new[x - k]:
                x += 1
            furthest[k] = x
            allowance.steps -= 1 + x - start
            if allowance.steps < 0:
                return None
            if x >= len(old) and x - k >= len(new):
                return list(_backtracked(trace, len(old), len(new)))[::-1]
    return None


def _step(furthest: dict[int, int], k: int, edits: int) -> int:
    """An insertion from the diagonal above or a deletion from the one below, the one that gets further."""
    if k == -edits or (k != edits and furthest[k - 1] < furthest[k + 1]):
        return furthest[k + 1]
    return furthest[k - 1] + 1


def _backtracked(trace: list[dict[int, int]], x: int, y: int) -> Iterator[Op]:
    """The script from its end to its start."""
    for edits in range(len(trace) - 1, 0, -1):
        furthest, k = trace[edits], x - y
        is_insertion = k == -edits or (k != edits and furthest[k - 1] < furthest[k + 1])
        previous = k + 1 if is_insertion else k - 1
        start = furthest[previous] if is_insertion else furthest[previous] + 1
        while x > start:
            yield "same"
            x, y = x - 1, y - 1
        yield "ins" if is_insertion else "del"
        x, y = furthest[previous], furthest[previous] - previous
    for _ in range(x):
        yield "same"


def _grouped(ops: list[Op]) -> Iterator[Run]:
    """Within one change all deletions come before all insertions."""
    old = list(accumulate((op != "ins" for op in ops), initial=0))
    new = list(accumulate((op != "del" for op in ops), initial=0))
    start = 0
    while start < len(ops):
        is_same = ops[start] == "same"
        end = start
        while end < len(ops) and (ops[end] == "same") == is_same:
            end += 1
        left, right = range(old[start], old[end]), range(new[start], new[end])
        if is_same:
            yield Run("same", left, right)
        else:
            if left:
                yield Run("del", left, range(right.start, right.start))
            if right:
                yield Run("ins", range(left.stop, left.stop), right)
        start = end
