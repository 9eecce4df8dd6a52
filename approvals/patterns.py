"""Does a text match a regular expression? All run on RE2, whose time is linear for every pattern."""

from __future__ import annotations

from typing import Any

import re2

SMALL, LARGE = 1 << 17, 1 << 20
"""Bytes for one program and its automaton, whichever is enough. What takes more is refused within some 10 ms."""
MAX_WRITTEN = 100_000
"""Characters: a longer pattern is refused unread."""


class InvalidPatternError(ValueError):
    """RE2 cannot compile the pattern; the message says why."""


class TooLargeError(InvalidPatternError):
    """The pattern is valid, and takes more memory than one may; finding that out takes time too."""


def compiled(pattern: str, *, most: int = LARGE) -> Any:
    """The program, of `most` bytes. Raises InvalidPatternError."""
    if len(pattern) > MAX_WRITTEN:
        raise TooLargeError("pattern too large")
    try:
        return _compiled(pattern, SMALL)
    except TooLargeError:
        if most <= SMALL:
            raise
        return _compiled(pattern, most)


def _compiled(pattern: str, memory: int) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = memory
    try:
        return re2.compile(pattern, options=options)
    except re2.error as error:
        raise _refusal(error) from None
    except UnicodeEncodeError:
        raise InvalidPatternError("half of a surrogate pair") from None
    finally:
        re2.purge()  # it keeps the last 128 programs, whatever they hold


def _refusal(error: Any) -> InvalidPatternError:
    reason = error.args[0] if error.args else "unknown"
    words = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
    return TooLargeError(words) if words.startswith("pattern too large") else InvalidPatternError(words)


def size(program: Any) -> int:
    """Instructions of a compiled program: an upper bound on the work for each character."""
    return int(program.programsize)


def memory(program: Any) -> int:
    """The most bytes that a compiled program may come to hold, with the automaton that grows as it matches."""
    return int(program.options.max_mem)
