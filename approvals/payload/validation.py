"""Does a payload fit its JSON Schema? Every place where it does not, in words for the person at the form."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

from jsonschema import ValidationError

from approvals.exceptions import FieldError
from approvals.payload import display, formats
from approvals.payload.canonical import weight
from approvals.payload.pointers import child
from approvals.payload.schema import compiled

MAX_ERRORS = 50
MAX_EVALUATIONS = 500_000
MAX_CHARACTERS_READ = 50_000_000
MAX_PATTERN_STEPS = 500_000_000

_TYPE_NAMES = {
    "array": "a list",
    "boolean": "yes or no",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "a group of fields",
    "string": "text",
}


def validate(value: Any, schema: Any) -> list[FieldError]:
    """Pointers are into the value. Raises InvalidInput where the schema itself is unfit."""
    plan = compiled(schema)
    nodes, characters = weight(value)
    if (
        plan.nodes * nodes > MAX_EVALUATIONS
        or plan.nodes * characters > MAX_CHARACTERS_READ
        or plan.pattern_size * characters > MAX_PATTERN_STEPS
    ):
        message = "is too large to check against its schema; make the payload or the schema smaller"
        return [FieldError("", "too_costly", message)]
    return [_field_error(error) for error in islice(plan.validator.iter_errors(value), MAX_ERRORS)]


def _field_error(error: ValidationError) -> FieldError:
    pointer = ""
    for step in error.absolute_path:
        pointer = child(pointer, step)
    keyword = str(error.validator)
    code, sentence = _SENTENCES.get(keyword, ("not_allowed", lambda _: "is not allowed here"))
    written = error.message if keyword in {"dependentRequired", "oneOf"} and error.message else ""
    return FieldError(pointer, code, written or sentence(error))


def _a_bound(words: str, one: str = "", many: str = "") -> Callable[[ValidationError], str]:
    def sentence(error: ValidationError) -> str:
        bound = error.validator_value
        unit = (one if bound == 1 else many) and f" {one if bound == 1 else many}"
        return f"{words} {bound}{unit}"

    return sentence


def _type_sentence(error: ValidationError) -> str:
    types: Any = error.validator_value
    names = [types] if isinstance(types, str) else types
    return "must be " + " or ".join(_TYPE_NAMES[name] for name in names)


def _choice_sentence(error: ValidationError) -> str:
    choices: Any = error.validator_value
    shown = ", ".join(display.in_words(choice)[:40] for choice in choices[:8])
    return f"must be one of {shown}" + (f" or {len(choices) - 8} more" if len(choices) > 8 else "")


def _format_sentence(error: ValidationError) -> str:
    return formats.SENTENCES[str(error.validator_value)]


_SENTENCES: dict[str, tuple[str, Callable[[ValidationError], str]]] = {
    "additionalProperties": ("unknown_field", lambda _: "is not a field that the schema knows"),
    "anyOf": ("no_branch", lambda _: "fits none of the forms that the schema allows"),
    "const": ("const", lambda error: f"must be {display.in_words(error.validator_value)[:80]}"),
    "contains": ("contains", lambda _: "must hold an item of the kind that the schema asks for"),
    "dependentRequired": ("required", lambda _: "is required"),
    "enum": ("enum", _choice_sentence),
    "exclusiveMaximum": ("exclusive_maximum", _a_bound("must be less than")),
    "exclusiveMinimum": ("exclusive_minimum", _a_bound("must be more than")),
    "format": ("format", _format_sentence),
    "maxContains": ("max_contains", _a_bound("may hold such items at most", "time", "times")),
    "maxItems": ("max_items", _a_bound("may have at most", "item", "items")),
    "maxLength": ("max_length", _a_bound("may have at most", "character", "characters")),
    "maxProperties": ("max_properties", _a_bound("may have at most", "field", "fields")),
    "maximum": ("maximum", _a_bound("must be at most")),
    "minContains": ("min_contains", _a_bound("must hold such items at least", "time", "times")),
    "minItems": ("min_items", _a_bound("must have at least", "item", "items")),
    "minLength": ("min_length", _a_bound("must have at least", "character", "characters")),
    "minProperties": ("min_properties", _a_bound("must have at least", "field", "fields")),
    "minimum": ("minimum", _a_bound("must be at least")),
    "multipleOf": ("multiple_of", _a_bound("must be a multiple of")),
    "oneOf": ("no_branch", lambda _: "fits none of the forms that the schema allows"),
    "pattern": ("pattern", lambda error: f"must match the pattern {error.validator_value}"),
    "required": ("required", lambda _: "is required"),
    "type": ("type", _type_sentence),
    "uniqueItems": ("unique_items", lambda _: "must not have the same item twice"),
}
