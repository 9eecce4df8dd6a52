"""What time is it? The database's answer, which orders events and decides deadlines."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from django.db import connection
from django.utils import timezone

from audit import reader


def now() -> datetime:
    """The database's `clock_timestamp()`, in UTC.

    Read it after the row lock: `now()` would be the transaction's start, which may lie before a wait for
    that lock, and so before what others did meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    moment: datetime = row[0]
    return moment.astimezone(UTC)


def in_words(moment: datetime, zone: tzinfo | None = None) -> str:
    """`25 Nov 2026, 18:02 CET`: how every page and message writes a moment.

    In the zone and form of the person who reads it, or in the zone that is named.
    """
    try:
        local = moment.astimezone(zone or timezone.get_current_timezone())
    except OverflowError:  # the first and last hours of the calendar, which an agent may write
        local = moment
    return f"{reader.day_and_clock(local)} {reader.zone_label(local)}"


def in_utc(moment: datetime) -> str:
    """`25 Nov 2026, 17:02:09 UTC`: how the log's own messages and commands write it, whoever reads them."""
    at = moment.astimezone(UTC)
    return f"{at.day} {at:%b} {at.year}, {at:%H:%M:%S} UTC"


def rfc3339(moment: datetime) -> str:
    """`2026-04-12T09:00:00.000000Z`: UTC, always six digits, so that the texts sort by time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"  # for +00:00
