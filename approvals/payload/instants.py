"""Which moment does a text of the payload name, and what do the reader's clocks show then?"""

from __future__ import annotations

import re
from datetime import datetime

from audit import clock, reader

_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def instant(text: str) -> datetime | None:
    """The moment that an RFC 3339 date-time names, in the zone that it is written in; None for any other text."""
    found = _INSTANT.fullmatch(text)
    if not found:
        return None
    day, time, fraction, offset = found.groups()
    try:
        return datetime.fromisoformat(f"{day}T{time}{(fraction or '')[:7]}{offset.upper()}")
    except ValueError:  # a leap second, the 30th of February
        return None


def shares_clocks(at: datetime) -> bool:
    """Whether the reader's clocks show the moment as it is written."""
    try:
        return at.astimezone(reader.current_zone()).utcoffset() == at.utcoffset()
    except OverflowError:
        return False


def in_readers_zone(text: str) -> str:
    """`27 Nov 2026, 13:00 GMT` of `2026-11-27T14:00:00+01:00`; "" where nothing is to be added to it."""
    at = instant(text)
    return clock.in_words(at) if at and not shares_clocks(at) else ""
