"""Which widget carries a value without losing anything? If none does, JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from approvals.payload.form import alternatives, choices, dates, inference
from approvals.payload.pointers import ABSENT
from approvals.payload.schema.branches import the_other_than_null
from approvals.payload.schema.matching import Effort, matches

LONG_TEXT = 80
"""A longer text without a format gets a text area."""

_FORMAT_KINDS = {"email": "email", "idn-email": "email", "uri": "uri", "iri": "uri", "textarea": "textarea"}


@dataclass(frozen=True, slots=True)
class Shape:
    """`kind` is group, items, choice, json or the kind of a leaf; `schema` is unwrapped.

    `chosen` is which of the `branches` a choice has.
    """

    kind: str
    schema: dict[str, Any]
    is_nullable: bool = False
    branches: tuple[dict[str, Any], ...] = ()
    chosen: int = 0


def shape_of(schema: Any, value: Any) -> Shape:
    flat, is_nullable = _unwrapped(schema)
    if value is None and not is_nullable:
        return Shape("json", flat)
    here = ABSENT if value is None else value
    branches = alternatives.alternatives(flat) if "enum" not in flat and "const" not in flat else ()
    if branches:
        chosen = _chosen(branches, here)
        return Shape("json", flat) if chosen is None else Shape("choice", flat, is_nullable, branches, chosen)
    kind = _kind(flat, here)
    return Shape(kind, flat, is_nullable and kind != "json")


def _chosen(branches: tuple[dict[str, Any], ...], value: Any) -> int | None:
    """Which alternative the value has; None if no widget carries it, or every alternative is JSON anyway."""
    if all(shape_of(branch, ABSENT).kind == "json" for branch in branches):
        return None
    if value is ABSENT:
        return 0
    fit = alternatives.fitting(branches, value)
    if fit is not None:
        return fit
    kinds = (shape_of(branch, value).kind for branch in branches)
    return next((index for index, kind in enumerate(kinds) if kind != "json"), None)


def unwrapped(schema: Any) -> dict[str, Any]:
    """The schema without the wrappers that a generator put around it; {} if there is no schema."""
    return _unwrapped(schema)[0]


def properties(schema: Any) -> dict[str, Any]:
    """The schemas of the fields that an object's schema names, by key."""
    known: dict[str, Any] = unwrapped(schema).get("properties", {})
    return known


def member_schema(schema: Any, key: str) -> Any:
    """The schema of an object's field, named or not."""
    flat = unwrapped(schema)
    known: Any = flat.get("properties", {}).get(key)
    if known is not None:
        return known
    patterns: dict[str, Any] = flat.get("patternProperties", {})
    by_pattern = (inner for pattern, inner in patterns.items() if matches(pattern, key, Effort()))
    return next(by_pattern, flat.get("additionalProperties"))


def is_map(schema: dict[str, Any]) -> bool:
    """Whether an object's keys are data: its schema says what each value is, whatever its key."""
    return isinstance(schema.get("additionalProperties"), dict) or "patternProperties" in schema


def new_member_schema(schema: dict[str, Any]) -> Any:
    """The schema of a field whose key nobody knows yet."""
    patterned = list(schema.get("patternProperties", {}).values())
    return patterned[0] if len(patterned) == 1 else schema.get("additionalProperties")


def is_object(schema: dict[str, Any], value: Any) -> bool:
    return isinstance(value, dict) or (value is ABSENT and _declared_type(schema) == "object")


def row_schema(schema: dict[str, Any], value: Any) -> Any:
    """The schema of one row; where it does not say which fields a row has, those that the rows have."""
    items = schema.get("items")
    values = value if isinstance(value, list) else []
    if not isinstance(items, dict):
        return inference.rows_schema(values)
    flat = unwrapped(items)
    is_silent = flat.get("type") == "object" and not (flat.keys() & _SAYS_FIELDS or is_map(flat))
    inferred = inference.rows_schema(values) if is_silent else None
    if not inferred:
        return items
    return {"additionalProperties": True, **flat, "properties": inferred["properties"]}


_SAYS_FIELDS = frozenset(("properties", "anyOf", "oneOf", "allOf"))


def _unwrapped(schema: Any) -> tuple[dict[str, Any], bool]:
    """Unwraps `allOf` and "this or null", which generators of schemas write."""
    flat: dict[str, Any] = schema if isinstance(schema, dict) else {}
    is_nullable = False
    while True:
        key = next((key for key in ("allOf", "anyOf", "oneOf") if key in flat), "")
        inner = None
        if key == "allOf":
            inner = flat[key][0] if len(flat[key]) == 1 else alternatives.merged(flat[key])
        if key in {"anyOf", "oneOf"}:
            inner = the_other_than_null(flat[key])
            is_nullable = is_nullable or isinstance(inner, dict)
        if not isinstance(inner, dict):
            flat, is_null_among_others = alternatives.without_null(choices.as_enum(flat))
            return _without_null(flat, is_nullable or is_null_among_others)
        flat = alternatives.joined(inner, {name: value for name, value in flat.items() if name != key})


def _without_null(flat: dict[str, Any], is_nullable: bool) -> tuple[dict[str, Any], bool]:
    types = flat.get("type")
    if isinstance(types, list) and "null" in types:
        rest = [name for name in types if name != "null"]
        flat, is_nullable = {**flat, "type": rest[0] if len(rest) == 1 else rest}, True
    if None in flat.get("enum", ()):
        flat, is_nullable = choices.without_null(flat), True
    return flat, is_nullable


def _kind(schema: dict[str, Any], value: Any) -> str:
    if "enum" in schema or "const" in schema:
        return _choice_kind(schema, value)
    declared = _declared_type(schema)
    if declared == "":
        return _inferred_kind(schema, value)
    if declared == "object":
        return _object_kind(schema, value)
    if declared == "array":
        return _list_kind(schema, value)
    return _scalar_kind(declared, schema, value)


def _declared_type(schema: dict[str, Any]) -> str:
    """One of JSON Schema's types; "mixed" if it allows several; "" if the schema does not say."""
    types = schema.get("type")
    if isinstance(types, str):
        return types
    if isinstance(types, list):
        return "number" if set(types) == {"integer", "number"} else "mixed"
    if "properties" in schema:
        return "object"
    if "items" in schema or "prefixItems" in schema:
        return "array"
    return "mixed" if schema.keys() & {"anyOf", "oneOf", "allOf"} else ""


def _choice_kind(schema: dict[str, Any], value: Any) -> str:
    members = choices.members(schema)
    if not members or any(member is None or isinstance(member, dict | list) for member in members):
        return "json"
    is_known = any(
        member == value and isinstance(member, bool) == isinstance(value, bool) for member in members
    )
    return "enum" if value is ABSENT or is_known else "json"


def _scalar_kind(declared: str, schema: dict[str, Any], value: Any) -> str:
    if declared == "string" and (value is ABSENT or isinstance(value, str)):
        return _text_kind(schema.get("format"), "" if value is ABSENT else value)
    if declared == "boolean" and (value is ABSENT or isinstance(value, bool)):
        return "boolean"
    is_fitting = value is ABSENT or inference.scalar_type(value) == "number"
    return declared if declared in {"integer", "number"} and is_fitting else "json"


def _text_kind(name: Any, text: str) -> str:
    if "\n" in text or "\r" in text:
        return "textarea"
    if name == "date" and (not text or dates.is_widget_date(text)):
        return "date"
    if name == "date-time" and (not text or dates.parsed(text)):
        return "datetime"
    return _FORMAT_KINDS.get(str(name), "textarea" if len(text) > LONG_TEXT else "text")


def _object_kind(schema: dict[str, Any], value: Any) -> str:
    if value is not ABSENT and not isinstance(value, dict):
        return "json"
    if schema.get("properties") or is_map(schema):
        return "group"
    return "group" if value is not ABSENT and value else "json"


def _list_kind(schema: dict[str, Any], value: Any) -> str:
    if "prefixItems" in schema or (value is not ABSENT and not isinstance(value, list)):
        return "json"
    if not isinstance(schema.get("items"), dict):
        return _inferred_kind(schema, value)
    inner = row_schema(schema, value)
    rows = [shape_of(inner, row) for row in (ABSENT, *([] if value is ABSENT else value))]
    kinds = {row.kind for row in rows}
    # Rows that are neither all fields nor all groups of fields lose nothing only as JSON.
    is_mixed = "json" in kinds or (bool(kinds & {"group", "items", "choice"}) and len(kinds) > 1)
    return "json" if is_mixed else "items"


def _inferred_kind(schema: dict[str, Any], value: Any) -> str:
    if isinstance(value, dict) and value:
        return _object_kind(schema, value)
    if isinstance(value, list) and value:
        return "items" if inference.rows_schema(value) else "json"
    if isinstance(value, str):
        return _text_kind(schema.get("format") or inference.text_format(value), value)
    return inference.scalar_type(value) or "json"
