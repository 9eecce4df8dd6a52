"""How do the pages say a tone, a risk, a moment, a time left?"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from approvals.models import Approval
from approvals.models.choices import Risk, Tone
from approvals.texts import LONGEST_COMMENT, LONGEST_REASON
from audit.templatetags import moments

register = template.Library()
register.inclusion_tag("_exact_time.html")(moments.exact)

_ORDER = [Tone.RED, Tone.AMBER, Tone.EMERALD, Tone.SLATE, Tone.BLUE]
_FAR = timedelta(days=2)
_LONG = 1200
_MANY_LINES = 12


@register.filter
def tone_word(tone: str) -> str:
    """Risk, Caution, Supports, Context or Information."""
    return str(Tone(tone).label)


@register.filter
def of(by_id: dict[str, Any], approval: Approval) -> Any:
    """What belongs to this request, by its id."""
    return by_id.get(str(approval.pk), "")


@register.filter
def worst_first(evidence: list[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    """Red and amber first; each item with its place in what the agent sent."""
    return sorted(enumerate(evidence), key=lambda pair: _ORDER.index(Tone(pair[1]["tone"])))


@register.filter
def tone_counts(evidence: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """How many items each tone has, red and amber first; a tone without items is not there."""
    counts = Counter(Tone(item["tone"]) for item in evidence)
    return [(tone.value, counts[tone]) for tone in _ORDER if counts[tone]]


@register.filter
def bounds(text: object) -> str:
    """What a long text's element says of itself: it scrolls within a bound, and the keyboard can reach it."""
    shown = str(text or "")
    is_long = len(shown) > _LONG or shown.count("\n") > _MANY_LINES
    return "bounded" if is_long else ""


@register.simple_tag
def longest_comment() -> int:
    """Characters."""
    return LONGEST_COMMENT


@register.simple_tag
def longest_reason() -> int:
    """Characters."""
    return LONGEST_REASON


@register.filter
def minutes(count: int | None) -> str:
    """`45 minutes`, `4 hours`, `1 h 30 min`, `2 days`."""
    if not count:
        return ""
    for size, unit in ((24 * 60, "day"), (60, "hour")):
        if count % size == 0:
            return f"{count // size} {unit}{'' if count == size else 's'}"
    return (
        f"{count // 60} h {count % 60:02d} min"
        if count > 120
        else f"{count} minute{'' if count == 1 else 's'}"
    )


@register.filter
def percent(share: float | None) -> str:
    """`75 %`."""
    return "" if share is None else f"{share * 100:.0f} %"


@register.filter
def web_address(url: object) -> str:
    """The address if it is http or https; nothing else becomes a link."""
    text = str(url or "").strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in ("http", "https") and parts.hostname else ""


@register.simple_tag
@cache
def risk(value: str) -> SafeString:
    """One bar for low to four for critical, and the word; drawn once, since a list shows it in every row."""
    member = Risk(value)
    bars = [
        {"x": 4 * n, "y": 9 - 3 * n, "height": 5 + 3 * n, "is_on": n <= member.rank} for n in range(len(Risk))
    ]
    drawn: SafeString = render_to_string(
        "approvals/_risk.html", {"value": value, "word": member.label, "bars": bars}
    )
    return drawn


@register.inclusion_tag("approvals/_time.html")
def moment(at: datetime | None, now: datetime) -> dict[str, Any]:
    """When it was: absolute, and how long ago."""
    return {"at": at, "zone": None, "kind": "ago", "relative": ago(now - at) if at else ""}


@register.inclusion_tag("approvals/_time.html")
def deadline(at: datetime | None, now: datetime) -> dict[str, Any]:
    """By when: absolute, and how long it is until then, or how long ago that was."""
    left = at - now if at else timedelta()
    return {
        "at": at,
        "zone": None,
        "kind": "left",
        "relative": time_left(left) if at else "",
        "urgency": urgency(left),
    }


@register.inclusion_tag("approvals/_time_left.html")
def left(at: datetime | None, now: datetime) -> dict[str, Any]:
    """Only how long it is until then, for a row of the list."""
    until = at - now if at else timedelta()
    return {"at": at, "relative": time_left(until) if at else "", "urgency": urgency(until)}


def urgency(until: timedelta) -> str:
    """`over`, `soon` (a quarter of an hour) or `later`."""
    if until <= timedelta():
        return "over"
    return "soon" if until <= timedelta(minutes=15) else "later"


def time_left(until: timedelta) -> str:
    """`43 min left`, `2 h 05 left`, `overdue by 12 min`; static/js/times.js counts on in the same words."""
    span = _span(abs(until))
    return f"overdue by {span}" if until <= timedelta() else f"{span} left"


def ago(since: timedelta) -> str:
    """`just now`, `12 min ago`, `3 days ago`."""
    return "just now" if since < timedelta(minutes=1) else f"{_span(since)} ago"


def _span(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    if length >= _FAR:
        return f"{length.days} days"
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60:02d}"
    return f"{minutes} min" if minutes else "1 min"
