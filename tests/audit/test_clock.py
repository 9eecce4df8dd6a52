"""How a moment is written for people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.utils import formats

from audit import clock
from audit.templatetags.moments import in_words

MOMENT = datetime(2026, 9, 5, 7, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=-5))])
def test_it_is_written_in_utc_whatever_zone_it_comes_in(zone: timezone) -> None:
    assert clock.in_words(MOMENT.astimezone(zone)) == "5 Sep 2026, 07:02 UTC"


def test_the_log_writes_the_seconds_as_well() -> None:
    assert clock.in_words(MOMENT, seconds=True) == "5 Sep 2026, 07:02:09 UTC"


def test_the_admin_writes_it_alike() -> None:
    assert formats.date_format(MOMENT, "DATETIME_FORMAT") == in_words(MOMENT)


def test_no_moment_is_no_words() -> None:
    assert in_words(None) == ""
