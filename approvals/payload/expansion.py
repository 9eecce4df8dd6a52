"""What does a schema say once every `$ref` is replaced by what it points to?

The result has no references, so nothing that reads it can loop or fetch; its size is counted while it grows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any
from urllib.parse import unquote

from approvals.payload import patterns
from approvals.payload.canonical import weight
from approvals.payload.keywords import Choices
from approvals.payload.pointers import child

MAX_NODES = 2_000
MAX_DEPTH = 64

SINGLE = frozenset(
    (
        "additionalProperties",
        "contains",
        "contentSchema",
        "else",
        "if",
        "items",
        "not",
        "propertyNames",
        "then",
    )
)
LISTS = frozenset(("allOf", "anyOf", "oneOf", "prefixItems"))
MAPS = frozenset(("$defs", "definitions", "dependentSchemas", "patternProperties", "properties"))
ANNOTATIONS = frozenset(
    ("title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment")
)
_DROPPED = frozenset(("$schema", "$id", "$anchor", "$comment", "$vocabulary", "$defs", "definitions", "$ref"))


class UnexpandableError(ValueError):
    """The text says why; `pointer` where."""

    def __init__(self, pointer: str, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.pointer = pointer
        self.code = code


@dataclass(frozen=True, slots=True)
class Part:
    """A schema without references, its size in nodes, its depth, and the instructions of its patterns."""

    schema: Any
    nodes: int = 1
    depth: int = 1
    pattern_size: int = 0


def subschemas(schema: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    """Every schema in a schema document with its pointer, itself first."""
    pending = [(pointer, schema)]
    while pending:
        pointer, schema = pending.pop()
        yield pointer, schema
        if isinstance(schema, dict):
            pending.extend(chain.from_iterable(_children(schema, key, pointer) for key in schema))


def target_of(reference: Any) -> str | None:
    """The pointer that a local reference names, else None."""
    if not isinstance(reference, str) or not (reference == "#" or reference.startswith("#/")):
        return None
    return unquote(reference[1:])


class Expansion:
    """Expands each pointer once. Parts are shared, so that doubling references cost counts, not memory."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.schemas = dict(subschemas(document, ""))
        self._parts: dict[str, Part] = {}
        self._open: list[str] = []

    def at(self, pointer: str) -> Part:
        """Raises UnexpandableError."""
        if pointer in self._open:
            raise UnexpandableError(
                pointer, "recursive_ref", "refers to itself; write out the levels that are needed"
            )
        part = self._parts.get(pointer)
        if part is None:
            self._refuse_depth(pointer, 1)
            self._open.append(pointer)
            part = self._parts[pointer] = self._part(pointer, self.schemas[pointer])
            self._open.pop()
        self._refuse_depth(pointer, part.depth)
        if part.nodes > MAX_NODES:
            message = f"has more than {MAX_NODES:,} nodes once its references are followed; make it smaller"
            raise UnexpandableError(pointer, "schema_too_large", message)
        return part

    def _refuse_depth(self, pointer: str, depth: int) -> None:
        if len(self._open) + depth > MAX_DEPTH:
            raise UnexpandableError(
                pointer, "schema_too_deep", f"nests deeper than {MAX_DEPTH} levels; flatten it"
            )

    def _part(self, pointer: str, schema: Any) -> Part:
        if not isinstance(schema, dict):
            return Part(schema)
        inner: list[Part] = []
        expanded: dict[str, Any] = {}
        for key, value in schema.items():
            if key not in _DROPPED:
                expanded[key] = self._value(pointer, key, value, inner)
        if "$ref" in schema:
            expanded = self._with_reference(pointer, schema["$ref"], expanded, inner)
        return Part(
            schema=expanded,
            nodes=_own_nodes(schema) + sum(part.nodes for part in inner),
            depth=1 + max((part.depth for part in inner), default=0),
            pattern_size=_own_pattern_size(schema) + sum(part.pattern_size for part in inner),
        )

    def _value(self, pointer: str, key: str, value: Any, inner: list[Part]) -> Any:
        take = partial(self._taken, inner)
        here = child(pointer, key)
        if key in SINGLE:
            return take(here)
        if key in LISTS and isinstance(value, list):
            return [take(child(here, index)) for index in range(len(value))]
        if key in MAPS and isinstance(value, dict):
            return {name: take(child(here, name)) for name in value}
        return Choices(value) if key == "enum" else value

    def _taken(self, inner: list[Part], pointer: str) -> Any:
        inner.append(self.at(pointer))
        return inner[-1].schema

    def _with_reference(self, pointer: str, reference: Any, rest: dict[str, Any], inner: list[Part]) -> Any:
        """Titles beside a `$ref` override the target's; other keywords hold as well as the target's."""
        target = target_of(reference)
        if target is None or target not in self.schemas:
            message = f"refers to {json.dumps(reference)}, which is no schema in this document; use #/$defs/…"
            raise UnexpandableError(child(pointer, "$ref"), "unresolved_ref", message)
        referred = self._taken(inner, target)
        if isinstance(referred, dict) and rest.keys() <= ANNOTATIONS:
            return {**referred, **rest}
        return {**rest, "allOf": [referred, *rest.get("allOf", ())]}


def _children(schema: dict[str, Any], key: str, pointer: str) -> Iterator[tuple[str, Any]]:
    value, here = schema[key], child(pointer, key)
    if key in SINGLE:
        yield here, value
    elif key in LISTS and isinstance(value, list):
        yield from ((child(here, index), item) for index, item in enumerate(value))
    elif key in MAPS and isinstance(value, dict):
        yield from ((child(here, name), item) for name, item in value.items())


def _own_nodes(schema: dict[str, Any]) -> int:
    """What one evaluation of the schema itself may cost; an enum is one look-up."""
    dependent = schema.get("dependentRequired", {})
    nodes, characters = weight(schema["const"]) if "const" in schema else (0, 0)
    return 1 + len(schema.get("required", ())) + sum(map(len, dependent.values())) + nodes + characters // 64


def _own_pattern_size(schema: dict[str, Any]) -> int:
    own = [schema["pattern"]] if "pattern" in schema else []
    return sum(map(patterns.size, [*own, *schema.get("patternProperties", ())]))
