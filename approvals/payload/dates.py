"""How do a JSON date-time and the browser's `datetime-local` turn into each other without losing the zone?"""

from __future__ import annotations

import re
from typing import NamedTuple

from approvals.payload import formats

_STORED = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ](?P<clock>[0-9]{2}:[0-9]{2}):(?P<second>[0-5][0-9])"
    r"(?:\.(?P<fraction>[0-9]+))?(?P<zone>[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_POSTED = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[T ](?P<clock>[0-9]{2}:[0-9]{2})"
    r"(?::(?P<second>[0-5][0-9])(?:\.(?P<fraction>[0-9]{1,3}))?)?"
)


class LocalTime(NamedTuple):
    """What `datetime-local` carries, to the millisecond, and the zone beside it."""

    date: str
    clock: str
    second: str
    milliseconds: str
    zone: str

    def shown(self) -> str:
        fraction = f".{self.milliseconds}" if self.milliseconds != "000" else ""
        return f"{self.date}T{self.clock}:{self.second}{fraction}"

    def is_same_moment(self, other: LocalTime) -> bool:
        return self[:4] == other[:4]


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
    milliseconds = (match["fraction"] or "")[:3].ljust(3, "0")
    return LocalTime(match["date"], match["clock"], match["second"] or "00", milliseconds, zone)
