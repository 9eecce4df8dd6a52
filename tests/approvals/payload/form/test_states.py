"""Left out, null, empty and false are four values, and stay different."""

from __future__ import annotations

import pytest

from tests.approvals.payload.browser import form_for, posted, rendered

SCHEMA = {
    "type": "object",
    "properties": {
        "note": {"type": "string", "default": "none"},
        "limit": {"type": ["integer", "null"]},
        "urgent": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "address": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "zip": {"type": "string"}},
            "required": ["city"],
        },
    },
    "required": ["limit"],
}
LEFT_OUT = {"limit": None}


@pytest.mark.parametrize(
    "value", [LEFT_OUT, {"note": "", "limit": 0, "urgent": False, "tags": [], "address": {"city": ""}}]
)
def test_an_untouched_form_tells_them_apart(value):
    form = form_for(value, SCHEMA)

    bound = form.bind(posted(form))

    assert (bound.value, bound.is_touched, bound.errors) == (value, False, [])


MOVES = {
    "typed text makes it there": ({"payload/note": ["hi"]}, {"note": "hi"}),
    "there and empty": ({"state/note": ["value"]}, {"note": ""}),
    "a typed number is no longer null": ({"payload/limit": ["3"]}, {"limit": 3}),
    "false is chosen": ({"payload/urgent": ["false"]}, {"urgent": False}),
    "an empty list": ({"state/tags": ["value"]}, {"tags": []}),
    "a member makes the object": ({"payload/address/city": ["Bern"]}, {"address": {"city": "Bern"}}),
}


@pytest.mark.parametrize(("pairs", "expected"), MOVES.values(), ids=MOVES.keys())
def test_what_was_left_out_comes_in(pairs, expected):
    form = form_for(LEFT_OUT, SCHEMA)

    bound = form.bind({**posted(form), **pairs})

    assert bound.errors == []
    assert bound.value == {**LEFT_OUT, **expected}


@pytest.mark.parametrize("key", ["note", "urgent", "tags", "address"])
def test_an_optional_field_can_be_left_out(key):
    value = {"note": "x", "limit": 1, "urgent": True, "tags": ["a"], "address": {"city": "Bern"}}
    form = form_for(value, SCHEMA)

    bound = form.bind({**posted(form), f"state/{key}": ["absent"]})

    assert bound.value == {name: member for name, member in value.items() if name != key}


def test_a_nullable_field_can_be_null():
    form = form_for({"limit": 3}, SCHEMA)

    bound = form.bind({**posted(form), "state/limit": ["null"]})

    assert bound.value == {"limit": None}


def test_a_required_field_cannot_be_left_out():
    form = form_for({"limit": 3}, SCHEMA)

    bound = form.bind({**posted(form), "state/limit": ["absent"]})

    assert not bound.is_valid
    assert bound.form.root.members["limit"].errors == ["Choose one of the options offered."]


def test_present_without_a_value_is_asked_for():
    form = form_for(LEFT_OUT, SCHEMA)

    bound = form.bind({**posted(form), "state/urgent": ["value"]})

    assert bound.form.root.members["urgent"].errors == ["Choose one of the options, or choose “Left out”."]


def test_the_required_member_of_a_new_object_is_asked_for():
    form = form_for(LEFT_OUT, SCHEMA)

    bound = form.bind({**posted(form), "payload/address/zip": ["3000"]})

    assert [(error.pointer, error.code) for error in bound.errors] == [("/address/city", "required")]


def test_a_default_is_a_hint_and_never_added():
    form = form_for({**LEFT_OUT, "tags": ["a"]}, SCHEMA)

    bound = form.bind(posted(form, tags__0="b"))

    assert "When left out: none" in rendered(form)
    assert "note" not in bound.value


def test_the_keys_keep_their_order_and_new_ones_come_last():
    form = form_for({"z": "1", "limit": 1, "b": "2"}, SCHEMA)

    bound = form.bind(posted(form, note="new", b="3"))

    assert bound.text == '{"z":"1","limit":1,"b":"3","note":"new"}'


@pytest.mark.parametrize("rows", [["a", None], [None, ""], [None]])
def test_a_row_may_be_null(rows):
    schema = {
        "type": "object",
        "properties": {"tags": {"type": "array", "items": {"type": ["string", "null"]}}},
    }
    form = form_for({"tags": rows}, schema)
    at = rows.index(None)

    assert form.bind(posted(form)).value == {"tags": rows}
    typed = form.bind({**posted(form), f"payload/tags/{at}": ["b"]})
    assert typed.value == {"tags": [row if row is not None else "b" for row in rows]}
    nulled = form.bind({**posted(form), **{f"state/tags/{index}": ["null"] for index in range(len(rows))}})
    assert nulled.value == {"tags": [None] * len(rows)}


def test_a_row_of_fields_may_be_null():
    row = {"type": ["object", "null"], "properties": {"b": {"type": "integer"}}, "required": ["b"]}
    form = form_for(
        {"a": [{"b": 1}, None]}, {"type": "object", "properties": {"a": {"type": "array", "items": row}}}
    )

    bound = form.bind(posted(form, a__1__b="2"))

    assert bound.value == {"a": [{"b": 1}, {"b": 2}]}
