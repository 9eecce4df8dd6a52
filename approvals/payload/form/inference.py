"""Which schema do a list's rows have if none is given? Only what all rows have in common is inferred."""

from __future__ import annotations

from typing import Any

from approvals.payload.form import dates


def rows_schema(rows: list[Any]) -> dict[str, Any] | None:
    """The schema of rows that are all scalars of one type, or all objects; else None."""
    schema = _schema(rows)
    is_object = bool(schema.get("properties"))
    is_scalar = isinstance(schema.get("type"), str) and schema["type"] not in {"object", "array"}
    return schema if is_object or is_scalar else None


def scalar_type(value: Any) -> str:
    """JSON Schema's name for the value's type; "" if it is not a scalar."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "string" if isinstance(value, str) else ""


def text_format(text: str) -> str:
    """JSON Schema's name for how a date or a time is written; "" for any other text."""
    if dates.parsed(text):
        return "date-time"
    return "date" if dates.is_widget_date(text) else ""


def _schema(values: list[Any]) -> dict[str, Any]:
    """{} if the values differ in type: then each is shown by its own type."""
    held = [value for value in values if value is not None]
    if not held:
        return {}
    if all(isinstance(value, dict) for value in held):
        return {} if len(held) < len(values) else _object(held)
    if all(isinstance(value, list) for value in held):
        return {} if len(held) < len(values) else _list(held)
    types = {scalar_type(value) for value in held}
    only = types.pop() if len(types) == 1 else ""
    if not only:
        return {}
    return {"type": only if len(held) == len(values) else [only, "null"]}


def _object(values: list[dict[str, Any]]) -> dict[str, Any]:
    """A key that every value has is required."""
    members: dict[str, list[Any]] = {}
    for value in values:
        for key, member in value.items():
            members.setdefault(key, []).append(member)
    return {
        "type": "object",
        "properties": {key: _schema(found) for key, found in members.items()},
        "required": [key for key, found in members.items() if len(found) == len(values)],
    }


def _list(values: list[list[Any]]) -> dict[str, Any]:
    rows = rows_schema([row for value in values for row in value])
    return {"type": "array", "items": rows} if rows else {"type": "array"}
