"""Which place in a payload does an RFC 6901 pointer name, and what does a lock on it cover?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from typing import Any, Final

from approvals.exceptions import FieldError, InvalidInput

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
_POINTER = re.compile(r"(?:/(?:[^~/]|~[01])*)*")


class Absent(Enum):
    """No value at all, as opposed to null, false or empty."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


Path = tuple["Path", str | int] | None
"""From a place up to the root. Pointers are as long as their keys, so one is built only when it is shown."""


def pointer_of(path: Path) -> str:
    steps: list[str | int] = []
    while path is not None:
        path, step = path
        steps.append(step)
    return "".join(child("", step) for step in reversed(steps))


def child(pointer: str, key: str | int) -> str:
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def tokens(pointer: str) -> list[str]:
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def canonical_pointer(pointer: str) -> str:
    """The one way to write a pointer: elsewhere a `~` that escapes nothing stands for itself."""
    return "".join(child("", token) for token in tokens(pointer)) if "~" in pointer else pointer


def find(value: Any, pointer: str) -> Any:
    """The value at the pointer, or ABSENT."""
    for token in tokens(pointer):
        if isinstance(value, dict) and token in value:
            value = value[token]
        elif isinstance(value, list) and _INDEX.fullmatch(token) and int(token) < len(value):
            value = value[int(token)]
        else:
            return ABSENT
    return value


def is_covered(pointer: str, locked: Iterable[str]) -> bool:
    """Whether the place itself, or one above it, is locked."""
    return any(pointer == lock or pointer.startswith(f"{lock}/") for lock in locked)


def locks_below(pointer: str, locked: Iterable[str]) -> list[str]:
    return [lock for lock in locked if lock.startswith(f"{pointer}/")]


def check_locked(locked: Iterable[str]) -> None:
    """Raises InvalidInput for a lock that is not an RFC 6901 pointer: it would lock nothing."""
    errors = [
        FieldError(f"/{index}", "not_a_pointer", f"“{lock}” is not a JSON pointer; write it as /{lock}.")
        for index, lock in enumerate(locked)
        if not _POINTER.fullmatch(lock)
    ]
    if errors:
        raise InvalidInput(errors[0].message, errors)
