"""Which schema does a form read? The payload's own, unrolled as deep as the value goes, so that recursion ends.

One level more is unrolled, so that a list's new row has its fields; a part that refers to itself further down
becomes JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MAX_PARTS = 5_000
"""Places beyond these become JSON."""

_LEFT_OUT = frozenset(
    (
        "contains", "dependentRequired", "dependentSchemas", "else", "if", "not", "propertyNames", "then",
        "unevaluatedItems", "unevaluatedProperties",
    )
)  # fmt: skip
"""Keywords that say whether a value is valid, but not how it is shown."""


def unrolled(schema: Any, value: Any) -> Any:
    """A schema without references (see `expansion`), as a tree: no part of it contains itself."""
    return _Unrolling().of(schema, [value], ())


@dataclass(slots=True)
class _Unrolling:
    left: int = MAX_PARTS

    def of(self, schema: Any, values: list[Any], absent: tuple[int, ...]) -> Any:
        """`values`: the values here in all rows. `absent`: the schemas passed since the values ended."""
        if not isinstance(schema, dict):
            return schema
        self.left -= 1
        if id(schema) in absent or self.left < 0:
            return {key: value for key, value in schema.items() if key in {"type", "title", "description"}}
        absent = () if values else (*absent, id(schema))
        return {
            key: self._keyword(key, inner, values, absent)
            for key, inner in schema.items()
            if key not in _LEFT_OUT
        }

    def _keyword(self, key: str, inner: Any, values: list[Any], absent: tuple[int, ...]) -> Any:
        if key in {"allOf", "anyOf", "oneOf"}:
            return [self.of(branch, values, absent) for branch in inner]
        if key == "prefixItems":
            return [self.of(each, _at(values, index), absent) for index, each in enumerate(inner)]
        if key == "properties":
            return {name: self.of(each, _at(values, name), absent) for name, each in inner.items()}
        if key == "patternProperties":
            return {name: self.of(each, [], absent) for name, each in inner.items()}
        if key in {"items", "additionalProperties"}:
            return self.of(inner, _all_below(values), absent)
        return inner


def _at(values: list[Any], step: str | int) -> list[Any]:
    if isinstance(step, str):
        return [value[step] for value in values if isinstance(value, dict) and step in value]
    return [value[step] for value in values if isinstance(value, list) and step < len(value)]


def _all_below(values: list[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        found += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return found
