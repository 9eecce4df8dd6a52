"""Which fields and items does no other part of the schema cover? For `unevaluatedProperties` and `-Items`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from approvals.payload.pointers import Path
from approvals.payload.schema.evaluation import Evaluation, Finding, Schema


def properties(run: Evaluation, inner: Any, value: Any, schema: Schema, path: Path) -> Iterator[Finding]:
    if not isinstance(value, dict):
        return
    known: set[str] = set()
    for part in _holding(run, schema, value):
        known |= _keys(run, part, value, is_top=part is schema)
    for key in value:
        run.spend(1)
        if key not in known:
            yield from _left_over(run, inner, value[key], (path, key), "unevaluatedProperties")


def items(run: Evaluation, inner: Any, value: Any, schema: Schema, path: Path) -> Iterator[Finding]:
    if not isinstance(value, list):
        return
    known: set[int] = set()
    for part in _holding(run, schema, value):
        known |= _indexes(run, part, value, is_top=part is schema)
    for index in range(len(value)):
        run.spend(1)
        if index not in known:
            yield from _left_over(run, inner, value[index], (path, index), "unevaluatedItems")


def _left_over(run: Evaluation, inner: Any, value: Any, path: Path, keyword: str) -> Iterator[Finding]:
    if inner is False:
        yield Finding(path, keyword)
    else:
        yield from run.findings(value, inner, path)


def _holding(run: Evaluation, schema: Any, value: Any) -> Iterator[Schema]:
    """The schema and every subschema that applies to the value and that the value fits."""
    if not isinstance(schema, dict):
        return
    run.spend(1)
    yield schema
    for branch in schema.get("allOf", ()):
        yield from _holding(run, branch, value)
    for branch in _fitting(run, schema, value):
        yield from _holding(run, branch, value)


def _fitting(run: Evaluation, schema: Schema, value: Any) -> Iterator[Any]:
    for branch in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        if run.fits(value, branch):
            yield branch
    if "if" in schema:
        is_met = run.fits(value, schema["if"])
        yield from [schema["if"], schema.get("then", True)] if is_met else [schema.get("else", True)]
    if isinstance(value, dict):
        yield from (inner for key, inner in schema.get("dependentSchemas", {}).items() if key in value)


def _keys(run: Evaluation, part: Schema, value: dict[str, Any], *, is_top: bool) -> set[str]:
    run.spend(len(value))
    if "additionalProperties" in part or (not is_top and "unevaluatedProperties" in part):
        return set(value)
    patterns = part.get("patternProperties", {})
    named = part.get("properties", {})
    return {
        key for key in value if key in named or any(run.matches(one, key) is not False for one in patterns)
    }


def _indexes(run: Evaluation, part: Schema, value: list[Any], *, is_top: bool) -> set[int]:
    run.spend(len(value))
    if "items" in part or (not is_top and "unevaluatedItems" in part):
        return set(range(len(value)))
    known = set(range(min(len(part.get("prefixItems", ())), len(value))))
    if "contains" in part:
        known |= {index for index, item in enumerate(value) if run.fits(item, part["contains"])}
    return known
