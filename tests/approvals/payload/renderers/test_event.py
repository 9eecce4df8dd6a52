"""A calendar event says when it is, and whose time that is."""

from __future__ import annotations

import pytest

from audit import reader
from tests.approvals.payload.renderers.reading import markup, shown, title, words

EVENT = {"summary": "Kick-off", "start": "2026-05-04T10:00:00+02:00", "end": "2026-05-04T11:30:00+02:00"}


def test_times_are_moments_with_their_zone_and_what_was_sent():
    assert '<time datetime="2026-05-04T08:00:00.000000Z" title="4 May 2026, 08:00:00 UTC">' in markup(EVENT)
    assert "4 May 2026, 08:00 UTC sent as 2026-05-04T10:00:00+02:00" in words(EVENT)
    assert shown(EVENT).duration == "1 h 30 min"


def test_times_are_shown_in_the_readers_zone_and_form():
    with reader.read_by(reader.zone_called("Asia/Kathmandu"), "de"):
        assert "4. Mai 2026, 13:45 UTC+05:45 sent as 2026-05-04T10:00:00+02:00" in words(EVENT)
        assert "4. Mai 2026 all day" in words(EVENT | {"start": "2026-05-04", "end": "2026-05-05"})


def test_a_time_in_a_named_zone_is_a_moment():
    event = EVENT | {"start": {"dateTime": "2026-05-04T10:00:00", "timeZone": "Europe/Paris"}}

    assert f"{shown(event).start.at:%H:%M}" == "08:00"


@pytest.mark.parametrize("zone", ["", "Mars/Base", "../../etc/passwd", "Europe"])
def test_a_time_without_a_known_zone_is_shown_as_it_was_sent(zone):
    event = {"title": "Call", "start": "2026-05-04T10:00", "timeZone": zone, "durationMinutes": 25}

    assert shown(event).start.at is None
    assert f"4 May 2026, 10:00 ({f'time zone {zone}' if zone else 'no time zone given'})" in words(event)
    assert "Lasts 25 min" in words(event)


def test_a_whole_day_is_said():
    event = {"title": "Fair", "start": {"date": "2026-05-04"}, "end": {"date": "2026-05-06"}}

    assert "Starts 4 May 2026 all day Ends 6 May 2026 as sent; some calendars mean the day before" in words(
        event
    )


def test_people_and_place_are_shown():
    event = EVENT | {"attendees": [{"email": "a@b.example"}], "location": {"displayName": "Room 4"}}

    assert "Place Room 4 People a@b.example" in words(event)


def test_an_end_before_the_start_is_said():
    assert "It ends before it starts." in words(EVENT | {"end": "2026-05-04T09:00:00+02:00"})


@pytest.mark.parametrize(
    "other",
    [
        {"start": "tomorrow"}, {"start": 5}, {"start": "2026-13-45"}, {"start": "9999-12-31T23:59:59-14:00"}, {"start": "2026-05-04"},
        {"summary": 3}, {"attendees": [7]}, {"durationMinutes": 5}, {"location": ["x"]}, {"end": []} | {"durationMinutes": -1},
    ],
)  # fmt: skip
def test_what_is_odd_is_no_event(other):
    assert title(EVENT | other) != "As a calendar event"
