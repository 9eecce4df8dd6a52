"""A value that may take several forms has the one it has, and another is chosen and filled without losing anything."""

from __future__ import annotations

from typing import Any

import pytest

from approvals.payload import Bound
from approvals.payload.form.alternatives import alternatives, titles
from tests.approvals.payload.browser import Pairs, form_for, posted, posted_from, rendered

CARD = {
    "type": "object",
    "title": "By card",
    "properties": {
        "kind": {"const": "card"},
        "number": {"type": "string", "minLength": 1},
        "note": {"type": "string"},
    },
    "required": ["kind", "number"],
}
BANK = {
    "type": "object",
    "title": "By bank",
    "properties": {"kind": {"const": "bank"}, "iban": {"type": "string"}, "note": {"type": "string"}},
    "required": ["kind", "iban"],
}
SCHEMA = {
    "type": "object",
    "properties": {
        "pay": {"oneOf": [CARD, BANK]},
        "size": {"type": ["integer", "string", "null"]},
        "to": {
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}, {"type": "null"}]
        },
    },
    "required": ["pay"],
}
VALUE = {"pay": {"kind": "card", "number": "4111", "note": "now"}}


def shown_again(bound: Bound) -> Pairs:
    return posted_from(rendered(bound.form))


def choice(bound_or_form: Any, key: str) -> Any:
    return bound_or_form.root.members[key]


@pytest.mark.parametrize(
    ("value", "titles"),
    [
        (VALUE, ("By card", "Whole number", "Text")),
        ({"pay": {"kind": "bank", "iban": "DE1"}, "size": "L", "to": ["a"]}, ("By bank", "Text", "List")),
        ({**VALUE, "size": None, "to": None}, ("By card", "Whole number", "Text")),
    ],
)
def test_the_form_is_the_one_that_the_value_has(value, titles):
    form = form_for(value, SCHEMA)

    bound = form.bind(posted(form))

    assert tuple(choice(form, key).title for key in ("pay", "size", "to")) == titles
    assert (bound.text, bound.is_touched, bound.errors) == (form.original_text, False, [])


def test_a_field_of_the_alternative_is_edited():
    form = form_for(VALUE, SCHEMA)

    bound = form.bind({**posted(form), "payload/pay/=0/number": ["4222"]})

    assert bound.value == {"pay": {**VALUE["pay"], "number": "4222"}}


def test_another_alternative_is_shown_before_it_can_be_posted():
    form = form_for(VALUE, SCHEMA)

    bound = form.bind({**posted(form), "choice/pay": ["1"]})

    assert bound.is_reshaped
    assert not bound.is_valid
    assert choice(bound.form, "pay").title == "By bank"
    assert "payload/pay/=1/iban" in shown_again(bound)


def test_another_alternative_is_filled_and_keeps_what_both_have():
    form = form_for(VALUE, SCHEMA)
    turned = form.bind({**posted(form), "choice/pay": ["1"]})

    filled = form.bind({**shown_again(turned), "payload/pay/=1/iban": ["DE1"]})

    assert filled.errors == []
    assert filled.value == {"pay": {"kind": "bank", "iban": "DE1", "note": "now"}}


def test_what_was_typed_is_there_again_after_going_back():
    form = form_for(VALUE, SCHEMA)
    turned = form.bind({**posted(form), "payload/pay/=0/number": ["4222"], "choice/pay": ["1"]})
    filled = form.bind({**shown_again(turned), "payload/pay/=1/iban": ["DE1"]})

    back = form.bind({**shown_again(filled), "choice/pay": ["0"]})
    forth = form.bind({**shown_again(back), "choice/pay": ["1"]})

    assert back.value == {"pay": {**VALUE["pay"], "number": "4222"}}
    assert forth.value == filled.value


def test_a_number_becomes_a_text():
    form = form_for({**VALUE, "size": 5}, SCHEMA)
    turned = form.bind({**posted(form), "choice/size": ["1"]})

    bound = form.bind({**shown_again(turned), "payload/size/=1": ["5"]})

    assert bound.value == {**VALUE, "size": "5"}


def test_an_alternative_that_is_left_out_comes_in_by_typing():
    form = form_for(VALUE, SCHEMA)

    bound = form.bind({**posted(form), "payload/size/=0": ["7"]})

    assert bound.value == {**VALUE, "size": 7}


def test_an_error_in_an_alternative_stands_beside_its_field():
    form = form_for(VALUE, SCHEMA)

    bound = form.bind({**posted(form), "payload/pay/=0/number": [""], "state/pay/=0/note": ["absent"]})

    assert bound.value == {"pay": {"kind": "card", "number": ""}}
    assert [(error.pointer, error.code) for error in bound.errors] == [("/pay/number", "min_length")]
    assert choice(bound.form, "pay").member.members["number"].errors == ["Must have at least 1 character."]


def test_an_alternative_that_is_not_offered_is_refused():
    form = form_for(VALUE, SCHEMA)

    bound = form.bind({**posted(form), "choice/pay": ["9"]})

    assert choice(bound.form, "pay").errors == ["Choose one of the forms offered."]


def test_rows_may_each_have_a_form_of_their_own():
    schema = {"type": "object", "properties": {"ways": {"type": "array", "items": {"oneOf": [CARD, BANK]}}}}
    value = {"ways": [VALUE["pay"], {"kind": "bank", "iban": "DE1"}]}
    form = form_for(value, schema)

    bound = form.bind({**posted(form), "payload/ways/1/=1/iban": ["DE2"]})

    assert bound.value == {"ways": [VALUE["pay"], {"kind": "bank", "iban": "DE2"}]}


def test_fields_that_all_alternatives_share_are_part_of_each():
    schema = {
        "type": "object",
        "properties": {"id": {"type": "string"}},
        "required": ["id"],
        "oneOf": [
            {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
            {"type": "object", "properties": {"zip": {"type": "string"}}, "required": ["zip"]},
        ],
    }
    form = form_for(
        {"where": {"id": "7", "zip": "3000"}}, {"type": "object", "properties": {"where": schema}}
    )

    assert choice(form, "where").title == "With Zip"
    assert list(choice(form, "where").member.members) == ["id", "zip"]


def of_models(name: str, field: str) -> dict[str, Any]:
    """As pydantic writes a member of a tagged union: the tag has a default, and is not required."""
    return {
        "type": "object",
        "properties": {"kind": {"const": name, "default": name}, field: {"type": "string"}},
        "required": [field],
    }


MODELS = {
    "type": "object",
    "properties": {"block": {"oneOf": [of_models("text", "text"), of_models("image", "url")]}},
}


def test_another_alternative_brings_its_tag_although_none_is_required():
    form = form_for({"block": {"kind": "text", "text": "hi"}}, MODELS)
    turned = form.bind({**posted(form), "choice/block": ["1"]})

    filled = form.bind({**shown_again(turned), "payload/block/=1/url": ["u"]})

    assert filled.errors == []
    assert filled.value == {"block": {"kind": "image", "url": "u"}}


@pytest.mark.parametrize("block", [{"kind": "text", "text": "hi"}, {"text": "hi"}])
def test_a_tag_is_drawn_only_where_it_is_missing_and_never_added_by_looking(block):
    form = form_for({"block": block}, MODELS)

    bound = form.bind(posted(form))

    assert (bound.value, bound.is_touched) == ({"block": block}, False)
    assert ('id="payload/block/=0/kind"' in rendered(form)) == ("kind" not in block)


def test_formats_of_text_are_told_apart():
    dates = {"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}

    assert titles(alternatives(dates)) == ["Date", "Date and time"]
