"""Does a text match a regular expression? All run on RE2, whose time is linear for every pattern."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2

MAX_MEMORY = 1 << 20
"""Bytes for one program and its automaton: a larger pattern is refused within 10 ms."""


class InvalidPatternError(ValueError):
    """RE2 cannot compile the pattern; the message says why."""


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> Any:
    """Raises InvalidPatternError."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_MEMORY
    try:
        return re2.compile(pattern, options=options)
    except re2.error as error:
        reason = error.args[0] if error.args else "unknown"
        raise InvalidPatternError(
            reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        ) from None
    except UnicodeEncodeError:
        raise InvalidPatternError("half of a surrogate pair") from None


def size(pattern: str) -> int:
    """Instructions of the compiled program: an upper bound on the work for each character."""
    return int(compiled(pattern).programsize)


def matches(pattern: str, text: str) -> bool:
    return compiled(pattern).search(text) is not None
