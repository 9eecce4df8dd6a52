"""What should a reviewer know before typing? Bounds, defaults and zones in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from approvals import strict_json
from approvals.payload import display
from approvals.payload.form import dates
from approvals.payload.pointers import ABSENT
from approvals.payload.schema.compiling import UNCHECKED

_ANY_TEXT = frozenset(("", ".*", "^.*", ".*$", "^", "$", r"[\s\S]*", r"^[\s\S]*$"))
"""Patterns that match every text."""


def hints(schema: dict[str, Any], value: Any, kind: str) -> list[str]:
    return [*_range(schema), *_length(schema), *_count(schema), *_rest(schema, value), *_zone(value, kind)]


def _range(schema: dict[str, Any]) -> Iterator[str]:
    """Bounds that a number could exceed: some generators write the limits of safe integers, which none can."""
    words = {
        "minimum": "At least",
        "exclusiveMinimum": "More than",
        "maximum": "At most",
        "exclusiveMaximum": "Less than",
    }
    for keyword, word in words.items():
        if keyword in schema and abs(schema[keyword]) < strict_json.MAX_SAFE_INTEGER:
            yield f"{word} {schema[keyword]}."
    step = schema.get("multipleOf")
    if step is not None and not (step == 1 and schema.get("type") == "integer"):
        yield f"In steps of {step}."


def _length(schema: dict[str, Any]) -> Iterator[str]:
    yield from _span(schema.get("minLength", 0), schema.get("maxLength"), "characters")


def _count(schema: dict[str, Any]) -> Iterator[str]:
    yield from _span(schema.get("minItems", 0), schema.get("maxItems"), "items")


def _span(least: int, most: int | None, unit: str) -> Iterator[str]:
    if most is not None and most >= strict_json.MAX_BYTES:
        most = None
    if least and most is not None:
        yield f"{least} to {most} {unit}."
    elif most is not None:
        yield f"At most {most} {unit}."
    elif least > 1:
        yield f"At least {least} {unit}."


def _rest(schema: dict[str, Any], value: Any) -> Iterator[str]:
    if schema.get("pattern", "") not in _ANY_TEXT:
        yield f"Pattern{' (not checked here)' if UNCHECKED in schema else ''}: {schema['pattern']}"
    examples = schema.get("examples")
    if isinstance(examples, list) and examples:
        yield f"For example: {display.in_words(examples[0])}"
    if "default" in schema and value is ABSENT:
        yield f"When left out: {display.in_words(schema['default'])}"


def _zone(value: Any, kind: str) -> Iterator[str]:
    if kind == "datetime":
        local = dates.parsed(value) if isinstance(value, str) else None
        yield f"Time zone: {dates.in_words(local.zone if local else 'Z')}"
        if local and local.shown() + local.zone != value:
            yield f"Exactly: {value}"
