"""Is the payload a calendar event, and when is it for the person who reads?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _

from approvals.payload.pointers import ABSENT
from approvals.payload.renderers.fields import Fields, Unfit
from approvals.payload.renderers.money import number
from approvals.payload.renderers.texts import Prose, prose
from audit import reader

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    _DAY.pattern
    + r"[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
    + r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})?"
)


@dataclass(frozen=True, slots=True)
class When:
    """A moment (`at`, in UTC), or a day or a time without a zone in words; `sent` is what the agent wrote."""

    sent: str
    at: datetime | None = None
    words: str = ""
    is_day: bool = False
    naive: datetime | None = None


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    title: str
    start: When
    end: When | None
    duration: str
    warning: str
    place: str
    attendees: list[str]
    texts: list[Prose]


def read(fields: Fields) -> CalendarEvent:
    """Raises Unfit without a title and a start, or where the end is of another kind than the start."""
    title = fields.text("title", "summary", "subject", "name", "eventtitle")
    zone = fields.text("timezone", "tz", "zone")
    start = _when(
        fields.take("start", "starttime", "startsat", "startat", "startdatetime", "startdate"), zone
    )
    end = _when(fields.take("end", "endtime", "endsat", "endat", "enddatetime", "enddate"), zone)
    lasts = fields.take("durationminutes", "minutes")
    if not title or start is None or (end is not None and lasts is not ABSENT):
        raise Unfit
    length = _minutes(lasts) if lasts is not ABSENT else _between(start, end)
    return CalendarEvent(
        title=title,
        start=start,
        end=end,
        duration=_span(length) if length else "",
        warning=_("It ends before it starts.") if length is not None and length < timedelta() else "",
        place=_place(fields.take("location", "place", "room", "venue")),
        attendees=fields.names("attendees", "guests", "participants", "invitees"),
        texts=prose(_("Description"), fields.text("description", "body", "notes", "agenda")),
    )


def _when(value: Any, zone: str) -> When | None:
    if value is ABSENT:
        return None
    if isinstance(value, dict):
        inner = Fields(value)
        zone = inner.text("timezone", "tz") or zone
        value = inner.take("datetime", "date")
    if not isinstance(value, str):
        raise Unfit
    try:
        return _read_day(value) if _DAY.fullmatch(value) else _read_time(value, zone)
    except (ValueError, OverflowError):
        raise Unfit from None


def _read_day(text: str) -> When:
    return When(text, words=reader.day(date.fromisoformat(text)), is_day=True)


def _read_time(text: str, zone: str) -> When:
    """Raises ValueError or OverflowError for a moment that no calendar has."""
    if not _MOMENT.fullmatch(text):
        raise Unfit
    at = datetime.fromisoformat(text.upper())
    if at.tzinfo is None and zone in _zones():
        at = at.replace(tzinfo=ZoneInfo(zone))
    sent = f"{text} {zone}".strip()
    if at.tzinfo is None:
        words = _("%(time)s (time zone %(zone)s)") if zone else _("%(time)s (no time zone given)")
        return When(sent, words=words % {"time": reader.day_and_clock(at), "zone": zone}, naive=at)
    return When(sent, at=at.astimezone(UTC))


def _between(start: When, end: When | None) -> timedelta | None:
    if end is None:
        return None
    for one, other in ((start.at, end.at), (start.naive, end.naive)):
        if one and other:
            return other - one
    if start.is_day and end.is_day:
        # Whether the end is the last day or the one after it differs between calendars: no length is computed.
        days = date.fromisoformat(end.sent) - date.fromisoformat(start.sent)
        return days if days < timedelta() else None
    raise Unfit


def _minutes(value: Any) -> timedelta:
    length = number(value)
    if not Decimal(0) < length <= 60 * 24 * 366:
        raise Unfit
    return timedelta(minutes=float(length))


def _span(length: timedelta) -> str:
    """`1 h 30 min`; "" for less than a minute and what runs backwards."""
    minutes = int(length.total_seconds()) // 60
    days, hours = divmod(minutes // 60, 24)
    # Translators: days, hours and minutes, short, as in “1 d 2 h 30 min”.
    parts = ((days, _("%(count)d d")), (hours, _("%(count)d h")), (minutes % 60, _("%(count)d min")))
    return " ".join(words % {"count": count} for count, words in parts if count) if minutes > 0 else ""


def _place(value: Any) -> str:
    if value is ABSENT:
        return ""
    return value if isinstance(value, str) else _named(Fields(value))


def _named(fields: Fields) -> str:
    if name := fields.text("displayname", "name", "title"):
        return name
    raise Unfit


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
