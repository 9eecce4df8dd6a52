"""Which picture stands for what? A meaning's, out of the package heroicons; none stands without its word."""

from __future__ import annotations

from functools import cache
from typing import Any

from django import template
from heroicons.templatetags.heroicons import heroicon_micro

from approvals.tones import Tone

register = template.Library()

_PICTURES = {
    Tone.RED: "exclamation-triangle",
    Tone.AMBER: "exclamation-circle",
    Tone.EMERALD: "check-circle",
    Tone.SLATE: "document-text",
    Tone.BLUE: "information-circle",
    "apart": "arrow-top-right-on-square",
    "back": "chevron-left",
    "failed": "x-mark",
    "locked": "lock-closed",
    "next": "chevron-right",
    "passed": "check",
    "preferences": "adjustments-horizontal",
    "search": "magnifying-glass",
    "theme": "moon",
    "up": "arrow-up",
}


@register.simple_tag
@cache
def icon(meaning: str) -> str:
    """An SVG in the colour of its text, hidden from screen readers; drawn once, since a list shows it in every row."""
    attributes: dict[str, Any] = {"class": "icon"}
    return heroicon_micro(_PICTURES[meaning], **attributes)
