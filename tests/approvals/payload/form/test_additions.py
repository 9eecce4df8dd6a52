"""In the form, keys can be added to an object that allows any, and not to one that lists its fields."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approvals import payload
from tests.approvals.payload.browser import Pairs, form_for, posted, posted_from, rendered
from tests.approvals.payload.strategies import texts, values

OPEN = {
    "type": "object",
    "properties": {"chart": {"type": "string"}, "values": {"type": "object"}, "limits": {"type": "object"}},
    "additionalProperties": True,
}
VALUE = {"chart": "c", "limits": {"cpu": 1}}


def with_new(form: payload.PayloadForm, path: str, key: str, text: str) -> Pairs:
    """What a browser posts after a reviewer added a field and filled it."""
    added = form.bind({**posted(form), "add": [f"{path}/+"]})
    name = f"{path}/+/0"
    return {**posted_from(rendered(added.form)), f"key{name}": [key], f"payload{name}": [text]}


FREE = {
    "further keys are allowed": ("", OPEN, True),
    "an object of which nothing is said": ("/limits", OPEN, True),
    "an object that lists its fields": ("", {"type": "object", "properties": OPEN["properties"]}, False),
    "further keys are forbidden": ("", {**OPEN, "additionalProperties": False}, False),
    "no schema": ("", None, False),
    "a lock above": ("/limits", OPEN, False),
}


@pytest.mark.parametrize(("path", "schema", "is_free"), FREE.values(), ids=FREE.keys())
def test_new_fields_are_offered_where_the_schema_takes_them(path, schema, is_free, request):
    locked = ["/limits"] if "lock" in request.node.callspec.id else []

    html = rendered(form_for(VALUE, schema, locked=locked))

    assert (f'value="{path}/+"' in html) == is_free


@pytest.mark.parametrize(("path", "is_below"), [("", False), ("/limits", True)])
def test_a_field_is_added(path, is_below):
    form = form_for(VALUE, OPEN)

    bound = form.bind(with_new(form, path, "gpu/~", '{"b": 2}'))

    assert bound.errors == []
    new = {"gpu/~": {"b": 2}}
    assert bound.value == ({**VALUE, "limits": {"cpu": 1, **new}} if is_below else {**VALUE, **new})


def test_a_box_of_json_takes_new_keys():
    form = form_for({"chart": "c"}, {"type": "object", "properties": OPEN["properties"]})

    bound = form.bind({**posted(form), "payload/values": ['{"b": 2}']})

    assert "You may add keys." in rendered(form)
    assert bound.errors == []
    assert bound.value == {"chart": "c", "values": {"b": 2}}


def test_the_json_view_takes_new_keys():
    bound = form_for(VALUE, OPEN).bind_json(json.dumps({**VALUE, "new": 1, "limits": {"cpu": 1, "gpu": 2}}))

    assert bound.errors == []


def test_a_new_field_has_the_widget_of_its_type():
    schema = {
        "type": "object",
        "properties": {"a": {}},
        "additionalProperties": {"type": "integer", "maximum": 9},
    }
    form = form_for({"a": 1}, schema)

    good, bad = (form.bind(with_new(form, "", "b", text)) for text in ("7", "12"))

    assert good.value == {"a": 1, "b": 7}
    assert [(error.pointer, error.message) for error in bad.errors] == [("/b", "must be at most 9")]
    assert [fault.target for fault in bad.form.faults] == ["payload/+/0"]


KEYS = {
    "no key": ("", "1", "Enter a key"),
    "a key that is there": ("chart", "1", "exists already"),
    "a key that the schema names": ("values", "1", "exists already"),
    "no JSON": ("b", "hello", ""),
    "no value": ("b", "", ""),
}


@pytest.mark.parametrize(("key", "text", "sentence"), KEYS.values(), ids=KEYS.keys())
def test_what_cannot_be_added_stays_typed_with_the_reason(key, text, sentence):
    form = form_for(VALUE, OPEN)
    pairs = with_new(form, "", key, text)

    bound = form.bind(pairs)

    assert not bound.is_valid
    assert bound.value == VALUE
    assert sentence in bound.form.faults[0].sentence
    assert posted_from(rendered(bound.form))["key/+/0"] == [key]
    assert posted_from(rendered(bound.form))["payload/+/0"] == [text]
    assert f'id="{bound.form.faults[0].target}"' in rendered(bound.form)


def test_two_new_fields_of_one_key_are_refused():
    form = form_for(VALUE, OPEN)
    pairs = {
        "rows/+": ["0 1"],
        "key/+/0": ["b"],
        "payload/+/0": ["1"],
        "key/+/1": ["b"],
        "payload/+/1": ["2"],
    }

    bound = form.bind({**posted(form), **pairs})

    assert [fault.target for fault in bound.form.faults] == ["key/+/1"]


def test_a_new_field_left_empty_or_removed_changes_nothing():
    form = form_for(VALUE, OPEN)
    added = form.bind({**posted(form), "add": ["/+"]}).form

    empty = form.bind(posted(added))
    removed = form.bind({**posted(added), "remove": ["/+/0"]}).form

    assert (empty.text, empty.errors) == (form.original_text, [])
    assert form.bind(posted(removed)).text == form.original_text


def test_a_field_named_plus_is_no_new_field():
    value = {"+": {"0": "x"}, "chart": "c"}
    form = form_for(value, OPEN)

    bound = form.bind(with_new(form, "", "b", "1"))

    assert form.bind(posted(form)).text == form.original_text
    assert bound.value == {**value, "b": 1}


@pytest.mark.shows("an-edit-stays-in-its-form")
@pytest.mark.parametrize("name", ["key/+/0", "key/chart", "rows/values/+", "payload/+/0", "key"])
def test_a_new_field_that_the_page_did_not_have_is_refused(name):
    form = form_for({"chart": "c"}, {"type": "object", "properties": OPEN["properties"]})

    bound = form.bind({**posted(form), name: ["x"]})

    assert not bound.is_touched
    assert name == "key" or [error.code for error in bound.errors] == ["unknown_field"]


def plain(text: str) -> str:
    """The text as an input keeps it."""
    return text.replace("\r", "").replace("\n", "")


@settings(deadline=None, max_examples=80)
@given(st.dictionaries(texts, values, max_size=3), texts.map(plain).filter(bool), values)
def test_whatever_is_added_comes_in_and_nothing_else_changes(value: dict[str, Any], key: str, new: Any):
    form = form_for(value, {"type": "object", "additionalProperties": True})
    if form.is_json or not value or key in value:
        return

    pairs = with_new(form, "", key, json.dumps(new))
    bound = form.bind(pairs)
    again = form.bind(posted_from(rendered(bound.form)))

    assert bound.errors == []
    assert payload.same(bound.value, {**value, key: new})
    assert again.text == bound.text
