"""Are two payloads equal, to the byte? RFC 8785 bytes and their SHA-256."""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785

from approvals.exceptions import InvalidInput
from audit.canonical import canonical as quickly


def canonical(value: Any) -> bytes:
    """The RFC 8785 bytes. Raises InvalidInput for a value that JSON cannot carry."""
    try:
        return quickly(value)
    except rfc8785.CanonicalizationError as error:
        message = f"The value is not JSON: {error}."
        raise InvalidInput.at("", "not_json", message) from None


def digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def same(left: Any, right: Any) -> bool:
    """Equal as JSON: 1 equals 1.0, but not True (in Python all three are equal).

    Stops at the first difference, so large values that differ early cost little.
    """
    pending = [(left, right)]
    while pending:
        one, other = pending.pop()
        if isinstance(one, dict) and isinstance(other, dict):
            if one.keys() != other.keys():
                return False
            pending.extend((value, other[key]) for key, value in one.items())
        elif isinstance(one, list) and isinstance(other, list):
            if len(one) != len(other):
                return False
            pending.extend(zip(one, other, strict=True))
        elif one != other or isinstance(one, bool) != isinstance(other, bool):
            return False
    return True


class Numbers:
    """Gives equal JSON values equal numbers, so that comparing them again costs nothing.

    The values must outlive this object, which knows lists and objects by their id().
    """

    def __init__(self) -> None:
        self._known: dict[Any, int] = {}
        self._of_containers: dict[int, int] = {}

    def same(self, left: Any, right: Any) -> bool:
        """Equal as JSON, like the function `same`."""
        return self._of(left) == self._of(right)

    def of_all(self, values: list[Any]) -> list[int]:
        return [self._of(value) for value in values]

    def _of(self, value: Any) -> int:
        if not isinstance(value, dict | list):
            # In Python True, 1 and 1.0 are one key; in JSON True differs from 1.
            return self._number((isinstance(value, bool), value))
        if id(value) not in self._of_containers:
            self._of_containers[id(value)] = self._number(self._shape(value))
        return self._of_containers[id(value)]

    def _shape(self, value: dict[str, Any] | list[Any]) -> Any:
        if isinstance(value, list):
            return tuple(self.of_all(value))
        return frozenset((key, self._of(member)) for key, member in value.items())

    def _number(self, key: Any) -> int:
        return self._known.setdefault(key, len(self._known))


def leaf_count(value: Any) -> int:
    """How many values a form would show: scalars, and empty objects and lists."""
    members = members_of(value)
    return sum(map(leaf_count, members)) if members else 1


def weight(value: Any) -> tuple[int, int]:
    """The number of nodes, and of characters in keys and strings."""
    nodes, characters, pending = 0, 0, [value]
    while pending:
        value = pending.pop()
        nodes += 1
        if isinstance(value, str):
            characters += len(value)
        elif isinstance(value, dict):
            characters += sum(map(len, value))
        pending.extend(members_of(value))
    return nodes, characters


def is_deeper(value: Any, limit: int) -> bool:
    """Whether the value nests deeper than the limit. Goes level by level: recursion could exhaust the stack."""
    level = [value]
    for _ in range(limit + 1):
        level = [member for parent in level for member in members_of(parent)]
        if not level:
            return False
    return True


def members_of(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
