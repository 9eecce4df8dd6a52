"""Does a text match a JSON Schema pattern? On RE2 if that is exact and cheap, else on `regex` with a time limit.

Nothing here can hang: RE2's work is bounded by program times text, that of `regex` by seconds. The answer beyond
both bounds is None: not checked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import takewhile
from time import perf_counter
from typing import Any

import regex

from approvals import patterns
from approvals.keeping import kept
from approvals.payload.schema import ecma
from approvals.payload.schema.classes import UntranslatableError
from approvals.payload.schema.ecma import Piece

MAX_LENGTH = 2_500
MAX_LENGTH_ON_REGEX = 1_500
MAX_WEIGHT_ON_REGEX = 5_000
MAX_PROPERTIES = 40
"""Unicode properties in one pattern: compiling each takes RE2 a tenth of a millisecond."""

MOST_KEPT = 48 * 1024 * 1024
"""Bytes of RE2's programs, whose automata grow as they match, in one process."""
MOST_KEPT_ON_REGEX = 8 * 1024 * 1024
_HELD_ON_REGEX = 200
"""Bytes that `regex` takes for a character of a pattern, at most."""

PER_CHARACTER, PER_INSTRUCTION, PER_PROPERTY, PER_REFUSAL = 4, 0.25, 200, 12_000
"""Work, in some microseconds: to read a pattern, to compile its program, and for RE2 to find it too large."""

_AHEAD, _BEHIND = ("=", "!"), ("<=", "<!")

Conjunction = list[tuple[bool, Any]]
"""RE2 programs, each with whether it must match or must not."""


@dataclass(slots=True)
class Effort:
    """The work that the patterns of one validation may still cost, and the patterns that were not checked."""

    steps: int = 12_000_000
    """RE2 instructions times characters."""
    seconds: float = 0.05
    """Time on the `regex` engine."""
    skipped: frozenset[str] = frozenset()
    """Patterns to leave unchecked."""
    unchecked: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Matcher:
    """A compiled pattern. `flaw` says why neither engine can run it; `size` counts RE2's instructions.

    `work` is what compiling it took, besides reading it: alike for a pattern that is kept already.
    """

    conjunctions: list[Conjunction] | None
    size: int
    pattern: str
    flaw: str = ""
    work: int = 0

    @property
    def is_certain(self) -> bool:
        """Whether RE2 checks it, on texts of up to some thousand characters."""
        return self.conjunctions is not None and self.size <= 3_000


def matches(pattern: str, text: str, effort: Effort) -> bool | None:
    """None if the pattern could not be checked; it is then in `effort.unchecked`."""
    found = None if pattern in effort.skipped else _answer(matcher(pattern), text, effort)
    if found is None:
        effort.unchecked.add(pattern)
    return found


def _bytes(ready: Matcher, pattern: str) -> int:
    programs = (program for programs in ready.conjunctions or () for _, program in programs)
    return len(pattern) * 8 + sum(map(patterns.memory, programs))


@kept(most=MOST_KEPT, weight=_bytes)
def matcher(pattern: str) -> Matcher:
    properties = pattern.count("\\p") + pattern.count("\\P")
    if len(pattern) > MAX_LENGTH or properties > MAX_PROPERTIES:
        return Matcher(None, 0, pattern, "it is too long")
    try:
        programs = [_conjunction(pieces) for pieces in _alternatives(pattern)]
    except patterns.TooLargeError:
        return _on_regex(pattern, PER_REFUSAL)
    except (UntranslatableError, patterns.InvalidPatternError):
        return _on_regex(pattern, 0)
    size = sum(patterns.size(program) for programs_ in programs for _, program in programs_)
    return Matcher(programs, size, pattern, work=int(PER_INSTRUCTION * size) + PER_PROPERTY * properties)


def _on_regex(pattern: str, work: int) -> Matcher:
    return Matcher(None, 0, pattern, _flaw(pattern), work + PER_CHARACTER * len(pattern))


def _answer(ready: Matcher, text: str, effort: Effort) -> bool | None:
    cost = ready.size * (len(text) + 1)
    if ready.conjunctions is not None and cost <= effort.steps:
        effort.steps -= cost
        return any(
            all((program.search(text) is not None) is wanted for wanted, program in programs)
            for programs in ready.conjunctions
        )
    return None if ready.flaw else _on_the_clock(ready.pattern, text, effort)


def _on_the_clock(pattern: str, text: str, effort: Effort) -> bool | None:
    program = _timed_program(pattern)
    if program is None or effort.seconds <= 0:
        return None
    started = perf_counter()
    try:
        return program.search(text, timeout=effort.seconds) is not None
    except TimeoutError:
        return None
    finally:
        effort.seconds -= perf_counter() - started


def _alternatives(pattern: str) -> list[list[Piece]]:
    """The alternatives, each with the pattern's flags; joined into one if nothing looks around."""
    found = ecma.alternatives(pattern, "re2")
    if not any(piece.look in (*_AHEAD, *_BEHIND) for pieces in found for piece in pieces):
        return [[Piece(ecma.joined(found))]]
    flags = [piece for piece in found[0][:1] if piece.text == "(?i)"]
    return [found[0], *([*flags, *pieces] for pieces in found[1:])]


def _conjunction(pieces: list[Piece]) -> Conjunction:
    """`^(?!a)b(?<!c)$` matches what `^b$` matches, where `^a` does not, and `c$` does not.

    Other look-arounds stay in place, and RE2 refuses them.
    """
    flags = "".join(piece.text for piece in pieces[:1] if piece.text == "(?i)")
    body = pieces[1:] if flags else pieces
    head = list(takewhile(lambda piece: piece.look in ("^", *_AHEAD), body))
    tail = list(takewhile(lambda piece: piece.look in ("$", *_BEHIND), reversed(body[len(head) :])))
    is_start, is_end = any(piece.look == "^" for piece in head), any(piece.look == "$" for piece in tail)
    ahead = [piece for piece in head if piece.look in _AHEAD] if is_start else []
    behind = [piece for piece in tail if piece.look in _BEHIND] if is_end else []
    rest = [piece for piece in body if piece not in ahead and piece not in behind]
    return [
        (True, patterns.compiled(flags + "".join(piece.text for piece in rest))),
        *((piece.look == "=", patterns.compiled(f"{flags}^(?:{piece.body})")) for piece in ahead),
        *((piece.look == "<=", patterns.compiled(f"{flags}(?:{piece.body})$")) for piece in behind),
    ]


def _flaw(pattern: str) -> str:
    """Why the `regex` engine cannot run the pattern either; "" if it can."""
    try:
        found = ecma.alternatives(pattern, "regex")
    except UntranslatableError as error:
        return str(error)
    return "" if _timed_program(pattern, found) else "it is too large"


@kept(most=MOST_KEPT_ON_REGEX, weight=lambda _, written: _HELD_ON_REGEX * len(written))
def _program(written: str) -> Any:
    try:
        return regex.compile(written, regex.VERSION0, cache_pattern=False)
    except (regex.error, RecursionError, OverflowError):
        return None


def _timed_program(pattern: str, found: list[list[Piece]] | None = None) -> Any:
    """The pattern compiled for `regex`, or None. Its size is checked first: compiling has no time limit."""
    if len(pattern) > MAX_LENGTH_ON_REGEX:
        return None
    try:
        found = found or ecma.alternatives(pattern, "regex")
    except UntranslatableError:
        return None
    return None if ecma.weight(found) > MAX_WEIGHT_ON_REGEX else _program(ecma.joined(found))
