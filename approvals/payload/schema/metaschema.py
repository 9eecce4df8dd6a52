"""Is each keyword's value of a type that its dialect allows? The metaschemas' rules, as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from approvals.exceptions import FieldError
from approvals.payload.pointers import child
from approvals.payload.schema.dialects import DEFINITIONS, MANY, NAMED, ONE, Dialect

_TYPES = frozenset(("array", "boolean", "integer", "null", "number", "object", "string"))


def flaws(schema: Any, pointer: str, dialect: Dialect) -> Iterator[FieldError]:
    """The errors of one schema, without its subschemas."""
    if isinstance(schema, bool):
        return
    if not isinstance(schema, dict):
        yield FieldError(pointer, "not_a_schema", "must be a JSON Schema: an object, true or false")
        return
    for key, value in schema.items():
        check = _CHECKS.get(key)
        if check and dialect.has(key) and not check(value, dialect):
            yield FieldError(
                child(pointer, key), "not_a_schema", "has a value that JSON Schema does not allow there"
            )


def _is_number(value: Any, _: Dialect) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: Any, _: Dialect) -> bool:
    return _is_number(value, _) and value >= 0 and value == int(value)


def _is_positive(value: Any, _: Dialect) -> bool:
    return _is_number(value, _) and value > 0


def _is_exclusive(value: Any, dialect: Dialect) -> bool:
    if isinstance(value, bool):
        return dialect.year == 4 or not dialect.is_said
    return dialect.year != 4 and _is_number(value, dialect)


def _is_text(value: Any, _: Dialect) -> bool:
    return isinstance(value, str)


def _is_flag(value: Any, _: Dialect) -> bool:
    return isinstance(value, bool)


def _is_list(value: Any, _: Dialect) -> bool:
    return isinstance(value, list)


def _is_schema(value: Any, _: Dialect) -> bool:
    return isinstance(value, bool | dict)


def _is_schemas(value: Any, _: Dialect) -> bool:
    return isinstance(value, list) and bool(value) and all(_is_schema(item, _) for item in value)


def _is_schema_map(value: Any, _: Dialect) -> bool:
    return isinstance(value, dict) and all(_is_schema(item, _) for item in value.values())


def _is_items(value: Any, dialect: Dialect) -> bool:
    is_tuple = isinstance(value, list) and (dialect.year < 2020 or not dialect.is_said)
    return all(_is_schema(item, dialect) for item in value) if is_tuple else _is_schema(value, dialect)


def _is_names(value: Any, _: Dialect) -> bool:
    is_list = isinstance(value, list) and all(isinstance(name, str) for name in value)
    return is_list and len(set(value)) == len(value)


def _is_names_map(value: Any, _: Dialect) -> bool:
    return isinstance(value, dict) and all(_is_names(names, _) for names in value.values())


def _is_dependencies(value: Any, _: Dialect) -> bool:
    return isinstance(value, dict) and all(
        _is_schema(inner, _) or _is_names(inner, _) for inner in value.values()
    )


def _is_type(value: Any, _: Dialect) -> bool:
    if isinstance(value, list):
        return bool(value) and _is_names(value, _) and set(value) <= _TYPES
    return isinstance(value, str) and value in _TYPES


_CHECKS: dict[str, Callable[[Any, Dialect], bool]] = {
    **dict.fromkeys(ONE, _is_schema),
    **dict.fromkeys(MANY, _is_schemas),
    **dict.fromkeys(NAMED | DEFINITIONS, _is_schema_map),
    **dict.fromkeys(("title", "description", "format", "pattern", "$ref", "$recursiveRef", "$comment"), _is_text),
    **dict.fromkeys(("uniqueItems", "readOnly", "writeOnly", "deprecated", "nullable"), _is_flag),
    **dict.fromkeys(("minimum", "maximum"), _is_number),
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), _is_exclusive),
    **dict.fromkeys(
        (
            "maxContains", "maxItems", "maxLength", "maxProperties", "minContains", "minItems", "minLength",
            "minProperties",
        ),
        _is_count,
    ),
    "additionalItems": _is_schema,
    "dependencies": _is_dependencies,
    "dependentRequired": _is_names_map,
    "enum": _is_list,
    "items": _is_items,
    "multipleOf": _is_positive,
    "required": _is_names,
    "type": _is_type,
}  # fmt: skip
