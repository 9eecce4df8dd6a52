"""Which places differ between two payloads? For programs an RFC 6902 patch, for people see `comparison`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from approvals.payload.canonical import same
from approvals.payload.pointers import ABSENT, child


class Difference(NamedTuple):
    """One step from old to new. The pointer counts list positions as they are when its turn comes."""

    op: Literal["add", "remove", "replace"]
    pointer: str
    before: Any
    after: Any


def patch(old: Any, new: Any) -> list[dict[str, Any]]:
    """RFC 6902 with add, remove and replace only: applied to old, it makes the canonical bytes of new."""
    return [
        {"op": step.op, "path": step.pointer} | ({} if step.op == "remove" else {"value": step.after})
        for step in differences(old, new)
    ]


def differences(old: Any, new: Any, pointer: str = "") -> Iterator[Difference]:
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _between_objects(old, new, pointer)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _between_lists(old, new, pointer)
    elif type(old) is type(new) and old == new:
        return
    elif not (_is_number(old) and _is_number(new) and old == new):
        yield Difference("replace", pointer, old, new)


def _between_objects(old: dict[str, Any], new: dict[str, Any], pointer: str) -> Iterator[Difference]:
    for key, value in old.items():
        if key not in new:
            yield Difference("remove", child(pointer, key), value, ABSENT)
        else:
            yield from differences(value, new[key], child(pointer, key))
    for key, value in new.items():
        if key not in old:
            yield Difference("add", child(pointer, key), ABSENT, value)


def _between_lists(old: list[Any], new: list[Any], pointer: str) -> Iterator[Difference]:
    """Lists of one length item by item; else what both start and end with stays, and the middle moves."""
    if len(old) == len(new):
        head, tail = 0, 0
    else:
        head = _common_prefix(old, new)
        tail = _common_prefix(old[head:][::-1], new[head:][::-1])
    left, right = old[head : len(old) - tail], new[head : len(new) - tail]
    paired = min(len(left), len(right))
    for index in range(paired):
        yield from differences(left[index], right[index], child(pointer, head + index))
    for index in range(len(left) - 1, paired - 1, -1):
        yield Difference("remove", child(pointer, head + index), left[index], ABSENT)
    for index in range(paired, len(right)):
        yield Difference("add", child(pointer, head + index), ABSENT, right[index])


def _common_prefix(left: list[Any], right: list[Any]) -> int:
    length = 0
    while length < min(len(left), len(right)) and same(left[length], right[length]):
        length += 1
    return length


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
