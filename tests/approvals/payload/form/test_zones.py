"""A date-time in the form: read in the reader's zone, entered in the agent's or in one that the reviewer picks."""

from __future__ import annotations

import pytest

from approvals import payload
from audit import reader
from tests.approvals.payload.browser import form_for, posted_from, rendered

WRITTEN = "2026-11-27T14:00:00+02:00"
SCHEMA = {"type": "object", "properties": {"a": {"type": "string", "format": "date-time"}}}


def form_of(value=WRITTEN):
    return form_for({"a": value}, SCHEMA)


def edited(value, **posted):
    form = form_of(value)
    names = {"typed": "payload/a", "zone": "zone/a"}
    return form.bind({**form.pairs(), **{names[name]: text for name, text in posted.items()}})


@pytest.mark.parametrize(
    ("zone", "text", "gloss"),
    [
        ("Europe/Berlin", "27 Nov 2026, 14:00 UTC+02:00", "27 Nov 2026, 13:00 CET"),
        ("America/St_Johns", "27 Nov 2026, 14:00 UTC+02:00", "27 Nov 2026, 08:30 NST"),
        ("Asia/Kathmandu", "27 Nov 2026, 14:00 UTC+02:00", "27 Nov 2026, 17:45 UTC+05:45"),
        ("Europe/Athens", "27 Nov 2026, 14:00 EET", ""),
    ],
)
def test_it_is_read_as_the_agent_wrote_it_and_on_the_readers_clocks(zone, text, gloss):
    with reader.read_by(reader.zone_called(zone), "en"):
        seen = form_of().root.members["a"].seen
        page = rendered(form_of())

    assert (seen.text, seen.gloss, seen.exact) == (text, gloss, WRITTEN)
    assert f'title="{WRITTEN}"' in page


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2026-11-27T14:00:07Z", "27 Nov 2026, 14:00:07 UTC"),
        ("2026-11-27T14:00:07.123456789Z", "27 Nov 2026, 14:00:07.123456789 UTC"),
    ],
)
def test_seconds_and_every_digit_of_their_fraction_are_read(value, text):
    seen = form_of(value).root.members["a"].seen

    assert (seen.text, seen.exact) == (text, value)


def test_an_edited_time_keeps_the_offset_that_the_agent_wrote():
    with reader.read_by(reader.zone_called("Asia/Kathmandu"), "en"):
        bound = edited(WRITTEN, typed="2026-11-27T15:30")

    assert (bound.value, bound.errors) == ({"a": "2026-11-27T15:30:00+02:00"}, [])


@pytest.mark.parametrize(
    ("typed", "zone", "value"),
    [
        ("2026-11-27T15:30", "Europe/Berlin", "2026-11-27T15:30:00+01:00"),
        ("2026-07-27T15:30", "Europe/Berlin", "2026-07-27T15:30:00+02:00"),
        ("2026-11-27T15:30", "America/St_Johns", "2026-11-27T15:30:00-03:30"),
        ("2026-11-27T15:30", "UTC", "2026-11-27T15:30:00Z"),
        ("2026-11-27T14:00:00", "Asia/Kathmandu", "2026-11-27T14:00:00+05:45"),
        ("2026-11-27T14:00:00", "Europe/Athens", WRITTEN),
    ],
)
def test_it_is_entered_in_the_zone_that_the_reviewer_picks_whoever_reads_it(typed, zone, value):
    bound = edited(WRITTEN, typed=typed, zone=zone)

    assert (bound.value, bound.errors) == ({"a": value}, [])
    assert bound.is_touched == (value != WRITTEN)


def test_what_was_picked_is_still_picked_where_the_form_is_shown_again():
    bound = edited(WRITTEN, typed="2026-11-27T15:30", zone="Asia/Kathmandu")
    again = form_of().bind(posted_from(rendered(bound.form)))

    assert '<option value="Asia/Kathmandu" selected>' in rendered(bound.form)
    assert again.value == bound.value
    assert bound.form.root.members["a"].seen.text == "27 Nov 2026, 15:30 UTC+05:45"


@pytest.mark.parametrize(
    ("typed", "said"),
    [("2026-03-29T02:30", "There is no 02:30"), ("2026-10-25T02:30", "There is 02:30 on 25 Oct 2026")],
)
def test_a_time_at_a_change_of_the_clocks_is_refused_beside_the_field(typed, said):
    bound = edited(WRITTEN, typed=typed, zone="Europe/Berlin")

    [error] = bound.errors
    assert (error.pointer, error.message[: len(said)]) == ("/a", said)
    assert f'value="{typed}"' in rendered(bound.form)
    assert bound.form.root.members["a"].seen.text == f"{typed} Europe/Berlin"


@pytest.mark.parametrize("zone", ["Mars/Base", "../../etc/passwd", "+02:00"])
def test_a_zone_that_is_not_offered_is_refused(zone):
    assert [error.message for error in edited(WRITTEN, zone=zone).errors] == [
        "Choose one of the time zones offered."
    ]


def test_a_field_without_a_value_is_entered_in_utc_or_in_a_zone_that_is_picked():
    form = form_for({"b": "x"}, {**SCHEMA, "additionalProperties": True})

    typed = {**form.pairs(), "payload/a": "2026-11-27T15:30"}

    assert form.bind(typed).value["a"] == "2026-11-27T15:30:00Z"
    assert form.bind({**typed, "zone/a": "Asia/Kathmandu"}).value["a"] == "2026-11-27T15:30:00+05:45"


def test_a_difference_shows_the_exact_texts_and_what_they_are_to_the_reader():
    with reader.read_by(reader.zone_called("Europe/Berlin"), "en"):
        [change] = payload.comparison({"a": WRITTEN}, {"a": "2026-11-27T15:00:00+02:00"})

    assert (change.before.text, change.before.gloss) == (WRITTEN, "27 Nov 2026, 13:00 CET")
    assert (change.after.text, change.after.gloss) == ("2026-11-27T15:00:00+02:00", "27 Nov 2026, 14:00 CET")
