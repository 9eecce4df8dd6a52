"""What should a reviewer know before typing? Bounds, defaults and zones in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from approvals import strict_json
from approvals.payload import display
from approvals.payload.form import dates
from approvals.payload.pointers import ABSENT
from approvals.payload.schema.compiling import UNCHECKED

_ANY_TEXT = frozenset(("", ".*", "^.*", ".*$", "^", "$", r"[\s\S]*", r"^[\s\S]*$"))
"""Patterns that match every text."""


def hints(schema: dict[str, Any], value: Any, kind: str) -> list[str]:
    return [*_range(schema), *_length(schema), *_count(schema), *_rest(schema, value), *_zone(value, kind)]


_BOUNDS = {
    "minimum": _("At least %(bound)s."),
    "exclusiveMinimum": _("More than %(bound)s."),
    "maximum": _("At most %(bound)s."),
    "exclusiveMaximum": _("Less than %(bound)s."),
}


def _range(schema: dict[str, Any]) -> Iterator[str]:
    """Bounds that a number could exceed: some generators write the limits of safe integers, which none can."""
    for keyword, sentence in _BOUNDS.items():
        if keyword in schema and abs(schema[keyword]) < strict_json.MAX_SAFE_INTEGER:
            yield sentence % {"bound": schema[keyword]}
    step = schema.get("multipleOf")
    if step is not None and not (step == 1 and schema.get("type") == "integer"):
        yield gettext("In steps of %(step)s.") % {"step": step}


def _length(schema: dict[str, Any]) -> Iterator[str]:
    least, most = _span(schema.get("minLength", 0), schema.get("maxLength"))
    if least and most is not None:
        words = ngettext("%(least)s to %(most)s character.", "%(least)s to %(most)s characters.", int(most))
        yield words % {"least": least, "most": most}
    elif most is not None:
        yield ngettext("At most %(most)s character.", "At most %(most)s characters.", int(most)) % {
            "most": most
        }
    elif least > 1:
        words = ngettext("At least %(least)s character.", "At least %(least)s characters.", int(least))
        yield words % {"least": least}


def _count(schema: dict[str, Any]) -> Iterator[str]:
    least, most = _span(schema.get("minItems", 0), schema.get("maxItems"))
    if least and most is not None:
        words = ngettext("%(least)s to %(most)s item.", "%(least)s to %(most)s items.", int(most))
        yield words % {"least": least, "most": most}
    elif most is not None:
        yield ngettext("At most %(most)s item.", "At most %(most)s items.", int(most)) % {"most": most}
    elif least > 1:
        yield ngettext("At least %(least)s item.", "At least %(least)s items.", int(least)) % {"least": least}


def _span(least: int, most: int | None) -> tuple[int, int | None]:
    """Without a bound that no payload can exceed."""
    return least, most if most is not None and most < strict_json.MAX_BYTES else None


def _rest(schema: dict[str, Any], value: Any) -> Iterator[str]:
    if schema.get("pattern", "") not in _ANY_TEXT:
        is_unchecked = UNCHECKED in schema
        words = (
            gettext("Pattern (not checked here): %(pattern)s")
            if is_unchecked
            else gettext("Pattern: %(pattern)s")
        )
        yield words % {"pattern": schema["pattern"]}
    examples = schema.get("examples")
    if isinstance(examples, list) and examples:
        yield gettext("For example: %(value)s") % {"value": display.in_words(examples[0])}
    if "default" in schema and value is ABSENT:
        yield gettext("When left out: %(value)s") % {"value": display.in_words(schema["default"])}


def _zone(value: Any, kind: str) -> Iterator[str]:
    if kind == "datetime":
        local = dates.parsed(value) if isinstance(value, str) else None
        zone = dates.in_words(local.zone if local else "Z")
        yield gettext("Time zone: %(zone)s") % {"zone": zone}
        if local and local.shown() + local.zone != value:
            yield gettext("Exactly: %(value)s") % {"value": value}
