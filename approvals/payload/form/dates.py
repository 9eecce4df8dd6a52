"""How do a JSON date-time and the browser's `datetime-local` turn into each other without losing the zone?"""

from __future__ import annotations

import re
from typing import NamedTuple

from approvals.payload.schema import formats

_STORED = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ](?P<clock>[0-9]{2}:[0-9]{2}):(?P<second>[0-5][0-9])"
    r"(?:\.(?P<fraction>[0-9]+))?(?P<zone>[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_POSTED = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[T ](?P<clock>[0-9]{2}:[0-9]{2})"
    r"(?::(?P<second>[0-5][0-9])(?:\.(?P<fraction>[0-9]{1,3}))?)?"
)


class LocalTime(NamedTuple):
    """What `datetime-local` carries, to the millisecond; the zone and the whole fraction stand beside it."""

    date: str
    clock: str
    second: str
    milliseconds: str
    zone: str
    fraction: str = ""
    """The digits as they were written: the widget drops those after the third, and zeros."""

    def shown(self) -> str:
        fraction = f".{self.milliseconds}" if self.milliseconds != "000" else ""
        return f"{self.date}T{self.clock}:{self.second}{fraction}"

    def is_same_moment(self, other: LocalTime) -> bool:
        return self[:4] == other[:4]

    def written(self) -> str:
        """As a JSON date-time, with every digit of the fraction."""
        return f"{self.date}T{self.clock}:{self.second}{self.fraction and '.'}{self.fraction}{self.zone}"

    def edited(self, typed: LocalTime) -> LocalTime:
        """What was typed over this. The fraction is kept where the part of it that was shown is still there."""
        fraction = self.fraction if typed.milliseconds == self.milliseconds else typed.milliseconds
        return typed._replace(zone=self.zone, fraction=fraction)


def parsed(text: str) -> LocalTime | None:
    """None where the widget cannot show it (a leap second, no zone)."""
    match = _STORED.fullmatch(text)
    return _local(match, match["zone"]) if match and formats.is_date_time(text) else None


def posted(text: str, zone: str) -> LocalTime | None:
    """Browsers leave out seconds that are zero."""
    match = _POSTED.fullmatch(text.strip())
    local = _local(match, zone) if match else None
    return local if local and formats.is_date_time(local.shown() + zone) else None


def is_widget_date(text: str) -> bool:
    return formats.is_date(text)


def _local(match: re.Match[str], zone: str) -> LocalTime:
    fraction = match["fraction"] or ""
    milliseconds = fraction[:3].ljust(3, "0")
    return LocalTime(match["date"], match["clock"], match["second"] or "00", milliseconds, zone, fraction)
