"""How a moment is written for people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.utils import formats

from audit import clock, reader
from audit.templatetags.moments import in_words

MOMENT = datetime(2026, 9, 5, 7, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=-5))])
def test_it_is_written_in_the_sites_zone_whatever_zone_it_comes_in(zone: timezone) -> None:
    assert clock.in_words(MOMENT.astimezone(zone)) == "5 Sep 2026, 07:02 UTC"


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/Berlin", "5 Sep 2026, 09:02 CEST"),
        ("America/St_Johns", "5 Sep 2026, 04:32 NDT"),
        ("Asia/Kathmandu", "5 Sep 2026, 12:47 UTC+05:45"),
    ],
)
def test_it_is_written_in_the_zone_of_who_reads_it(zone: str, words: str) -> None:
    with reader.read_by(reader.zone_called(zone), "en"):
        assert clock.in_words(MOMENT) == words
        assert clock.in_utc(MOMENT) == "5 Sep 2026, 07:02:09 UTC"
        assert clock.rfc3339(MOMENT) == "2026-09-05T07:02:09.000000Z"


def test_the_label_follows_the_clocks_when_they_change() -> None:
    with reader.read_by(reader.zone_called("Europe/Berlin"), "en"):
        before, after = datetime(2026, 10, 25, 0, 59, tzinfo=UTC), datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
        assert clock.in_words(before) == "25 Oct 2026, 02:59 CEST"
        assert clock.in_words(after) == "25 Oct 2026, 02:00 CET"


def test_the_end_of_all_calendars_is_written_in_utc() -> None:
    with reader.read_by(reader.zone_called("Asia/Kathmandu"), "en"):
        assert clock.in_words(datetime(9999, 12, 31, 23, 59, tzinfo=UTC)) == "31 Dec 9999, 23:59 UTC"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("9999-12-31T23:59:00-05:00", "31 Dec 9999, 23:59 UTC-05:00"),
        ("0001-01-01T00:00:00+05:00", "1 Jan 1, 00:00 UTC+05:00"),
    ],
)
def test_a_moment_beyond_the_calendar_of_utc_is_shown_as_written(written: str, words: str) -> None:
    assert clock.in_words(datetime.fromisoformat(written)) == words


def test_the_log_writes_the_seconds_as_well() -> None:
    assert clock.in_utc(MOMENT) == "5 Sep 2026, 07:02:09 UTC"


def test_the_admin_writes_it_alike() -> None:
    assert formats.date_format(MOMENT, "DATETIME_FORMAT") == in_words(MOMENT)


def test_no_moment_is_no_words() -> None:
    assert in_words(None) == ""
