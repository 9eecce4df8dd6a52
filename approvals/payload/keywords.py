"""What does each JSON Schema keyword ask of a value, where jsonschema's own answer is unbounded or unsafe?

Patterns run on RE2, uniqueness is decided by canonical bytes, multiples are exact, branches keep no error
texts (each would quote the whole value), and an error points to the field that it is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, ValidationError, validators

from approvals.payload import formats, patterns
from approvals.payload.canonical import canonical

Errors = Iterator[ValidationError]
Schema = dict[str, Any]


class Choices(list[Any]):
    """An enum's members with their canonical bytes at hand: thousands of them cost one look-up."""

    def __init__(self, members: list[Any]) -> None:
        super().__init__(members)
        self.keys = frozenset(map(canonical, members))
        self.has_containers = any(isinstance(member, dict | list) for member in members)

    def allows(self, value: Any) -> bool:
        if isinstance(value, dict | list) and not self.has_containers:
            return False
        return canonical(value) in self.keys


def _enum(_validator: Any, members: Any, value: Any, _schema: Schema) -> Errors:
    choices = members if isinstance(members, Choices) else Choices(members)
    if not choices.allows(value):
        yield ValidationError("")


def _const(_validator: Any, member: Any, value: Any, _schema: Schema) -> Errors:
    if not Choices([member]).allows(value):
        yield ValidationError("")


def _type(validator: Any, types: Any, value: Any, _schema: Schema) -> Errors:
    names = [types] if isinstance(types, str) else types
    if not any(validator.is_type(value, name) for name in names):
        yield ValidationError("")


def _required(_validator: Any, names: list[str], value: Any, _schema: Schema) -> Errors:
    if isinstance(value, dict):
        for name in names:
            if name not in value:
                yield ValidationError("", path=[name])


def _dependent_required(_validator: Any, dependents: Any, value: Any, _schema: Schema) -> Errors:
    if isinstance(value, dict):
        for key, names in dependents.items():
            missing = [name for name in names if name not in value] if key in value else []
            for name in missing:
                yield ValidationError(f"is required when “{key}” is there", path=[name])


def _pattern(_validator: Any, pattern: str, value: Any, _schema: Schema) -> Errors:
    if isinstance(value, str) and not patterns.matches(pattern, value):
        yield ValidationError("")


def _properties(validator: Any, schemas: Schema, value: Any, _schema: Schema) -> Errors:
    if isinstance(value, dict):
        for key in filter(value.__contains__, schemas):
            if schemas[key] is False:
                yield ValidationError("", path=[key])
            else:
                yield from validator.descend(value[key], schemas[key], path=key)


def _pattern_properties(validator: Any, schemas: Schema, value: Any, _schema: Schema) -> Errors:
    if isinstance(value, dict):
        for pattern, subschema in schemas.items():
            for key in value:
                if patterns.matches(pattern, key):
                    yield from validator.descend(value[key], subschema, path=key)


def _additional_properties(validator: Any, subschema: Any, value: Any, schema: Schema) -> Errors:
    if not isinstance(value, dict):
        return
    named, patterned = schema.get("properties", {}), schema.get("patternProperties", {})
    for key in value:
        if key not in named and not any(patterns.matches(pattern, key) for pattern in patterned):
            if subschema is False:
                yield ValidationError("", path=[key])
            else:
                yield from validator.descend(value[key], subschema, path=key)


def _unique_items(_validator: Any, is_wanted: bool, value: Any, _schema: Schema) -> Errors:
    if is_wanted and isinstance(value, list) and len({canonical(item) for item in value}) < len(value):
        yield ValidationError("")


def _multiple_of(validator: Any, divisor: float, value: Any, _schema: Schema) -> Errors:
    # In binary 19.99 is no multiple of 0.01; as the decimals that were written it is.
    if (
        validator.is_type(value, "number")
        and (Fraction(repr(value)) / Fraction(repr(divisor))).denominator != 1
    ):
        yield ValidationError("")


def _format(_validator: Any, name: str, value: Any, _schema: Schema) -> Errors:
    check = formats.CHECKS.get(name)
    if check and isinstance(value, str) and not check(value):
        yield ValidationError("")


def _any_of(validator: Any, branches: list[Any], value: Any, _schema: Schema) -> Errors:
    only = the_other_than_null(branches)
    if only is None:
        if not any(validator.evolve(schema=branch).is_valid(value) for branch in branches):
            yield ValidationError("")
    elif value is not None:
        # Never twice: one look to decide and one to explain would double the work at each level.
        yield from validator.descend(value, only)


def _one_of(validator: Any, branches: list[Any], value: Any, _schema: Schema) -> Errors:
    only = the_other_than_null(branches)
    if only is not None and value is not None:
        yield from validator.descend(value, only)
        return
    count = sum(validator.evolve(schema=branch).is_valid(value) for branch in branches)
    if count != 1:
        yield ValidationError("fits several forms, of which it may fit only one" if count else "")


def the_other_than_null(branches: list[Any]) -> Any:
    """Of "this or null", this; else None."""
    others = [branch for branch in branches if branch != {"type": "null"}]
    return others[0] if len(others) == 1 and len(branches) == 2 else None


@lru_cache(maxsize=1)
def bounded_validator() -> Any:
    """Draft 2020-12 with the keywords above, for schemas without `$ref`."""
    extend: Any = validators.extend
    return extend(
        Draft202012Validator,
        {
            "enum": _enum,
            "const": _const,
            "type": _type,
            "required": _required,
            "dependentRequired": _dependent_required,
            "pattern": _pattern,
            "patternProperties": _pattern_properties,
            "properties": _properties,
            "additionalProperties": _additional_properties,
            "uniqueItems": _unique_items,
            "multipleOf": _multiple_of,
            "format": _format,
            "anyOf": _any_of,
            "oneOf": _one_of,
        },
    )
