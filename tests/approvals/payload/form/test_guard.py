"""An edit changes what the form offered, and nothing else."""

from __future__ import annotations

import pytest

from approvals import payload
from approvals.exceptions import InvalidInput
from approvals.payload.form.guard import edit_errors
from approvals.payload.pointers import ABSENT
from tests.approvals.payload.browser import form_for, posted, rendered

VALUE = {
    "to": "eng@acme.example",
    "body": "Hello",
    "amount": {"value": 100, "currency": "EUR"},
    "items": [{"sku": "a", "price": 1}, {"sku": "b", "price": 2}],
    "tags": ["x", "y"],
}
SCHEMA = {"type": "object", "properties": {"to": {"type": "string"}, "body": {"type": "string"}}}
LOCKED = ["/to", "/amount/value", "/items/0/price", "/tags/0"]


@pytest.mark.shows("an-edit-stays-in-its-form")
@pytest.mark.parametrize(
    "name",
    [
        "payload", "payload/", "payload/risk", "payload/actionType", "payload/assignees", "payload/body/0", "payload/amount",
        "payload/items/0/discount", "payload/items/2/sku", "payload/items", "payload/items/0", "state/items/0", "payload/__class__", "payload/tags/2", "payload/tags", "payload/tags/-1", "payload/body ",
        "payload//body", "payload/Body", "payload/%62ody", "state/body", "state/to", "state/", "rows/body", "rows/",
        "state/amount", "payload/amount/currency/x",
    ],
)  # fmt: skip
def test_every_extra_key_is_refused(name):
    form = form_for(VALUE)

    bound = form.bind({**posted(form), name: ["x"]})

    assert [error.code for error in bound.errors] == ["unknown_field"]
    assert bound.value == VALUE
    assert bound.form.errors


@pytest.mark.shows("an-edit-stays-in-its-form")
@pytest.mark.parametrize(
    "name", ["payload/to", "state/to", "payload/amount/value", "payload/tags/0", "rows/tags"]
)
def test_a_locked_field_cannot_be_posted(name):
    bound = form_for(VALUE, SCHEMA, locked=LOCKED).bind({name: ["1"]})

    assert [error.code for error in bound.errors] == ["unknown_field"]
    assert bound.value == VALUE


@pytest.mark.shows("an-edit-stays-in-its-form")
@pytest.mark.parametrize(
    ("button", "path"),
    [
        ("add", "/body"),
        ("add", "/items/0"),
        ("add", "/items/0/sku"),
        ("remove", "/items/2"),
        ("remove", "/tags/9"),
        ("remove", ""),
    ],
)
def test_a_button_that_the_form_did_not_show_is_refused(button, path):
    bound = form_for(VALUE).bind({button: [path]})

    assert [error.code for error in bound.errors] == ["unknown_field"]
    assert not bound.is_reshaped


@pytest.mark.shows("an-edit-stays-in-its-form")
def test_a_field_sent_twice_is_refused():
    bound = form_for(VALUE).bind({"payload/body": ["one", "two"]})

    assert [error.code for error in bound.errors] == ["repeated_field"]
    assert bound.value == VALUE


@pytest.mark.shows("an-edit-stays-in-its-form")
def test_a_key_that_the_schema_forbids_cannot_come_in_as_json():
    form = form_for({"body": "x"}, {**SCHEMA, "additionalProperties": False})

    bound = form.bind_json('{"body": "x", "risk": "low"}')

    assert [(error.pointer, error.code) for error in bound.errors] == [("/risk", "unknown_field")]


@pytest.mark.shows("an-edit-stays-in-its-form")
@pytest.mark.parametrize(
    ("schema", "edited", "unknown"),
    [
        (None, {**VALUE, "bcc": "x"}, ["/bcc"]),
        (SCHEMA, {**VALUE, "bcc": "x"}, ["/bcc"]),
        (None, {**VALUE, "amount": {**VALUE["amount"], "fee": 1}}, ["/amount/fee"]),
        (None, {**VALUE, "items": [{"sku": "c", "price": 3}]}, []),
        (None, {**VALUE, "items": [{"sku": "c", "cost": 3}]}, ["/items/0/cost"]),
        ({"properties": {"cc": {"type": "string"}}}, {**VALUE, "cc": "x"}, []),
        ({"additionalProperties": True}, {**VALUE, "bcc": "x"}, []),
        ({"patternProperties": {"^x-": {}}}, {**VALUE, "x-note": "x"}, []),
    ],
)
def test_a_key_that_nobody_knows_cannot_come_in_any_way(schema, edited, unknown):
    errors = edit_errors(VALUE, edited, schema, [])

    assert [error.pointer for error in errors if error.code == "unknown_field"] == unknown


FREE = {
    "an object without fields": ({"type": "object"}, True),
    "anything": ({}, True),
    "true": (True, True),
    "additionalProperties": ({"properties": {"a": {}}, "additionalProperties": {}}, True),
    "of one kind": ({"type": "object", "additionalProperties": {"type": "integer"}}, True),
    "by one branch": ({"anyOf": [{"type": "null"}, {"type": "object", "additionalProperties": True}]}, True),
    "a branch without fields": ({"anyOf": [{"type": "object"}, {"type": "null"}]}, True),
    "by a reference": ({"$ref": "#/$defs/free"}, True),
    "listed fields": ({"properties": {"a": {}}}, False),
    "listed by one branch": ({"type": "object", "allOf": [{"properties": {"a": {}}}, {"required": ["a"]}]}, False),
    "patterns": ({"patternProperties": {"^x": {}}}, False),
    "closed in so many words": ({"properties": {"a": {}}, "additionalProperties": False}, False),
    "fields that must not be": ({"type": "object", "not": {"properties": {"a": {"const": 5}}, "required": ["a"]}}, True),
}  # fmt: skip


@pytest.mark.parametrize(("inner", "is_free"), FREE.values(), ids=FREE.keys())
def test_a_free_form_object_takes_new_keys_and_no_other_does(inner, is_free):
    schema = {"type": "object", "properties": {"values": inner}, "$defs": {"free": {"type": "object"}}}

    errors = edit_errors({"values": {"a": 1}}, {"values": {"a": 1, "b": 2}}, schema, [])

    assert [error.pointer for error in errors] == ([] if is_free else ["/values/b"])


@pytest.mark.parametrize("values", [ABSENT, {}, {"a": {}}])
def test_a_free_form_object_that_was_left_out_or_empty_takes_keys_at_any_depth(values):
    schema = {"type": "object", "properties": {"chart": {"type": "string"}, "values": {"type": "object"}}}
    original = {"chart": "c"} | ({} if values is ABSENT else {"values": values})

    payload.assert_edit_allowed(original, {"chart": "c", "values": {"a": {"b": [{"c": 1}]}}}, schema)


def test_a_key_beside_a_free_form_object_stays_unknown():
    schema = {"type": "object", "properties": {"values": {"type": "object"}}}

    errors = edit_errors({"values": {}}, {"values": {"b": 2}, "risk": "low"}, schema, [])

    assert [error.pointer for error in errors] == ["/risk"]


def test_an_empty_object_without_a_schema_stays_empty():
    assert [error.pointer for error in edit_errors({"a": {}}, {"a": {"b": 1}}, None, [])] == ["/a/b"]


def test_new_keys_of_a_free_form_object_come_in_by_its_box_and_by_the_json_view():
    schema = {"type": "object", "properties": {"chart": {"type": "string"}, "values": {"type": "object"}}}
    form = form_for({"chart": "c"}, schema)

    bound = form.bind_json('{"chart": "c", "values": {"b": 2}}')

    assert bound.is_valid
    assert bound.value == {"chart": "c", "values": {"b": 2}}


def test_names_outside_the_forms_own_are_none_of_its_business():
    form = form_for(VALUE)

    bound = form.bind(
        {**posted(form), "csrfmiddlewaretoken": ["t"], "version": ["1"], "comment": ["payload"]}
    )

    assert bound.is_valid


def test_a_locked_field_is_text_without_an_input():
    form = form_for(VALUE, SCHEMA, locked=LOCKED)

    html = rendered(form)

    assert "field--locked" in html
    assert "eng@acme.example" in html
    assert not {"payload/to", "payload/amount/value"} & posted(form).keys()


def test_a_lock_covers_what_is_below_it():
    form = form_for(VALUE, locked=["/amount"])

    assert not [name for name in posted(form) if "amount" in name]


def test_a_lock_on_everything_leaves_no_input():
    form = form_for(VALUE, locked=[""])

    assert posted(form) == {}
    assert form.bind({}).text == form.original_text


BROKEN = {
    "changed": lambda value: value | {"to": "evil@example.com"},
    "left out": lambda value: {key: member for key, member in value.items() if key != "to"},
    "its parent left out": lambda value: {key: member for key, member in value.items() if key != "amount"},
    "its parent replaced": lambda value: value | {"amount": [100]},
    "another type": lambda value: value | {"amount": {"value": "100", "currency": "EUR"}},
    "rows moved": lambda value: value | {"items": value["items"][::-1]},
    "a row removed above": lambda value: value | {"tags": ["y"]},
}


@pytest.mark.parametrize("breaks", BROKEN.values(), ids=BROKEN.keys())
def test_a_lock_holds_in_the_json_view_and_in_the_last_look(breaks):
    form, edited = form_for(VALUE, locked=LOCKED), breaks(VALUE)

    bound = form.bind_json(payload.canonical(edited).decode())

    assert {error.code for error in bound.errors} == {"locked"}
    with pytest.raises(InvalidInput, match="is locked and cannot be changed"):
        payload.assert_edit_allowed(VALUE, edited, None, LOCKED)


def test_a_lock_holds_inside_a_json_subtree():
    form = form_for(VALUE, locked=LOCKED)

    bound = form.bind({"payload/items": ['[{"sku": "a", "price": 99}]']})

    assert [error.pointer for error in bound.errors] == ["/items/0/price"]
    assert bound.form.root.members["items"].errors == ["/0/price: Is locked and cannot be changed."]


def test_what_is_beside_a_lock_can_be_edited():
    form = form_for(VALUE, locked=LOCKED)
    pairs = {"payload/items": ['[{"sku": "z", "price": 1.0}]'], "payload/amount/currency": ["CHF"]}

    bound = form.bind(pairs)

    assert bound.is_valid
    assert bound.value["items"] == [{"sku": "z", "price": 1}]


def test_a_lock_on_what_is_not_there_keeps_it_out():
    with pytest.raises(InvalidInput):
        payload.assert_edit_allowed({}, {"cc": "a"}, None, ["/cc"])


def test_one_and_true_are_not_the_same_to_a_lock():
    with pytest.raises(InvalidInput):
        payload.assert_edit_allowed({"n": 1}, {"n": True}, None, ["/n"])


@pytest.mark.parametrize("edited", [[], "text", 1, None, True])
def test_a_payload_is_an_object(edited):
    with pytest.raises(InvalidInput, match="must be a JSON object"):
        payload.assert_edit_allowed({}, edited, None, [])


def test_the_last_look_asks_the_schema_too():
    with pytest.raises(InvalidInput, match="/body must be text"):
        payload.assert_edit_allowed(VALUE, {**VALUE, "body": 1}, SCHEMA, [])


@pytest.mark.parametrize("lock", ["to", "#/to", "/a~2", "/a~"])
def test_a_lock_that_is_no_pointer_is_refused(lock):
    with pytest.raises(InvalidInput):
        payload.check_locked(["/ok", lock])


def test_the_lock_is_on_the_original_not_on_the_working_copy():
    form = form_for({"a": 1, "b": 1}, locked=["/a"], current_text='{"a": 2, "b": 2}')

    assert [error.code for error in form.bind(posted(form)).errors] == ["locked"]
