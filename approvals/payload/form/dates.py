"""How is a JSON date-time turned into the browser's `datetime-local` and back without losing its zone?"""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from approvals.payload.schema import formats
from audit import reader

_STORED = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ](?P<clock>[0-9]{2}:[0-9]{2}):(?P<second>[0-5][0-9])"
    r"(?:\.(?P<fraction>[0-9]+))?(?P<zone>[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_POSTED = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[T ](?P<clock>[0-9]{2}:[0-9]{2})"
    r"(?::(?P<second>[0-5][0-9])(?:\.(?P<fraction>[0-9]{1,3}))?)?"
)


_ZERO = frozenset(("Z", "+00:00", "-00:00"))


class LocalTime(NamedTuple):
    """What `datetime-local` carries, to the millisecond, with the zone and the full fraction beside it."""

    date: str
    clock: str
    second: str
    milliseconds: str
    zone: str
    fraction: str = ""
    """The digits as written: the widget drops zeros and everything after the third digit."""

    def shown(self) -> str:
        fraction = f".{self.milliseconds}" if self.milliseconds != "000" else ""
        return f"{self.date}T{self.clock}:{self.second}{fraction}"

    def is_same_moment(self, other: LocalTime) -> bool:
        return self[:4] == other[:4]

    def written(self) -> str:
        """As a JSON date-time, with every digit of the fraction."""
        return f"{self.date}T{self.clock}:{self.second}{self.fraction and '.'}{self.fraction}{self.zone}"

    def edited(self, typed: LocalTime) -> LocalTime:
        """The time as typed, in this zone. The full fraction is kept if the reviewer left its shown part alone."""
        fraction = self.fraction if typed.milliseconds == self.milliseconds else typed.milliseconds
        return typed._replace(zone=self.zone, fraction=fraction)


def parsed(text: str) -> LocalTime | None:
    """None if the widget cannot show the time (a leap second, no zone)."""
    match = _STORED.fullmatch(text)
    return _local(match, match["zone"]) if match and formats.is_date_time(text) else None


def posted(text: str, zone: str) -> LocalTime | None:
    """None if the text is not a time. Seconds are optional: browsers leave out zero."""
    match = _POSTED.fullmatch(text.strip())
    local = _local(match, zone) if match else None
    return local if local and formats.is_date_time(local.shown() + zone) else None


def offset_at(text: str, name: str) -> str:
    """The offset that the clocks of that zone have when they show this, such as +02:00; "" where none is known.

    Raises reader.NoSuchTimeError where they never show it, or twice.
    """
    local, zone = posted(text, "Z"), reader.zone_called(name)
    if local is None or zone is None:
        return ""
    at = reader.moment_of(datetime.fromisoformat(f"{local.date}T{local.clock}:{local.second}"), zone)
    return "Z" if name == "UTC" else reader.offset_of(at)


def is_same_offset(one: str, other: str) -> bool:
    """Whether two zones as written put the clock alike: Z is +00:00, and each stays as it was written."""
    return one == other or {one.upper(), other.upper()} <= _ZERO


def in_words(zone: str) -> str:
    """The zone as it stands beside a time: "UTC", "UTC+02:00"."""
    return "UTC" if zone in {"Z", "z"} else f"UTC{zone}"


def is_widget_date(text: str) -> bool:
    return formats.is_date(text)


def _local(match: re.Match[str], zone: str) -> LocalTime:
    fraction = match["fraction"] or ""
    milliseconds = fraction[:3].ljust(3, "0")
    return LocalTime(match["date"], match["clock"], match["second"] or "00", milliseconds, zone, fraction)
