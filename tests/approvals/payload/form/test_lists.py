"""Rows are added and removed, and the others keep their values."""

from __future__ import annotations

import pytest

from tests.approvals.payload.browser import form_for, posted, posted_from, rendered

MOMENTS = {
    "type": "object",
    "properties": {
        "at": {"type": "array", "items": {"type": "string", "format": "date-time"}, "maxItems": 3}
    },
}


def test_a_row_is_edited_in_place():
    form = form_for({"tags": ["a", "b"]})

    bound = form.bind(posted(form, tags__1="c"))

    assert bound.value == {"tags": ["a", "c"]}


def test_a_list_that_was_not_posted_is_kept():
    form = form_for({"tags": ["a", "b"], "x": "1"})

    bound = form.bind({"payload/x": ["2"]})

    assert bound.value == {"tags": ["a", "b"], "x": "2"}


def test_an_emptied_list_is_an_empty_list():
    bound = form_for({"tags": ["a", "b"]}).bind({"rows/tags": [""]})

    assert bound.value == {"tags": []}


def test_a_row_is_removed_by_its_button_and_everything_typed_stays():
    form = form_for({"tags": ["a", "b", "c"], "x": "1"})

    bound = form.bind({**posted(form, tags__2="typed", x="typed too"), "remove": ["/tags/0"]})
    again = form.bind(posted(bound.form))

    assert bound.is_reshaped
    assert not bound.is_valid
    assert again.value == {"tags": ["b", "typed"], "x": "typed too"}


def test_a_row_is_added_by_its_button():
    form = form_for({"tags": ["a"]})

    bound = form.bind({**posted(form), "add": ["/tags"]})
    again = form.bind(posted(bound.form, tags__1="b"))

    assert bound.is_reshaped
    assert again.value == {"tags": ["a", "b"]}


def test_rows_keep_their_zone_when_one_above_is_removed():
    moments = ["2026-01-01T09:00:00+01:00", "2026-01-02T09:00:00.5+02:00", "2026-01-03T09:00:00+03:00"]
    form = form_for({"at": moments}, MOMENTS)

    bound = form.bind(posted(form.bind({**posted(form), "remove": ["/at/0"]}).form, at__2="2026-01-03T10:00"))

    assert bound.value == {"at": ["2026-01-02T09:00:00.5+02:00", "2026-01-03T10:00:00+03:00"]}


def test_an_added_row_that_was_removed_again_leaves_nothing():
    form = form_for({"tags": ["a"]})

    added = form.bind({**posted(form), "add": ["/tags"]}).form
    removed = form.bind({**posted(added), "remove": ["/tags/1"]}).form

    assert not form.bind(posted(removed)).is_touched


def test_an_empty_row_of_numbers_is_asked_for():
    form = form_for({"n": [1]})

    bound = form.bind({"rows/n": ["0 1"], "payload/n/0": ["1"], "payload/n/1": [""]})

    assert bound.form.root.members["n"].rows[1].errors == ["Enter a number, or remove the row."]


def test_a_left_out_list_appears_with_its_first_row():
    form = form_for({}, MOMENTS)

    bound = form.bind({**posted(form), "add": ["/at"]})
    again = form.bind(posted(bound.form, at__0="2026-01-01T09:00"))

    assert again.value == {"at": ["2026-01-01T09:00:00Z"]}


def test_the_bounds_of_a_list_are_said_at_the_list():
    form = form_for({"at": ["2026-01-01T09:00:00Z"] * 3}, MOMENTS)
    pairs = {**posted(form), "rows/at": ["0 1 2 3"], "payload/at/3": ["2026-01-01T09:00"]}

    bound = form.bind(pairs)

    assert not form.root.members["at"].can_add
    assert bound.form.root.members["at"].errors == ["May have at most 3 items."]


def test_a_row_the_schema_refuses_shows_why_beside_it():
    schema = {"properties": {"n": {"type": "array", "items": {"type": "integer", "minimum": 5}}}}
    form = form_for({"n": [5, 6, 7]}, schema)

    bound = form.bind({"rows/n": ["1 2"], "payload/n/1": ["6"], "payload/n/2": ["1"]})

    assert bound.form.root.members["n"].rows[2].errors == ["Must be at least 5."]


@pytest.mark.parametrize("ids", ["0 0", "x", "-1", "0  1", "999999", " ".join(map(str, range(501)))])
def test_rows_that_the_page_never_had_are_refused(ids):
    bound = form_for({"tags": ["a"]}).bind({"rows/tags": [ids]})

    assert not bound.is_valid
    assert bound.value == {"tags": ["a"]}


def test_a_row_is_moved_up_and_keeps_what_was_typed():
    form = form_for({"tags": ["a", "b", "c"]})

    moved = form.bind({**posted(form, tags__2="C"), "up": ["/tags/2"]})
    again = form.bind(posted_from(rendered(moved.form)))

    assert moved.is_reshaped
    assert again.value == {"tags": ["a", "C", "b"]}


def test_the_first_row_stays_first():
    form = form_for({"tags": ["a", "b"]})

    moved = form.bind({**posted(form), "up": ["/tags/0"]})

    assert form.bind(posted_from(rendered(moved.form))).value == {"tags": ["a", "b"]}


def test_a_row_that_is_not_there_cannot_be_moved():
    form = form_for({"tags": ["a", "b"]})

    bound = form.bind({**posted(form), "up": ["/tags/7"]})

    assert [error.code for error in bound.errors] == ["unknown_field"]


def test_a_list_of_lists_has_rows_in_its_rows():
    schema = {
        "type": "object",
        "properties": {"grid": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}},
    }
    form = form_for({"grid": [[1], [2, 3]]}, schema)

    bound = form.bind(posted(form, grid__1__0="4"))

    assert bound.value == {"grid": [[1], [4, 3]]}


def test_rows_that_the_schema_says_nothing_about_have_the_fields_they_have():
    schema = {"type": "object", "properties": {"blocks": {"type": "array", "items": {"type": "object"}}}}
    form = form_for({"blocks": [{"kind": "text", "text": "Hi"}, {"kind": "line"}]}, schema)

    bound = form.bind(posted(form, blocks__0__text="Hello"))

    assert bound.value == {"blocks": [{"kind": "text", "text": "Hello"}, {"kind": "line"}]}
