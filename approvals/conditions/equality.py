"""Are these two values equal, or is one in the other? For values of two types there is no answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cel_expr_python import cel

from approvals.conditions import kinds

MIXED = "mixed types: "
"""The beginning of what a failed comparison says."""
SAME, WITHIN, WITHIN_OR_NULL = "@same", "@within", "@within_or_null"
"""The functions that a rewritten condition calls. No source can call them: a name never starts with @."""


class MixedTypes(ValueError):
    """Values of different types cannot be compared."""

    def __init__(self, first: Any, second: Any) -> None:
        super().__init__(first, second)
        self.kinds = kinds.of(first), kinds.of(second)


def extension() -> Any:
    """The functions of a strict condition, for CEL."""
    functions = ((SAME, _same), (WITHIN, _within), (WITHIN_OR_NULL, _within_or_null))
    return cel.CelExtension("strict", [_declared(name, act) for name, act in functions])


def same(first: Any, second: Any) -> bool:
    """Whether two values are equal, all the way down. Raises MixedTypes where values or parts differ in type."""
    if kinds.of(first) != kinds.of(second):
        raise MixedTypes(first, second)
    if isinstance(first, list):
        found = [same(one, other) for one, other in zip(first, second, strict=False)]
        return len(first) == len(second) and all(found)
    if isinstance(first, dict):
        found = [same(first[name], second[name]) for name in first.keys() & second.keys()]
        return first.keys() == second.keys() and all(found)
    return bool(first == second)


def within(value: Any, there: Any) -> bool:
    """Whether the value is in a list, or among an object's names. Raises MixedTypes unless all are of one type."""
    if not isinstance(there, list | dict):
        raise MixedTypes(there, [])
    return any([same(value, one) for one in there])  # noqa: C419 - every element is compared


def _same(first: Any, second: Any, name: str, other: str) -> bool:
    return _told(lambda: same(first, second), first, second, name, other)


def _within(value: Any, there: Any, name: str, other: str) -> bool:
    return _told(lambda: within(value, there), value, there, name, other)


def _within_or_null(value: Any, there: Any, name: str, other: str) -> bool:
    """For a list that names null: the value may be null, too."""
    if value is None:
        return True
    return _within(value, [one for one in there if one is not None], name, other)


def _told(act: Callable[[], bool], first: Any, second: Any, name: str, other: str) -> bool:
    try:
        return act()
    except MixedTypes as mixed:
        one, two = mixed.kinds
        if not name and other:
            name, one, two = other, two, one
        is_whole = (one, two) == (kinds.of(first), kinds.of(second))
        what = name if not name or is_whole else f"a part of {name}"
        raise ValueError(MIXED + (f"{what} is {one}" if what else one) + f", compared with {two}") from None


def _declared(name: str, act: Callable[..., bool]) -> Any:
    kind = cel.Type
    parameters = [kind.DYN, kind.DYN, kind.STRING, kind.STRING]
    return cel.FunctionDecl(name, [cel.Overload(name.strip("@"), kind.BOOL, parameters, False, act)])
