"""Which dialect of JSON Schema is this, and what does one of its schemas say in draft 2020-12?

Each keyword has the meaning of its own dialect. A document that names no dialect is 2020-12, but keywords that only
an older draft knows (`items` as a list, a boolean `exclusiveMinimum`, `dependencies`) have their older meaning.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from approvals.payload.pointers import child


@dataclass(frozen=True, slots=True)
class Dialect:
    """`year` orders dialects: 4, 6 and 7 are drafts. `is_said`: the document names its dialect."""

    year: int
    is_said: bool = True

    def has(self, keyword: str) -> bool:
        return _SINCE.get(keyword, 0) <= self.year <= _UNTIL.get(keyword, 9999) or (
            not self.is_said and keyword in _UNTIL
        )


@dataclass(frozen=True, slots=True)
class At:
    """A placeholder for a subschema: its pointer in the document as sent."""

    pointer: str


class Inline(dict[str, Any]):
    """A schema that the translation added, without a place in the document."""


_NAMES = {
    "json-schema.org/draft-04/schema": 4,
    "json-schema.org/draft-06/schema": 6,
    "json-schema.org/draft-07/schema": 7,
    "json-schema.org/draft/2019-09/schema": 2019,
    "json-schema.org/draft/2020-12/schema": 2020,
    "spec.openapis.org/oas/3.1/dialect/base": 2020,
}
_SINCE = {
    "const": 6, "contains": 6, "propertyNames": 6, "$id": 6, "if": 7, "then": 7, "else": 7,
    "$anchor": 2019, "$recursiveRef": 2019, "dependentRequired": 2019, "dependentSchemas": 2019, "minContains": 2019,
    "maxContains": 2019, "unevaluatedItems": 2019, "unevaluatedProperties": 2019, "prefixItems": 2020,
    "$dynamicAnchor": 2020, "$dynamicRef": 2020,
}  # fmt: skip
_UNTIL = {"id": 4, "dependencies": 7, "additionalItems": 2019, "$recursiveRef": 2019}

ONE = frozenset(
    (
        "additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then",
        "unevaluatedItems", "unevaluatedProperties",
    )
)  # fmt: skip
MANY = frozenset(("allOf", "anyOf", "oneOf", "prefixItems"))
NAMED = frozenset(("dependentSchemas", "patternProperties", "properties"))
DEFINITIONS = frozenset(("$defs", "definitions"))
DATA = frozenset(("const", "default", "enum", "example", "examples"))
"""Keywords whose values are data, not schemas."""

ANNOTATIONS = frozenset(
    ("title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment")
)
TITLES = ("x-enumNames", "enumNames")
"""Keywords that are none of JSON Schema's: they name an enum's members."""
_PLAIN = ANNOTATIONS - {"$comment"} | frozenset(
    (
        "$ref", "const", "dependentRequired", "enum", "format", "maxContains", "maxItems", "maxLength",
        "maxProperties", "minContains", "minItems", "minLength", "minProperties", "multipleOf", "pattern", "required",
        "type", "uniqueItems", *TITLES,
    )
)  # fmt: skip
"""Keywords that somebody reads as they are. All that nobody knows are dropped: each reference would repeat them."""


def dialect_of(name: Any) -> Dialect | None:
    """The dialect of a `$schema`, with http or https, with or without its #; None if unknown."""
    if name is None:
        return Dialect(2020, is_said=False)
    bare = str(name).removeprefix("http://").removeprefix("https://").removesuffix("#")
    if bare == "json-schema.org/schema":
        return Dialect(2020, is_said=False)
    return Dialect(_NAMES[bare]) if bare in _NAMES else None


def in_2020(schema: dict[str, Any], pointer: str, dialect: Dialect) -> dict[str, Any]:
    """The schema's own keywords in 2020-12, with `At` for each subschema; `$ref` is unchanged.

    Expects a schema that `metaschema` found valid.
    """
    own = {key: value for key, value in schema.items() if dialect.has(key)}
    if "$ref" in own and dialect.year <= 7:
        own = {key: value for key, value in own.items() if key in ANNOTATIONS or key in {"$ref", "nullable"}}
    said = dict(chain.from_iterable(_keyword(key, value, own, pointer) for key, value in own.items()))
    return _with_null(said) if own.get("nullable") is True else said


def _keyword(key: str, value: Any, own: dict[str, Any], pointer: str) -> Iterator[tuple[str, Any]]:
    here = child(pointer, key)
    if key == "dependencies":
        yield from _dependencies(value, here)
    elif key in {"items", "additionalItems"}:
        yield from _items(key, value, own, here)
    elif key in {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}:
        yield from _bound(key, value, own)
    elif key == "$recursiveRef":
        yield "$ref", value
    elif key in ONE:
        yield key, At(here)
    elif key in MANY:
        yield key, _listed(value, here)
    elif key in NAMED:
        yield key, {name: At(child(here, name)) for name in value}
    elif key in _PLAIN:
        yield key, value


def _items(key: str, value: Any, own: dict[str, Any], here: str) -> Iterator[tuple[str, Any]]:
    """`items` as a list describes the first items one by one, `additionalItems` all others."""
    is_tuple = isinstance(own.get("items"), list)
    if key == "additionalItems":
        yield from [("items", At(here))] if is_tuple else []
    elif is_tuple:
        yield "prefixItems", _listed(value, here)
    else:
        yield "items", At(here)


def _bound(key: str, value: Any, own: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """In draft-04 `exclusiveMinimum: true` excludes the minimum itself."""
    if isinstance(value, bool):
        return
    opposite = f"exclusive{key[:1].upper()}{key[1:]}"
    yield (opposite if own.get(opposite) is True else key), value


def _dependencies(value: dict[str, Any], here: str) -> Iterator[tuple[str, Any]]:
    yield "dependentRequired", {name: names for name, names in value.items() if isinstance(names, list)}
    yield (
        "dependentSchemas",
        {name: At(child(here, name)) for name, inner in value.items() if not isinstance(inner, list)},
    )


def _listed(value: list[Any], here: str) -> list[At]:
    return [At(child(here, index)) for index in range(len(value))]


def _with_null(said: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI's `nullable`: null is allowed too."""
    if "type" in said and not said.keys() & {"$ref", "allOf", "anyOf", "oneOf", "const"}:
        types = said["type"] if isinstance(said["type"], list) else [said["type"]]
        choices = {"enum": [*said["enum"], None]} if "enum" in said and None not in said["enum"] else {}
        return {**said, "type": types if "null" in types else [*types, "null"], **choices}
    notes = {key: value for key, value in said.items() if key in ANNOTATIONS}
    rest = {key: value for key, value in said.items() if key not in ANNOTATIONS}
    return {**notes, "anyOf": [Inline(rest), Inline(type="null")]} if rest else said
