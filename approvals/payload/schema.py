"""Is this JSON Schema one that we validate against? Draft 2020-12, bounded, local, with RE2 patterns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator

from approvals.exceptions import FieldError, InvalidInput
from approvals.payload import patterns
from approvals.payload.canonical import canonical, is_deeper
from approvals.payload.expansion import MAX_DEPTH, Expansion, UnexpandableError, subschemas, target_of
from approvals.payload.keywords import bounded_validator
from approvals.payload.pointers import child

MAX_BYTES = 64 * 1024
MAX_PATTERN_SIZE = 100_000
"""Instructions of all compiled patterns together."""
MAX_ERRORS = 20

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REFUSED = {
    "$anchor": "use #/$defs/… instead of anchors",
    "$dynamicAnchor": "use #/$defs/… instead of anchors",
    "$dynamicRef": "use $ref with #/$defs/…",
    "$recursiveAnchor": "write out the levels that are needed",
    "$recursiveRef": "write out the levels that are needed",
    "unevaluatedItems": "use items: false after prefixItems",
    "unevaluatedProperties": "use additionalProperties",
}


@dataclass(frozen=True, slots=True)
class Compiled:
    """A schema without references, ready to validate, and what one validation may cost."""

    schema: dict[str, Any]
    nodes: int
    pattern_size: int
    validator: Any


def check_schema(schema: Any) -> None:
    """Raises InvalidInput, with pointers into the schema, unless payloads can be validated against it."""
    compiled(schema)


def compiled(schema: Any) -> Compiled:
    """Raises InvalidInput. Kept by the schema's text: an agent sends the same one with each request."""
    if not isinstance(schema, dict) or is_deeper(schema, MAX_DEPTH):
        raise _refusal([FieldError("", "not_a_schema", f"must be an object of at most {MAX_DEPTH} levels")])
    try:
        return _compiled(json.dumps(schema, separators=(",", ":"), allow_nan=False))
    except (TypeError, ValueError):
        raise _refusal([FieldError("", "not_json", "must be JSON")]) from None


@lru_cache(maxsize=128)
def _compiled(text: str) -> Compiled:
    schema = json.loads(text)
    size = len(canonical(schema))
    if size > MAX_BYTES:
        raise _refusal([FieldError("", "schema_too_large", f"has {size:,} bytes; at most {MAX_BYTES:,} fit")])
    for problems in (_against_metaschema, _against_bounds, _pattern_problems):
        if errors := list(islice(problems(schema), MAX_ERRORS)):
            raise _refusal(errors)
    try:
        part = Expansion(schema).at("")
    except UnexpandableError as error:
        raise _refusal([FieldError(error.pointer, error.code, str(error))]) from None
    if "object" not in _types(part.schema):
        raise _refusal([FieldError("/type", "not_an_object", "must allow an object: every payload is one")])
    return Compiled(part.schema, part.nodes, part.pattern_size, bounded_validator()(part.schema))


def _against_metaschema(schema: dict[str, Any]) -> Iterator[FieldError]:
    for error in bounded_validator()(Draft202012Validator.META_SCHEMA).iter_errors(schema):
        pointer = ""
        for step in error.absolute_path:
            pointer = child(pointer, step)
        yield FieldError(pointer, "not_a_schema", "is not what draft 2020-12 of JSON Schema allows there")


def _against_bounds(schema: dict[str, Any]) -> Iterator[FieldError]:
    for pointer, subschema in subschemas(schema, ""):
        if not isinstance(subschema, dict):
            continue
        for key in _REFUSED.keys() & subschema.keys():
            yield FieldError(child(pointer, key), "refused_keyword", f"is not supported; {_REFUSED[key]}")
        if pointer and "$id" in subschema:
            yield FieldError(
                child(pointer, "$id"), "refused_keyword", "is not supported below the top; leave it out"
            )
        if subschema.get("$schema", _DIALECT).rstrip("#") != _DIALECT:
            yield FieldError(child(pointer, "$schema"), "other_dialect", f"must be {_DIALECT}")
        if "$ref" in subschema and target_of(subschema["$ref"]) is None:
            yield FieldError(
                child(pointer, "$ref"), "remote_ref", "must point into this document, such as #/$defs/…"
            )


def _pattern_problems(schema: dict[str, Any]) -> Iterator[FieldError]:
    total = 0
    for pointer, subschema in subschemas(schema, ""):
        for place, pattern in _patterns_of(subschema, pointer):
            try:
                total += patterns.size(pattern)
            except patterns.UnfitPatternError as error:
                message = f"is no pattern that RE2 knows ({error}); look-arounds and back-references are not"
                yield FieldError(place, "unfit_pattern", message)
            if total > MAX_PATTERN_SIZE:
                yield FieldError(place, "pattern_too_large", "is past the bound of all patterns; repeat less")
                return


def _patterns_of(subschema: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(subschema, dict):
        if "pattern" in subschema:
            yield child(pointer, "pattern"), subschema["pattern"]
        for pattern in subschema.get("patternProperties", ()):
            yield child(child(pointer, "patternProperties"), pattern), pattern


def _types(schema: Any) -> list[str]:
    types = schema.get("type", "object") if isinstance(schema, dict) else []
    return [types] if isinstance(types, str) else list(types)


def _refusal(errors: list[FieldError]) -> InvalidInput:
    first = errors[0]
    where = f" at {first.pointer}" if first.pointer else ""
    return InvalidInput(f"The payload's schema cannot be used:{where} it {first.message}.", errors)
