"""What time is it? The database's answer, which orders events and decides deadlines."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection


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


def in_words(moment: datetime, *, seconds: bool = False) -> str:
    """`25 Nov 2026, 17:02 UTC`: how every page, message and command writes a moment for people."""
    return f"{moment.astimezone(UTC):%-d %b %Y, {'%H:%M:%S' if seconds else '%H:%M'}} UTC"


def day_in_words(moment: datetime) -> str:
    """`Mon 30 Nov`: the day, in UTC, of a moment less than a year away."""
    return f"{moment.astimezone(UTC):%a %-d %b}"


def rfc3339(moment: datetime) -> str:
    """`2026-04-12T09:00:00.000000Z`: UTC, always six digits, so that the texts sort by time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"  # for +00:00
