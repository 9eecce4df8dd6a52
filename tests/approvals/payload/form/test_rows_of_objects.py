"""A list of objects is edited by rows of fields."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from approvals import payload
from approvals.payload.bounds import MAX_NAMES
from tests.approvals.payload.browser import form_for, posted, rendered
from tests.approvals.payload.strategies import texts, values

SCHEMA = {
    "type": "object",
    "properties": {
        "attendees": {
            "type": "array",
            "maxItems": 3,
            "items": {
                "type": "object",
                "properties": {
                    "email": {"type": "string"},
                    "optional": {"type": "boolean"},
                    "tags": {"type": "array", "items": {"type": "string"}},
                },
                "required": ["email"],
            },
        }
    },
}
ADA, BOB = {"email": "ada@acme.example", "optional": True}, {"email": "bob@acme.example", "tags": ["x"]}


def lines(*rows: dict[str, Any]) -> payload.PayloadForm:
    return form_for({"attendees": list(rows)}, SCHEMA)


def test_a_row_is_a_fieldset_with_its_fields():
    html = rendered(lines(ADA))

    assert 'name="payload/attendees/0/email"' in html
    assert 'aria-label="Remove row 1 of Attendees"' in html
    assert 'aria-label="Add to Attendees"' in html


def test_a_field_of_one_row_is_edited():
    form = lines(ADA, BOB)

    bound = form.bind(posted(form, attendees__1__email="eve@acme.example"))

    assert bound.value == {"attendees": [ADA, {**BOB, "email": "eve@acme.example"}]}


def test_a_row_is_added_and_filled():
    form = lines(ADA)

    added = form.bind({**posted(form), "add": ["/attendees"]})
    filled = form.bind(posted(added.form, attendees__1__email="eve@acme.example"))

    assert added.is_reshaped
    assert filled.errors == []
    assert filled.value == {"attendees": [ADA, {"email": "eve@acme.example"}]}


def test_an_added_row_asks_for_what_is_required():
    form = lines(ADA)

    bound = form.bind(posted(form.bind({**posted(form), "add": ["/attendees"]}).form))

    assert [(error.pointer, error.code) for error in bound.errors] == [("/attendees/1/email", "required")]
    assert [fault.target for fault in bound.form.faults] == ["payload/attendees/1/email"]


def test_a_row_is_removed_and_what_was_typed_below_stays():
    form = lines(ADA, BOB)
    pairs = {**posted(form, attendees__1__email="eve@acme.example"), "remove": ["/attendees/0"]}

    removed = form.bind(pairs)
    again = form.bind(posted(removed.form))

    assert removed.is_reshaped
    assert again.value == {"attendees": [{**BOB, "email": "eve@acme.example"}]}


def test_lists_inside_rows_have_rows_of_their_own():
    form = lines(ADA, BOB)

    added = form.bind({**posted(form), "add": ["/attendees/1/tags"]})
    filled = form.bind(posted(added.form, attendees__1__tags__1="y"))

    assert filled.value == {"attendees": [ADA, {**BOB, "tags": ["x", "y"]}]}


def test_a_list_inside_an_added_row_gets_rows():
    form = lines(ADA)

    row = form.bind({**posted(form), "add": ["/attendees"]}).form
    tag = form.bind({**posted(row, attendees__1__email="e"), "add": ["/attendees/1/tags"]}).form
    bound = form.bind(posted(tag, attendees__1__tags__0="new"))

    assert bound.value == {"attendees": [ADA, {"email": "e", "tags": ["new"]}]}


def test_an_added_row_that_was_removed_again_leaves_nothing():
    form = lines(ADA)

    added = form.bind({**posted(form), "add": ["/attendees"]}).form
    removed = form.bind({**posted(added), "remove": ["/attendees/1"]}).form

    assert form.bind(posted(removed)).text == form.original_text


def test_faults_follow_a_row_that_moved_up():
    schema = {"properties": {"l": {"items": {"properties": {"n": {"type": "integer", "minimum": 5}}}}}}
    form = form_for({"l": [{"n": 5}, {"n": 6}]}, schema)

    bound = form.bind({"rows/l": ["1"], "payload/l/1/n": ["1"]})

    assert [(error.pointer, error.message) for error in bound.errors] == [("/l/0/n", "must be at least 5")]
    assert [fault.target for fault in bound.form.faults] == ["payload/l/1/n"]


def test_no_more_rows_are_offered_than_the_schema_takes():
    full = lines(ADA, BOB, ADA)

    assert 'aria-label="Add to Attendees"' not in rendered(full)
    assert full.bind({**posted(full), "add": ["/attendees"]}).errors[0].code == "too_many_rows"


def test_no_more_rows_are_added_than_a_browser_may_post():
    properties = {f"p{n}": {"type": "string"} for n in range(MAX_NAMES // 6)}
    form = form_for({}, {"properties": {"l": {"items": {"properties": properties}}}})

    for _ in range(2):
        bound = form.bind({**posted(form), "add": ["/l"]})
        form = bound.form
    refused = form.bind({**posted(form), "add": ["/l"]})

    assert [error.code for error in refused.errors] == ["too_many_rows"]
    assert len(posted(refused.form)) <= MAX_NAMES


def test_rows_that_no_page_had_room_for_are_refused():
    properties = {f"p{n}": {"type": "string"} for n in range(100)}
    form = form_for({}, {"properties": {"l": {"items": {"properties": properties}}}})
    ids = range(400)

    bound = form.bind({"rows/l": [" ".join(map(str, ids))], **{f"payload/l/{n}/p0": ["x"] for n in ids}})

    assert not bound.is_valid
    assert sum(1 for _ in bound.form.root.walk()) < 2 * MAX_NAMES


def test_a_lock_inside_a_list_keeps_the_list_as_json():
    form = form_for({"attendees": [ADA]}, SCHEMA, locked=["/attendees/0/email"])

    bound = form.bind({"payload/attendees": [json.dumps([{**ADA, "email": "eve@acme.example"}])]})

    assert [(error.pointer, error.code) for error in bound.errors] == [("/attendees/0/email", "locked")]


def test_rows_without_a_schema_have_the_fields_that_the_agents_rows_have():
    form = form_for({"lines": [{"sku": "a", "qty": 1}, {"sku": "b", "note": None}]})

    added = form.bind({**posted(form), "add": ["/lines"]})
    bound = form.bind(posted(added.form, lines__2__sku="c", lines__2__qty="3", lines__1__qty="2"))

    assert bound.errors == []
    assert bound.value == {
        "lines": [{"sku": "a", "qty": 1}, {"sku": "b", "note": None, "qty": 2}, {"sku": "c", "qty": 3}]
    }


ROWS = st.lists(st.dictionaries(st.sampled_from(["a", "b", "/", ""]), values, max_size=3), max_size=4)
COLUMNS = st.sampled_from(
    [{}, {"type": "string"}, {"type": "integer"}, {"type": ["string", "null"]}, {"items": {"type": "string"}},
     {"items": {"properties": {"a": {"type": "number"}}}}, {"oneOf": [{"const": "a"}, {"const": 1}]}]
)  # fmt: skip


@settings(deadline=None, max_examples=120)
@given(ROWS, st.dictionaries(st.sampled_from("abc"), COLUMNS), st.booleans(), texts)
def test_untouched_rows_keep_their_bytes_and_an_edit_changes_nothing_else(rows, columns, has_schema, text):
    value = {"rows": rows, "x": "before"}
    schema = {
        "properties": {"rows": {"type": "array", "items": {"type": "object", "properties": columns}}, "x": {}}
    }
    form = form_for(value, schema if has_schema else None)

    untouched = form.bind(posted(form))
    edited = form.bind({**posted(form), "payload/x": [f"a{text}".replace("\r", "")]})

    assert (untouched.text, untouched.is_touched) == (form.original_text, False)
    assert payload.same(edited.value["rows"], rows)


@settings(deadline=None, max_examples=60)
@given(ROWS.filter(bool), st.data())
def test_a_removed_row_is_the_one_whose_button_was_pressed(rows, data):
    gone = data.draw(st.integers(0, len(rows) - 1))
    form = form_for({"rows": rows})

    bound = form.bind({**posted(form), "remove": [f"/rows/{gone}"]})
    again = form.bind(posted(bound.form))

    if bound.is_reshaped:
        assert payload.same(again.value, {"rows": rows[:gone] + rows[gone + 1 :]})
