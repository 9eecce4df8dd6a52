"""Does a payload fit its JSON Schema? Every error, in words for the person at the form."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, ngettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from approvals.exceptions import FieldError
from approvals.payload import display
from approvals.payload.schema import formats
from approvals.payload.schema.compiling import compiled
from approvals.payload.schema.evaluation import Evaluation, Finding, TooCostlyError
from approvals.payload.schema.keywords import CHECKS
from approvals.payload.schema.matching import Effort

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

MAX_ERRORS = 50
NO_BRANCH = "no_branch"
"""The code of a value that fits none of several schemas."""

_TYPE_NAMES = {
    # Translators: what a value must be, as in “must be a list or text”.
    "array": _("a list"),
    "boolean": _("yes or no"),
    "integer": _("a whole number"),
    "null": _("null"),
    "number": _("a number"),
    "object": _("a group of fields"),
    "string": _("text"),
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
        message = gettext("is too large to check against its schema; make the payload or the schema smaller")
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
    code, sentence = _SENTENCES.get(finding.keyword, _NOT_ALLOWED)
    return FieldError(finding.pointer, code, finding.text or sentence(finding.bound))


Sentence = Callable[[Any], str]
"""What a keyword asks for, by its bound in the schema. Each stands behind a field's name."""


def _plain(words: StrPromise) -> Sentence:
    return lambda _bound: str(words)


def _bounded(words: StrPromise) -> Sentence:
    return lambda bound: words % {"bound": bound}


def _counted(words: StrPromise) -> Sentence:
    return lambda bound: words % {"bound": bound, "count": int(bound)}


def _type_sentence(types: Any) -> str:
    names = [types] if isinstance(types, str) else types
    kinds = reduce(
        lambda one, other: gettext("%(one)s or %(other)s") % {"one": one, "other": other},
        [str(_TYPE_NAMES[name]) for name in names],
    )
    return gettext("must be %(kinds)s") % {"kinds": kinds}


def _choice_sentence(choices: Any) -> str:
    shown = ", ".join(display.in_words(choice)[:40] for choice in choices[:8])
    more = len(choices) - 8
    if more <= 0:
        return gettext("must be one of %(choices)s") % {"choices": shown}
    words = ngettext(
        "must be one of %(choices)s or %(count)d more", "must be one of %(choices)s or %(count)d more", more
    )
    return words % {"choices": shown, "count": more}


def _const_sentence(member: Any) -> str:
    return gettext("must be %(value)s") % {"value": display.in_words(member)[:80]}


def _format_sentence(name: Any) -> str:
    return str(formats.SENTENCES[name])


_NOT_ALLOWED = ("not_allowed", _plain(_("is not allowed here")))
_NO_BRANCH = (NO_BRANCH, _plain(_("fits none of the forms that the schema allows")))
_REQUIRED = ("required", _plain(_("is required")))
_UNKNOWN_FIELD = ("unknown_field", _plain(_("is not a field of the schema")))

_SENTENCES: dict[str, tuple[str, Sentence]] = {
    "additionalProperties": _UNKNOWN_FIELD,
    "anyOf": _NO_BRANCH,
    "const": ("const", _const_sentence),
    "contains": ("contains", _plain(_("must contain an item of the kind that the schema requires"))),
    "dependentRequired": _REQUIRED,
    "enum": ("enum", _choice_sentence),
    "exclusiveMaximum": ("exclusive_maximum", _bounded(_("must be less than %(bound)s"))),
    "exclusiveMinimum": ("exclusive_minimum", _bounded(_("must be more than %(bound)s"))),
    "format": ("format", _format_sentence),
    "maxContains": (
        "max_contains",
        _counted(
            ngettext_lazy(
                "may have at most %(bound)s item of the required kind",
                "may have at most %(bound)s items of the required kind",
                "count",
            )
        ),
    ),
    "maxItems": (
        "max_items",
        _counted(
            ngettext_lazy("may have at most %(bound)s item", "may have at most %(bound)s items", "count")
        ),
    ),
    "maxLength": (
        "max_length",
        _counted(
            ngettext_lazy(
                "may have at most %(bound)s character", "may have at most %(bound)s characters", "count"
            )
        ),
    ),
    "maxProperties": (
        "max_properties",
        _counted(
            ngettext_lazy("may have at most %(bound)s field", "may have at most %(bound)s fields", "count")
        ),
    ),
    "maximum": ("maximum", _bounded(_("must be at most %(bound)s"))),
    "minContains": (
        "min_contains",
        _counted(
            ngettext_lazy(
                "must have at least %(bound)s item of the required kind",
                "must have at least %(bound)s items of the required kind",
                "count",
            )
        ),
    ),
    "minItems": (
        "min_items",
        _counted(
            ngettext_lazy("must have at least %(bound)s item", "must have at least %(bound)s items", "count")
        ),
    ),
    "minLength": (
        "min_length",
        _counted(
            ngettext_lazy(
                "must have at least %(bound)s character", "must have at least %(bound)s characters", "count"
            )
        ),
    ),
    "minProperties": (
        "min_properties",
        _counted(
            ngettext_lazy(
                "must have at least %(bound)s field", "must have at least %(bound)s fields", "count"
            )
        ),
    ),
    "minimum": ("minimum", _bounded(_("must be at least %(bound)s"))),
    "multipleOf": ("multiple_of", _bounded(_("must be a multiple of %(bound)s"))),
    "oneOf": _NO_BRANCH,
    "pattern": ("pattern", _bounded(_("must match the pattern %(bound)s"))),
    "required": _REQUIRED,
    "type": ("type", _type_sentence),
    "unevaluatedItems": ("unknown_item", _plain(_("is not an item of the schema"))),
    "unevaluatedProperties": _UNKNOWN_FIELD,
    "uniqueItems": ("unique_items", _plain(_("must not contain an item twice"))),
}
