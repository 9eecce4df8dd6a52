"""What does each JSON Schema keyword ask of a value? Draft 2020-12, without references.

Patterns and steps are bounded, values are equal if their canonical bytes are, multiples are exact, and a finding
points to its own field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext

from approvals.payload.canonical import canonical, same
from approvals.payload.pointers import Path
from approvals.payload.schema import branches, formats, unevaluated
from approvals.payload.schema.evaluation import Evaluation, Finding, Findings, Schema

Check = Callable[[Evaluation, Any, Any, Schema, Path], Findings]


class Members(list[Any]):
    """An enum's members with their canonical bytes, so that thousands of them cost one look-up."""

    def __init__(self, members: list[Any]) -> None:
        super().__init__(members)
        self.keys = frozenset(map(canonical, members))
        self.has_containers = any(isinstance(member, dict | list) for member in members)


def _enum(run: Evaluation, choices: Members, value: Any, _: Schema, path: Path) -> Findings:
    is_out_of_question = isinstance(value, dict | list) and not choices.has_containers
    if is_out_of_question or run.key_of(value) not in choices.keys:
        yield Finding(path, "enum", choices)


def _const(_: Evaluation, member: Any, value: Any, _schema: Schema, path: Path) -> Findings:
    return () if same(member, value) else (Finding(path, "const", member),)


def _type(_: Evaluation, types: Any, value: Any, _schema: Schema, path: Path) -> Findings:
    names = (types,) if isinstance(types, str) else types
    return () if any(_IS[name](value) for name in names) else (Finding(path, "type", types),)


def _is_integer(value: Any) -> bool:
    return _is_number(value) and value == int(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_IS: dict[str, Callable[[Any], bool]] = {
    "array": lambda value: isinstance(value, list),
    "boolean": lambda value: isinstance(value, bool),
    "integer": _is_integer,
    "null": lambda value: value is None,
    "number": _is_number,
    "object": lambda value: isinstance(value, dict),
    "string": lambda value: isinstance(value, str),
}


def _required(run: Evaluation, names: list[str], value: Any, _: Schema, path: Path) -> Findings:
    if isinstance(value, dict):
        run.spend(len(names) // 8)
        for name in names:
            if name not in value:
                yield Finding((path, name), "required", names)


def _dependent_required(run: Evaluation, needs: Schema, value: Any, _: Schema, path: Path) -> Findings:
    if isinstance(value, dict):
        for key in filter(value.__contains__, needs):
            run.spend(1 + len(needs[key]) // 8)
            for name in needs[key]:
                if name not in value:
                    text = gettext("is required when “%(key)s” is present") % {"key": key}
                    yield Finding((path, name), "dependentRequired", needs, text)


def _dependent_schemas(run: Evaluation, schemas: Schema, value: Any, _: Schema, path: Path) -> Findings:
    if isinstance(value, dict):
        for key in filter(value.__contains__, schemas):
            yield from run.findings(value, schemas[key], path)


def _pattern(run: Evaluation, pattern: str, value: Any, _: Schema, path: Path) -> Findings:
    if isinstance(value, str) and run.matches(pattern, value) is False:
        yield Finding(path, "pattern", pattern)


def _properties(run: Evaluation, schemas: Schema, value: Any, _: Schema, path: Path) -> Findings:
    if not isinstance(value, dict):
        return
    few = schemas if len(schemas) <= len(value) + 8 else [key for key in value if key in schemas]
    for key in few:
        if key in value:
            yield from _member(run, schemas[key], value[key], (path, key), "properties")


def _member(run: Evaluation, schema: Any, value: Any, path: Path, keyword: str) -> Iterator[Finding]:
    if schema is False:
        yield Finding(path, keyword)
    else:
        yield from run.findings(value, schema, path)


def _pattern_properties(run: Evaluation, schemas: Schema, value: Any, _: Schema, path: Path) -> Findings:
    if isinstance(value, dict):
        for pattern, subschema in schemas.items():
            for key in value:
                if run.matches(pattern, key):
                    yield from run.findings(value[key], subschema, (path, key))


def _additional_properties(run: Evaluation, inner: Any, value: Any, schema: Schema, path: Path) -> Findings:
    """A key counts as known if a pattern that could not be checked might match it."""
    if not isinstance(value, dict):
        return
    named, patterned = schema.get("properties", {}), schema.get("patternProperties", {})
    for key in value:
        run.spend(1)
        if key not in named and all(run.matches(pattern, key) is False for pattern in patterned):
            yield from _member(run, inner, value[key], (path, key), "additionalProperties")


def _property_names(run: Evaluation, inner: Any, value: Any, _: Schema, path: Path) -> Findings:
    if isinstance(value, dict):
        for key in value:
            run.spend(1)
            if not run.fits(key, inner):
                yield Finding((path, key), "propertyNames", inner)


def _prefix_items(run: Evaluation, schemas: list[Any], value: Any, _: Schema, path: Path) -> Findings:
    if isinstance(value, list):
        for index, (item, inner) in enumerate(zip(value, schemas, strict=False)):
            yield from run.findings(item, inner, (path, index))


def _items(run: Evaluation, inner: Any, value: Any, schema: Schema, path: Path) -> Findings:
    if isinstance(value, list):
        for index in range(len(schema.get("prefixItems", ())), len(value)):
            run.spend(1)
            yield from run.findings(value[index], inner, (path, index))


def _contains(run: Evaluation, inner: Any, value: Any, schema: Schema, path: Path) -> Findings:
    if not isinstance(value, list):
        return
    least, most = schema.get("minContains", 1), schema.get("maxContains")
    run.spend(len(value))
    count = sum(run.fits(item, inner) for item in value)
    if count < least:
        keyword = "minContains" if "minContains" in schema else "contains"
        yield Finding(path, keyword, least)
    if most is not None and count > most:
        yield Finding(path, "maxContains", most)


def _unique_items(run: Evaluation, is_wanted: bool, value: Any, _: Schema, path: Path) -> Findings:
    if is_wanted and isinstance(value, list):
        run.spend(len(value))
        if len({run.key_of(item) for item in value}) < len(value):
            yield Finding(path, "uniqueItems")


def _multiple_of(run: Evaluation, divisor: float, value: Any, _: Schema, path: Path) -> Findings:
    # As decimals 19.99 is a multiple of 0.01; as binary numbers it is not.
    if _is_number(value):
        run.spend(5)
        if (Fraction(repr(value)) / Fraction(repr(divisor))).denominator != 1:
            yield Finding(path, "multipleOf", divisor)


def _format(run: Evaluation, name: str, value: Any, _: Schema, path: Path) -> Findings:
    check = formats.CHECKS.get(name)
    if check and isinstance(value, str):
        run.spend(len(value) // 64)
        if not check(value):
            yield Finding(path, "format", name)


def _bound(keyword: str, measured: type, holds: Callable[[Any, Any], bool]) -> Check:
    """Checks a bound on a number, a length or a size."""

    def check(_: Evaluation, bound: Any, value: Any, _schema: Schema, path: Path) -> Findings:
        if not isinstance(value, measured) or isinstance(value, bool):
            return ()
        return () if holds(value, bound) else (Finding(path, keyword, bound),)

    return check


_NUMBERS: Any = int | float

CHECKS: dict[str, Check] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "required": _required,
    "dependentRequired": _dependent_required,
    "dependentSchemas": _dependent_schemas,
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "properties": _properties,
    "additionalProperties": _additional_properties,
    "propertyNames": _property_names,
    "prefixItems": _prefix_items,
    "items": _items,
    "contains": _contains,
    "uniqueItems": _unique_items,
    "multipleOf": _multiple_of,
    "format": _format,
    "allOf": branches.all_of,
    "anyOf": branches.any_of,
    "oneOf": branches.one_of,
    "not": branches.not_,
    "if": branches.if_,
    "minimum": _bound("minimum", _NUMBERS, lambda value, bound: value >= bound),
    "maximum": _bound("maximum", _NUMBERS, lambda value, bound: value <= bound),
    "exclusiveMinimum": _bound("exclusiveMinimum", _NUMBERS, lambda value, bound: value > bound),
    "exclusiveMaximum": _bound("exclusiveMaximum", _NUMBERS, lambda value, bound: value < bound),
    "minLength": _bound("minLength", str, lambda value, bound: len(value) >= bound),
    "maxLength": _bound("maxLength", str, lambda value, bound: len(value) <= bound),
    "minItems": _bound("minItems", list, lambda value, bound: len(value) >= bound),
    "maxItems": _bound("maxItems", list, lambda value, bound: len(value) <= bound),
    "minProperties": _bound("minProperties", dict, lambda value, bound: len(value) >= bound),
    "maxProperties": _bound("maxProperties", dict, lambda value, bound: len(value) <= bound),
    "unevaluatedProperties": unevaluated.properties,
    "unevaluatedItems": unevaluated.items,
}
