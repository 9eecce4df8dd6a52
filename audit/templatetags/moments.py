"""How does every page write a moment? As `audit.clock.in_words` for people, beside the exact value in UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

from audit import clock, reader

register = template.Library()


@register.filter
def in_words(at: datetime | None, zone: ZoneInfo | None = None) -> str:
    """`25 Nov 2026, 18:02 CET`, or nothing."""
    return clock.in_words(at, zone or None) if at else ""


@register.filter
def exact_utc(at: datetime) -> str:
    """`2026-11-25T17:02:09.123456Z`, for the attributes of a `<time>`."""
    return clock.rfc3339(at)


@register.filter
def in_utc(at: datetime) -> str:
    """What the pointer shows over a moment: the same in UTC, to the second."""
    return clock.in_utc(at)


@register.simple_tag
def language_of_moments() -> str:
    """The language of a moment's words where they are not the page's, as ` lang="de"` wants it."""
    form = reader.current_form()
    return "" if form == (translation.get_language() or reader.ENGLISH) else form


@register.simple_tag
def exact(at: datetime | None) -> SafeString:
    """The moment itself, without words around it; `{% exact at as when %}` keeps it for a sentence."""
    return drawn("_exact_time.html", {"at": at, "zone": None})


@register.simple_tag
def exact_in(at: datetime, zone: ZoneInfo) -> SafeString:
    """As another zone's clocks show it: that of a form which was filled in before the reader chose theirs."""
    return drawn("_exact_time.html", {"at": at, "zone": zone})


def drawn(template_name: str, context: dict[str, Any]) -> SafeString:
    """A small template's markup without space around it, so that it fits into a translated sentence."""
    return mark_safe(render_to_string(template_name, context).strip())  # nosec B308 B703 # noqa: S308 - a template's own markup
