"""Does a payload fit its JSON Schema? Every error, in words for the person at the form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from approvals.exceptions import FieldError
from approvals.payload import display
from approvals.payload.schema import formats
from approvals.payload.schema.compiling import compiled
from approvals.payload.schema.evaluation import Evaluation, Finding, TooCostlyError
from approvals.payload.schema.keywords import CHECKS
from approvals.payload.schema.matching import Effort

MAX_ERRORS = 50
NO_BRANCH = "no_branch"
"""The code of a value that fits none of several schemas."""

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
    """The errors, with pointers into the value. Raises InvalidInput if the schema itself is invalid."""
    return checked(value, schema)[0]


def checked(value: Any, schema: Any) -> tuple[list[FieldError], set[str]]:
    """What `validate` returns, and the patterns that could not be checked on this value."""
    plan = compiled(schema)
    run = Evaluation(CHECKS, Effort(skipped=plan.unchecked))
    try:
        # The walk goes to its end, so that "too costly" does not depend on where the errors are.
        found = list(run.findings(value, plan.schema))[:MAX_ERRORS]
    except TooCostlyError:
        message = "is too large to check against its schema; make the payload or the schema smaller"
        return [FieldError("", "too_costly", message)], run.effort.unchecked
    return [_field_error(finding) for finding in found], run.effort.unchecked


def findings(value: Any, plain: dict[str, Any]) -> list[FieldError]:
    """The errors by a schema that has no references left, with pointers into the value; [] if it cannot be checked."""
    try:
        found = list(Evaluation(CHECKS, Effort()).findings(value, plain))[:MAX_ERRORS]
    except TooCostlyError:
        return []
    return [_field_error(finding) for finding in found]


def _field_error(finding: Finding) -> FieldError:
    code, sentence = _SENTENCES.get(finding.keyword, ("not_allowed", lambda _: "is not allowed here"))
    return FieldError(finding.pointer, code, finding.text or sentence(finding.bound))


def _a_bound(words: str, one: str = "", many: str = "") -> Callable[[Any], str]:
    def sentence(bound: Any) -> str:
        unit = (one if bound == 1 else many) and f" {one if bound == 1 else many}"
        return f"{words} {bound}{unit}"

    return sentence


def _type_sentence(types: Any) -> str:
    names = [types] if isinstance(types, str) else types
    return "must be " + " or ".join(_TYPE_NAMES[name] for name in names)


def _choice_sentence(choices: Any) -> str:
    shown = ", ".join(display.in_words(choice)[:40] for choice in choices[:8])
    return f"must be one of {shown}" + (f" or {len(choices) - 8} more" if len(choices) > 8 else "")


def _format_sentence(name: Any) -> str:
    return formats.SENTENCES[name]


_SENTENCES: dict[str, tuple[str, Callable[[Any], str]]] = {
    "additionalProperties": ("unknown_field", lambda _: "is not a field of the schema"),
    "anyOf": (NO_BRANCH, lambda _: "fits none of the forms that the schema allows"),
    "const": ("const", lambda member: f"must be {display.in_words(member)[:80]}"),
    "contains": ("contains", lambda _: "must contain an item of the kind that the schema requires"),
    "dependentRequired": ("required", lambda _: "is required"),
    "enum": ("enum", _choice_sentence),
    "exclusiveMaximum": ("exclusive_maximum", _a_bound("must be less than")),
    "exclusiveMinimum": ("exclusive_minimum", _a_bound("must be more than")),
    "format": ("format", _format_sentence),
    "maxContains": (
        "max_contains",
        _a_bound("may have at most", "item of the required kind", "items of the required kind"),
    ),
    "maxItems": ("max_items", _a_bound("may have at most", "item", "items")),
    "maxLength": ("max_length", _a_bound("may have at most", "character", "characters")),
    "maxProperties": ("max_properties", _a_bound("may have at most", "field", "fields")),
    "maximum": ("maximum", _a_bound("must be at most")),
    "minContains": (
        "min_contains",
        _a_bound("must have at least", "item of the required kind", "items of the required kind"),
    ),
    "minItems": ("min_items", _a_bound("must have at least", "item", "items")),
    "minLength": ("min_length", _a_bound("must have at least", "character", "characters")),
    "minProperties": ("min_properties", _a_bound("must have at least", "field", "fields")),
    "minimum": ("minimum", _a_bound("must be at least")),
    "multipleOf": ("multiple_of", _a_bound("must be a multiple of")),
    "oneOf": (NO_BRANCH, lambda _: "fits none of the forms that the schema allows"),
    "pattern": ("pattern", lambda pattern: f"must match the pattern {pattern}"),
    "required": ("required", lambda _: "is required"),
    "type": ("type", _type_sentence),
    "unevaluatedItems": ("unknown_item", lambda _: "is not an item of the schema"),
    "unevaluatedProperties": ("unknown_field", lambda _: "is not a field of the schema"),
    "uniqueItems": ("unique_items", lambda _: "must not contain an item twice"),
}
