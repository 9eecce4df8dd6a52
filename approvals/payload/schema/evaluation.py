"""Where is a value invalid against its schema? One walk over both, with a bound on its steps.

`keywords` checks each keyword, `unevaluated` the fields and items that no keyword covers; here is the walk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from approvals.payload.canonical import canonical
from approvals.payload.pointers import Path, pointer_of
from approvals.payload.schema.matching import Effort
from approvals.payload.schema.matching import matches as pattern_matches

MAX_STEPS = 1_000_000
MAX_LEVELS = 120
"""Schemas within schemas on the way to one value: a payload has 32 levels, each with several schemas."""

Schema = dict[str, Any]


class TooCostlyError(Exception):
    """Checking this value against the schema takes more steps than allowed."""


class Finding(NamedTuple):
    """`bound` is the keyword's value in the schema; `text`, if set, replaces the usual sentence."""

    path: Path
    keyword: str
    bound: Any = None
    text: str = ""

    @property
    def pointer(self) -> str:
        return pointer_of(self.path)


Findings = Iterable[Finding]


@dataclass(slots=True)
class Evaluation:
    """One check of one value. Every method raises TooCostlyError once the steps are used up."""

    checks: Mapping[str, Any]
    """`keywords.CHECKS`."""
    effort: Effort
    steps: int = MAX_STEPS
    level: int = 0
    _fits: dict[tuple[int, int], bool] = field(default_factory=dict)
    _keys: dict[int, bytes] = field(default_factory=dict)

    def findings(self, value: Any, schema: Any, path: Path = None) -> Iterator[Finding]:
        """Every place where the value is invalid."""
        if schema is True:
            return
        if schema is False:
            yield Finding(path, "false")
            return
        self.level += 1
        if self.level > MAX_LEVELS:
            raise TooCostlyError
        for keyword, bound in schema.items():
            check = self.checks.get(keyword)
            if check:
                self.spend(1)
                yield from check(self, bound, value, schema, path)
        self.level -= 1

    def fits(self, value: Any, schema: Any) -> bool:
        """Whether the value is valid. Cached for each object or list and schema, because branches ask repeatedly."""
        if not isinstance(value, dict | list):
            return self._is_without_findings(value, schema)
        key = (id(schema), id(value))
        if key not in self._fits:
            self._fits[key] = self._is_without_findings(value, schema)
        return self._fits[key]

    def matches(self, pattern: str, text: str) -> bool | None:
        """Whether the text matches; None if the pattern could not be checked."""
        self.spend(1)
        return pattern_matches(pattern, text, self.effort)

    def key_of(self, value: Any) -> bytes:
        """Equal JSON has equal keys."""
        if not isinstance(value, dict | list):
            return canonical(value)
        if id(value) not in self._keys:
            self._keys[id(value)] = key = canonical(value)
            self.spend(len(key) // 64)
        return self._keys[id(value)]

    def spend(self, steps: int) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise TooCostlyError

    def _is_without_findings(self, value: Any, schema: Any) -> bool:
        level = self.level
        is_fit = next(self.findings(value, schema), None) is None
        self.level = level
        return is_fit
