"""Which keys does an edit bring that neither the agent's payload nor its schema knows? (DESIGN §4.17)"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import re2

from approvals.payload.expansion import target_of
from approvals.payload.pointers import child, find

_COMPOSED = ("allOf", "anyOf", "oneOf", "if", "dependentSchemas")
"""Where several schemas speak of one object, the validation alone says which keys are known."""


def strangers(original: Any, edited: Any, schema: Any) -> Iterator[str]:
    """Pointers to them. Without a schema, what the agent sent is all that is known."""
    yield from _strangers(original, edited, schema or {}, schema or {}, "")


def _strangers(original: Any, edited: Any, schema: Any, root: Any, pointer: str) -> Iterator[str]:
    schema = _resolved(schema, root)
    if isinstance(edited, dict):
        yield from _in_object(original if isinstance(original, dict) else {}, edited, schema, root, pointer)
    elif isinstance(edited, list):
        # Rows are added and moved: a row may have any key that one of the agent's rows had.
        rows = original if isinstance(original, list) else []
        for index, item in enumerate(edited):
            known = _merged(rows) if isinstance(item, dict) else _flattened(rows)
            yield from _strangers(known, item, schema.get("items", {}), root, child(pointer, index))


def _in_object(
    original: dict[str, Any], edited: dict[str, Any], schema: dict[str, Any], root: Any, pointer: str
) -> Iterator[str]:
    for key, value in edited.items():
        subschema = _subschema(schema, key)
        if key not in original and subschema is None:
            yield child(pointer, key)
        elif subschema is not True:
            yield from _strangers(original.get(key), value, subschema or {}, root, child(pointer, key))


def _subschema(schema: dict[str, Any], key: str) -> Any:
    """What the schema says of the key: a schema, True for anything, None where it does not know it."""
    if key in schema.get("properties", {}):
        return schema["properties"][key]
    for pattern, subschema in schema.get("patternProperties", {}).items():
        if re2.search(pattern, key):
            return subschema
    if "additionalProperties" in schema:
        return schema["additionalProperties"] or None
    return True if any(word in schema for word in _COMPOSED) else None


def _resolved(schema: Any, root: Any) -> dict[str, Any]:
    while isinstance(schema, dict) and (target := target_of(schema.get("$ref"))) is not None:
        schema = find(root, target)
    return schema if isinstance(schema, dict) else {}


def _merged(rows: list[Any]) -> dict[str, Any]:
    """Every key that one of the rows has, at each depth: another row's null takes nothing away."""
    merged: dict[str, Any] = {}
    for row in rows:
        for key, value in row.items() if isinstance(row, dict) else ():
            merged[key] = _joined(merged.get(key), value)
    return merged


def _joined(known: Any, value: Any) -> Any:
    if isinstance(known, dict) and isinstance(value, dict):
        return _merged([known, value])
    if isinstance(known, list) and isinstance(value, list):
        return [*known, *value]
    return known if isinstance(known, dict | list) else value


def _flattened(rows: list[Any]) -> list[Any]:
    return [item for row in rows if isinstance(row, list) for item in row]
