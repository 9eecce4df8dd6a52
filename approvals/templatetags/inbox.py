"""How do the pages say a tone, a risk, a moment, a time left?"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext, ngettext_lazy
from django.utils.translation import gettext as _

from approvals.models import Approval
from approvals.models.choices import Risk, Tone
from approvals.texts import LONGEST_COMMENT, LONGEST_REASON
from audit.templatetags import moments

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

    _Words = tuple[StrPromise, StrPromise, StrPromise]

register = template.Library()
register.simple_tag(moments.exact)

_ORDER = [Tone.RED, Tone.AMBER, Tone.EMERALD, Tone.SLATE, Tone.BLUE]
_FAR = timedelta(days=2)
# A length of time in days, in hours and minutes, in minutes:
_OVERDUE: _Words = (
    ngettext_lazy("overdue by %(count)d day", "overdue by %(count)d days", "count"),
    gettext_lazy("overdue by %(hours)d h %(minutes)02d"),
    gettext_lazy("overdue by %(count)d min"),
)
_LEFT: _Words = (
    ngettext_lazy("%(count)d day left", "%(count)d days left", "count"),
    gettext_lazy("%(hours)d h %(minutes)02d left"),
    gettext_lazy("%(count)d min left"),
)
_AGO: _Words = (
    ngettext_lazy("%(count)d day ago", "%(count)d days ago", "count"),
    gettext_lazy("%(hours)d h %(minutes)02d ago"),
    gettext_lazy("%(count)d min ago"),
)
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
    hours, rest = divmod(count, 60)
    if count % (24 * 60) == 0:
        days = hours // 24
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    if not rest:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    if count > 120:
        return _("%(hours)d h %(minutes)02d min") % {"hours": hours, "minutes": rest}
    return ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}


@register.filter
def at_least(bounded: str) -> int:
    """The number in a count such as `99+`, which decides the plural."""
    return int(bounded.rstrip("+"))


@register.filter
def percent(share: float | None) -> str:
    """`75 %`."""
    # Translators: a share of a hundred, such as 75 %
    return "" if share is None else _("%(share)d %%") % {"share": round(share * 100)}


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
def risk(value: str) -> SafeString:
    """One bar for low to four for critical, and the word; drawn once, since a list shows it in every row."""
    return _risk_in(get_language(), value)


@cache
def _risk_in(_language: str | None, value: str) -> SafeString:
    member = Risk(value)
    bars = [
        {"x": 4 * n, "y": 9 - 3 * n, "height": 5 + 3 * n, "is_on": n <= member.rank} for n in range(len(Risk))
    ]
    return moments.drawn("approvals/_risk.html", {"value": value, "word": member.label, "bars": bars})


@register.simple_tag
def moment(at: datetime | None, now: datetime) -> SafeString:
    """When it was: absolute, and how long ago; `{% moment at now as when %}` keeps it for a sentence."""
    relative = ago(now - at) if at else ""
    return moments.drawn(
        "approvals/_time.html", {"at": at, "zone": None, "kind": "ago", "relative": relative}
    )


@register.simple_tag
def deadline(at: datetime | None, now: datetime) -> SafeString:
    """By when: absolute, and how long it is until then, or how long ago that was."""
    left = at - now if at else timedelta()
    context = {
        "at": at,
        "zone": None,
        "kind": "left",
        "relative": time_left(left) if at else "",
        "urgency": urgency(left),
    }
    return moments.drawn("approvals/_time.html", context)


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
    return _span(_OVERDUE if until <= timedelta() else _LEFT, abs(until))


def ago(since: timedelta) -> str:
    """`just now`, `12 min ago`, `3 days ago`."""
    return _("just now") if since < timedelta(minutes=1) else _span(_AGO, since)


def _span(words: _Words, length: timedelta) -> str:
    in_days, in_hours, in_minutes = words
    minutes = int(length.total_seconds() // 60)
    if length >= _FAR:
        return in_days % {"count": length.days}
    if minutes >= 60:
        return in_hours % {"hours": minutes // 60, "minutes": minutes % 60}
    return in_minutes % {"count": minutes or 1}
