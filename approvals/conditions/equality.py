"""Are these two values equal, or is one of them in the other? No answer for two types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cel_expr_python import cel

from approvals.conditions import kinds

MIXED = "mixed types: "
"""How the failure of a comparison begins."""
SAME, WITHIN, WITHIN_OR_NULL = "@same", "@within", "@within_or_null"
"""What a rewritten condition calls. No source can: a name never starts with @."""


class MixedTypes(ValueError):
    """Two values of different types were to be compared."""

    def __init__(self, first: Any, second: Any) -> None:
        super().__init__(first, second)
        self.kinds = kinds.of(first), kinds.of(second)


def extension() -> Any:
    """The functions that a strict condition calls; no source can name them."""
    functions = ((SAME, _same), (WITHIN, _within), (WITHIN_OR_NULL, _within_or_null))
    return cel.CelExtension("strict", [_declared(name, act) for name, act in functions])


def same(first: Any, second: Any) -> bool:
    """Whether two values are equal, all the way down. Raises MixedTypes for two types, there or inside."""
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
    """Whether a list or an object's names hold the value. Raises MixedTypes unless all is of one type."""
    if not isinstance(there, list | dict):
        raise MixedTypes(there, [])
    return any([same(value, one) for one in there])  # noqa: C419 - each of them is looked at


def _same(first: Any, second: Any, name: str, other: str) -> bool:
    return _told(lambda: same(first, second), first, second, name, other)


def _within(value: Any, there: Any, name: str, other: str) -> bool:
    return _told(lambda: within(value, there), value, there, name, other)


def _within_or_null(value: Any, there: Any, name: str, other: str) -> bool:
    """A list that names null itself asks whether the value is null, too."""
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
