"""Which places differ between two payloads? Programs get an RFC 6902 patch, people the rows of `comparison`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Literal, NamedTuple

from approvals.payload.canonical import Numbers, same
from approvals.payload.pointers import ABSENT, Path, pointer_of

MAX_CHANGES = 1_000
"""Of one group or list, with everything inside it."""
MAX_POINTERS = 256 * 1024
"""Characters of all their pointers together."""


Op = Literal["add", "remove", "replace"]

_Step = tuple[Op, Path, Any, Any]


class Difference(NamedTuple):
    """One step from old to new. List positions in the pointer count what earlier steps have changed."""

    op: Op
    pointer: str
    before: Any
    after: Any


def patch(old: Any, new: Any) -> list[dict[str, Any]]:
    """RFC 6902 with add, remove and replace only. Applied to old, it gives the canonical bytes of new."""
    return [
        {"op": step.op, "path": step.pointer} | ({} if step.op == "remove" else {"value": step.after})
        for step in differences(old, new)
    ]


def differences(old: Any, new: Any) -> list[Difference]:
    """The steps from old to new. A group or list with too many differences is replaced as a whole."""
    steps = _steps(old, new, None, 0, Numbers())
    return [Difference(op, pointer_of(path), before, after) for op, path, before, after in steps]


def _steps(old: Any, new: Any, path: Path, length: int, numbers: Numbers) -> list[_Step]:
    """`length`: characters of the pointer, which is built at the end, only for the steps that remain."""
    if isinstance(old, dict) and isinstance(new, dict):
        inner = _between_objects(old, new, path, length, numbers)
    elif isinstance(old, list) and isinstance(new, list):
        inner = _between_lists(old, new, path, length, numbers)
    else:
        return [] if same(old, new) else [("replace", path, old, new)]
    most = max(1, min(MAX_CHANGES, MAX_POINTERS // (length + 1)))
    found = list(islice(inner, most + 1))
    return found if len(found) <= most else [("replace", path, old, new)]


def _between_objects(
    old: dict[str, Any], new: dict[str, Any], path: Path, length: int, numbers: Numbers
) -> Iterator[_Step]:
    for key, value in old.items():
        if key not in new:
            yield "remove", (path, key), value, ABSENT
        else:
            yield from _steps(value, new[key], (path, key), length + 1 + len(key), numbers)
    for key, value in new.items():
        if key not in old:
            yield "add", (path, key), ABSENT, value


def _between_lists(
    old: list[Any], new: list[Any], path: Path, length: int, numbers: Numbers
) -> Iterator[_Step]:
    """Lists of equal length go item by item; otherwise the common start and end stay, and the middle changes."""
    head, tail = (0, 0) if len(old) == len(new) else _ends(numbers.of_all(old), numbers.of_all(new))
    left, right = old[head : len(old) - tail], new[head : len(new) - tail]
    paired = min(len(left), len(right))
    for index in range(paired):
        yield from _steps(left[index], right[index], (path, head + index), length + 7, numbers)
    for index in range(len(left) - 1, paired - 1, -1):
        yield "remove", (path, head + index), left[index], ABSENT
    for index in range(paired, len(right)):
        yield "add", (path, head + index), ABSENT, right[index]


def _ends(left: list[int], right: list[int]) -> tuple[int, int]:
    """The length of the common start, and of the common end after it."""
    most = min(len(left), len(right))
    head = next((index for index in range(most) if left[index] != right[index]), most)
    most -= head
    tail = next((index for index in range(most) if left[-1 - index] != right[-1 - index]), most)
    return head, tail
