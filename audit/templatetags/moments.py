"""How does every page write a moment? As `audit.clock.in_words`; a script rewrites it in the viewer's time zone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template

from audit import clock

register = template.Library()


@register.filter
def in_words(at: datetime | None) -> str:
    """`25 Nov 2026, 17:02 UTC`, or nothing."""
    return clock.in_words(at) if at else ""


@register.inclusion_tag("_exact_time.html")
def exact(at: datetime | None) -> dict[str, Any]:
    """The moment itself, without words around it."""
    return {"at": at}
