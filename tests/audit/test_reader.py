"""In whose zone and form things are shown, and which moment a local time means."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from audit import clock, reader

BERLIN = reader.zone_called("Europe/Berlin")
assert BERLIN


@pytest.mark.parametrize(
    ("form", "number", "moment"),
    [
        ("en", "18,450.50", "5 Sep 2026, 09:02 CEST"),
        ("de", "18.450,50", "5. September 2026, 09:02 CEST"),
        ("fr", "18\xa0450,50", "5 septembre 2026, 09:02 CEST"),
        ("ja", "18,450.50", "2026年9月5日, 9:02 CEST"),
    ],
)
def test_days_and_numbers_are_written_as_the_reader_writes_them(form, number, moment):
    with reader.read_by(BERLIN, form):
        assert reader.number("18450.50") == number
        assert clock.in_words(datetime(2026, 9, 5, 7, 2, tzinfo=UTC)) == moment


@pytest.mark.parametrize("form", reader.FORMATS)
def test_no_form_loses_a_digit(form):
    with reader.read_by(None, form):
        written = reader.number("-12345678901234567890.123456789")

    assert "".join(filter(str.isdigit, written)) == "12345678901234567890123456789"


@pytest.mark.parametrize(
    ("header", "form"),
    [
        ("", "en"),
        ("de-DE,de;q=0.9,en;q=0.8", "de"),
        ("de-CH", "de-ch"),
        ("tlh, fr-CA;q=0.5", "fr"),
        ("en-US,en;q=0.9,de;q=0.8", "en"),
        ("*;;q=x,\x00", "en"),
    ],
)
def test_the_browsers_first_known_language_counts(header, form):
    assert reader.form_accepted(header) == form


@pytest.mark.parametrize(
    "name", ["", "Mars/Base", "../../etc/passwd", "Europe", "posixrules", "Etc/GMT+5", "localtime"]
)
def test_what_is_no_place_is_no_zone(name):
    assert reader.zone_called(name) is None


@pytest.mark.parametrize(
    "name", ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Katmandu", "America/Argentina/Ushuaia"]
)
def test_zones_are_known_by_their_names_old_ones_too(name):
    assert str(reader.zone_called(name)) == name


@pytest.mark.parametrize(
    ("zone", "local", "utc"),
    [
        ("Europe/Berlin", "2026-07-01T12:00", "2026-07-01T10:00"),
        ("America/St_Johns", "2026-01-01T12:00", "2026-01-01T15:30"),
        ("Asia/Kathmandu", "2026-01-01T00:00", "2025-12-31T18:15"),
    ],
)
def test_a_local_time_is_a_moment(zone, local, utc):
    found = reader.moment_of(datetime.fromisoformat(local), reader.zone_called(zone))

    assert found.astimezone(UTC) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("local", "sentence"),
    [
        (
            "2026-03-29T02:30",
            "There is no 02:30 on 29 Mar 2026 in Europe/Berlin, for the clocks go forward by an hour",
        ),
        (
            "2026-10-25T02:30",
            "There is 02:30 on 25 Oct 2026 in Europe/Berlin twice, for the clocks go back by an hour",
        ),
    ],
)
def test_a_time_that_never_is_or_twice_is_refused_with_the_reason(local, sentence):
    with pytest.raises(reader.NoSuchTimeError, match=sentence):
        reader.moment_of(datetime.fromisoformat(local), BERLIN)


def test_what_was_shown_to_another_ends_with_that():
    reader.use(BERLIN, "de")
    with reader.read_by(None, "fr"):
        assert reader.current_form() == "fr"
    assert (reader.current_form(), reader.current_zone()) == ("de", BERLIN)

    reader.use_none()
    assert (reader.current_form(), reader.current_zone().key) == ("en", "UTC")
