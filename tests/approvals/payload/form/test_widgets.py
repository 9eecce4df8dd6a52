"""What each kind of field shows, posts and means."""

from __future__ import annotations

from typing import Any

import pytest

from approvals import payload
from tests.approvals.payload.browser import form_for, posted, rendered


def of(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {"a": schema}, "required": ["a"]}


SIZES = {"oneOf": [{"const": "s", "title": "Small"}, {"const": "m", "title": "Medium"}]}
KINDS = {
    "short text": ({"type": "string"}, "hello", "text"),
    "long text": (None, "x" * 81, "textarea"),
    "two lines": ({"type": "string"}, "a\nb", "textarea"),
    "a lone carriage return": ({"type": "string"}, "a\rb", "textarea"),
    "declared text area": ({"type": "string", "format": "textarea"}, "a", "textarea"),
    "integer": ({"type": "integer"}, 5, "integer"),
    "number": ({"type": "number"}, 5, "number"),
    "either number": ({"type": ["integer", "number"]}, 5, "number"),
    "boolean": ({"type": "boolean"}, False, "boolean"),
    "enum": ({"enum": ["EUR", "USD"]}, "EUR", "enum"),
    "constants with titles": (SIZES, "s", "enum"),
    "constants beside a type": ({"type": "string", **SIZES}, "m", "enum"),
    "constants or null": ({"anyOf": [*SIZES["oneOf"], {"type": "null"}]}, "m", "enum"),
    "constants and enums": ({"anyOf": [{"enum": ["a", "b"], "type": "string"}, {"const": 3}]}, 3, "enum"),
    "const": ({"const": 3}, 3, "enum"),
    "date": ({"type": "string", "format": "date"}, "2026-04-12", "date"),
    "date and time": ({"type": "string", "format": "date-time"}, "2026-04-12T09:00:00Z", "datetime"),
    "a leap second": ({"type": "string", "format": "date-time"}, "2026-06-30T23:59:60Z", "text"),
    "email": ({"type": "string", "format": "email"}, "a@example.com", "email"),
    "uri": ({"type": "string", "format": "uri"}, "https://example.com", "uri"),
    "nullable": ({"type": ["string", "null"]}, "a", "text"),
    "optional as pydantic writes it": ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, 1, "integer"),
    "a sole allOf": ({"allOf": [{"type": "integer"}], "title": "A"}, 1, "integer"),
    "inferred number": (None, 1.5, "number"),
    "inferred boolean": (None, True, "boolean"),
}


@pytest.mark.parametrize(("schema", "value", "kind"), KINDS.values(), ids=KINDS.keys())
def test_a_value_gets_its_widget(schema, value, kind):
    form = form_for({"a": value}, of(schema) if schema else None)

    assert form.root.members["a"].kind == kind


AS_JSON = {
    "a list of lists": (None, [[1], [2]]),
    "a list of objects and others": (None, [{"b": 1}, 2]),
    "a row that does not fit": (
        {"type": "array", "items": {"type": "object", "properties": {"b": {}}}},
        [{"b": 1}, 2],
    ),
    "a list of mixed types": (None, [1, "a"]),
    "an empty list": (None, []),
    "an empty object": (None, {}),
    "null": (None, None),
    "a tuple": ({"type": "array", "prefixItems": [{"type": "string"}]}, ["a"]),
    "a value that is no choice": (SIZES, "xl"),
    "one constant twice": ({"oneOf": [{"const": "s"}, {"const": "s"}]}, "s"),
    "a choice of objects": ({"enum": [{"x": 1}]}, {"x": 1}),
}


@pytest.mark.parametrize(("schema", "value"), AS_JSON.values(), ids=AS_JSON.keys())
def test_what_no_widget_carries_whole_is_json(schema, value):
    form = form_for({"a": value, "other": "x"}, of(schema) if schema else None)

    bound = form.bind(posted(form, other="y"))

    assert type(form.root.members["a"]).__name__ == "JsonLeaf"
    assert bound.value == {"a": value, "other": "y"}


MEANS = {
    "text": ({"type": "string"}, "a", " b ", " b "),
    "text emptied": ({"type": "string"}, "a", "", ""),
    "text stripped on purpose": ({"type": "string"}, " a ", "a", "a"),
    "integer": ({"type": "integer"}, 5, "6.0", 6),
    "the same integer": ({"type": "integer"}, 5, " 5.0 ", 5),
    "number": ({"type": "number"}, 5, "0.1", 0.1),
    "boolean": ({"type": "boolean"}, True, "false", False),
    "enum of numbers": ({"enum": [1, 2]}, 1, "2", 2),
    "enum of look-alikes": ({"enum": ["1", 1]}, "1", "1", 1),
    "enum with an empty text": ({"enum": ["", "a"]}, "a", '""', ""),
    "date": ({"type": "string", "format": "date"}, "2026-04-12", "2026-04-13", "2026-04-13"),
    "email": ({"type": "string", "format": "email"}, "a@example.com", " b@example.com ", "b@example.com"),
    "zone kept": ({"format": "date-time"}, "2026-04-12T09:00:00+02:00", "2026-04-12T10:30", "2026-04-12T10:30:00+02:00"),
    "seconds typed": ({"format": "date-time"}, "2026-04-12T09:00:00Z", "2026-04-12T09:00:07", "2026-04-12T09:00:07Z"),
    "microseconds kept": ({"format": "date-time"}, "2026-04-12T09:00:07.123456Z", "2026-04-13T09:00:07.123", "2026-04-13T09:00:07.123456Z"),
    "microseconds that are not shown kept": ({"format": "date-time"}, "2026-04-12T09:00:00.000456+01:00", "2026-04-12T10:00", "2026-04-12T10:00:00.000456+01:00"),
    "a short fraction kept": ({"format": "date-time"}, "2026-04-12T09:00:07.5Z", "2026-04-12T09:01:07.5", "2026-04-12T09:01:07.5Z"),
    "milliseconds typed": ({"format": "date-time"}, "2026-04-12T09:00:07.123456Z", "2026-04-12T09:00:07.200", "2026-04-12T09:00:07.200Z"),
    "a zone spelled small kept": ({"format": "date-time"}, "2026-04-12t09:00:07z", "2026-04-12T10:00:07", "2026-04-12T10:00:07z"),
    "seconds set to zero": ({"format": "date-time"}, "2026-04-12T09:00:30Z", "2026-04-12T09:00", "2026-04-12T09:00:00Z"),
}  # fmt: skip


@pytest.mark.parametrize(("schema", "value", "typed", "meant"), MEANS.values(), ids=MEANS.keys())
def test_what_is_typed_is_what_is_meant(schema, value, typed, meant):
    bound = form_for({"a": value}, of(schema)).bind({"payload/a": [typed]})

    assert bound.errors == []
    assert bound.value == {"a": meant}
    assert type(bound.value["a"]) is type(meant)


@pytest.mark.parametrize(
    "value",
    [
        "2026-04-12T09:00:00Z",
        "2026-04-12t09:00:00z",
        "2026-04-12 09:00:00.123456789+05:30",
        "2026-04-12T09:00:59-00:00",
    ],
)
def test_a_date_and_time_nobody_touched_keeps_what_the_widget_cannot_carry(value):
    form = form_for({"a": value, "b": "x"}, of({"type": "string", "format": "date-time"}))

    bound = form.bind(posted(form, b="y"))

    assert bound.value == {"a": value, "b": "y"}


UNREADABLE = {
    "letters": ({"type": "number"}, 5, "five", "Write a number"),
    "a comma": ({"type": "number"}, 5, "1,5", "Write a number"),
    "nothing": ({"type": "integer"}, 5, "", "Enter a number."),
    "a fraction": ({"type": "integer"}, 5, "5.5", "Enter a whole number"),
    "too many digits": ({"type": "number"}, 5, "0.12345678901234567890", "A double does not carry"),
    "too large": ({"type": "integer"}, 5, "9007199254740993", "is beyond"),
    "no choice": ({"enum": ["a", "b"]}, "a", "c", "Choose one"),
    "no boolean": ({"type": "boolean"}, True, "maybe", "Choose one"),
    "no date": ({"type": "string", "format": "date"}, "2026-04-12", "2026-02-30", "Enter a date"),
    "no time": (
        {"type": "string", "format": "date-time"},
        "2026-04-12T09:00:00Z",
        "",
        "Enter a date and a time",
    ),
    "U+0000": ({"type": "string"}, "a", "a\0b", "Remove the character"),
}


@pytest.mark.parametrize(("schema", "value", "typed", "sentence"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_cannot_be_read_stays_typed_with_the_reason_beside_it(schema, value, typed, sentence):
    bound = form_for({"a": value}, of(schema)).bind({"payload/a": [typed]})
    leaf = bound.form.root.members["a"]

    assert not bound.is_valid
    assert leaf.text == typed
    assert sentence in leaf.errors[0]
    assert bound.value == {"a": value}
    assert 'aria-invalid="true"' in rendered(bound.form)


def test_the_schemas_own_complaint_stands_beside_the_field():
    bound = form_for({"a": 7}, of({"type": "integer", "minimum": 5})).bind({"payload/a": ["3"]})

    assert bound.form.root.members["a"].errors == ["Must be at least 5."]
    assert bound.errors[0].pointer == "/a"


def test_a_complaint_inside_a_json_subtree_says_where():
    schema = of({"type": "array", "prefixItems": [{"type": "object", "required": ["b"]}]})

    bound = form_for({"a": [{"b": 1}]}, schema).bind({"payload/a": ["[{}]"]})

    assert bound.form.root.members["a"].errors == ["/0/b: Is required."]


def test_a_complaint_about_no_field_stands_at_the_form():
    schema = {"type": "object", "minProperties": 2}

    bound = form_for({"a": "x"}, schema).bind({"payload/a": ["y"]})

    assert bound.form.errors == ["Must have at least 2 fields."]


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_an_edited_paragraph_leaves_the_other_line_endings_alone(ending):
    form = form_for({"a": ending.join(["one", "two", "three", ""])})

    bound = form.bind(posted(form, a="one\ntwo and a half\nthree\n"))

    assert bound.value == {"a": ending.join(["one", "two and a half", "three", ""])}


def test_mixed_line_endings_stay_on_the_lines_that_stayed():
    form = form_for({"a": "one\r\ntwo\nthree\r\nfour"})

    bound = form.bind(posted(form, a="zero\none\ntwo\nthree\nfive"))

    assert bound.value == {"a": "zero\r\none\r\ntwo\nthree\r\nfive"}


def test_titles_descriptions_and_bounds_are_shown():
    schema = of(
        {"type": "string", "title": "Subject", "description": "One line", "minLength": 2, "maxLength": 9}
    )

    html = rendered(form_for({"a": "hello"}, schema))

    assert "Subject" in html
    assert "One line" in html
    assert "2 to 9 characters." in html
    assert 'aria-describedby="hint/a"' in html


@pytest.mark.parametrize(
    ("value", "hint"),
    [("2026-04-12T09:00:07.123456Z", True), ("2026-04-12t09:00:07Z", True), ("2026-04-12T09:00:07Z", False)],
)
def test_a_date_and_time_that_the_widget_cannot_show_whole_stands_beside_it(value, hint):
    html = rendered(form_for({"a": value}, of({"type": "string", "format": "date-time"})))

    assert (f"Exactly: {value}" in html) == hint


NOTHING_SAID = {
    "the safe integers": {"type": "integer", "minimum": -(2**53) + 1, "maximum": 2**53 - 1},
    "every double": {"type": "number", "minimum": -1.7976931348623157e308, "maximum": 1.7976931348623157e308},
    "whole steps of a whole number": {"type": "integer", "multipleOf": 1},
    "any length": {"type": "string", "minLength": 0, "maxLength": 2**31 - 1},
    "any pattern": {"type": "string", "pattern": ".*"},
    "any count": {"type": "array", "items": {"type": "string"}, "minItems": 0, "maxItems": 2**31 - 1},
    "examples without one": {"type": "string", "examples": []},
}


@pytest.mark.parametrize("schema", NOTHING_SAID.values(), ids=NOTHING_SAID.keys())
def test_a_bound_that_says_nothing_is_not_shown(schema):
    form = form_for({}, of(schema))

    assert form.root.members["a"].hints == []


def test_a_bound_that_says_something_is_shown():
    schema = {"type": "number", "minimum": 0, "exclusiveMaximum": 10.5, "multipleOf": 1}

    form = form_for({"a": 1}, of(schema))

    assert form.root.members["a"].hints == ["At least 0.", "Less than 10.5.", "In steps of 1."]


def test_an_example_shows_what_a_pattern_means():
    form = form_for(
        {"a": "INC-1"}, of({"type": "string", "pattern": "^INC-[0-9]+$", "examples": ["INC-20731"]})
    )

    assert form.root.members["a"].hints == ["Pattern: ^INC-[0-9]+$", "For example: INC-20731"]


def test_a_key_without_a_title_is_shown_in_words():
    form = form_for({"unit_price": 1, "unitPrice": 2, "x-y": 3, "": 4})

    labels = [node.label for node in form.root.children]

    assert labels == ["Unit price", "Unit price", "x-y", "(no name)"]


def test_a_payload_too_large_for_a_form_is_shown_as_json():
    form = form_for({f"k{n}": n for n in range(501)})

    assert form.is_json
    assert list(payload_names(form)) == ["payload"]


def payload_names(form: payload.PayloadForm) -> list[str]:
    return list(posted(form))


def captions(value: Any, schema: dict[str, Any]) -> list[str]:
    return [option.label for option in form_for({"a": value}, of(schema)).root.members["a"].options]


TITLED = {
    "alternatives": (SIZES, ["Small (s)", "Medium (m)"]),
    "names beside an enum": (
        {"enum": ["s", "m"], "enumNames": ["Small", "Medium"]},
        ["Small (s)", "Medium (m)"],
    ),
    "names by another name": ({"enum": ["s", "m"], "x-enumNames": ["Small", ""]}, ["Small (s)", "m"]),
    "too few names": ({"enum": ["s", "m"], "enumNames": ["Small"]}, ["s", "m"]),
    "a title that is another value": (
        {"oneOf": [{"const": "s", "title": "m"}, {"const": "m", "title": "s"}]},
        ["m (s)", "s (m)"],
    ),
    "a title that looks like another's": (
        {"oneOf": [{"const": "s", "title": "m"}, {"const": "m (s)"}]},
        ['m ("s")', '"m (s)"'],
    ),
    "with null": ({"enum": [None, "s"], "enumNames": ["None", "Small"]}, ["Small (s)"]),
}


@pytest.mark.parametrize(("schema", "expected"), TITLED.values(), ids=TITLED.keys())
def test_a_choice_shows_its_title_and_its_value(schema, expected):
    assert captions("s", schema) == expected


def test_a_long_title_does_not_push_the_value_out_of_sight():
    [caption, _] = captions("s", {"enum": ["s", "m"], "enumNames": ["Small " * 50, "Medium"]})

    assert caption.endswith("… (s)")
    assert len(caption) < 70


def test_a_choice_among_constants_is_posted_as_its_value():
    form = form_for({"a": "s"}, of({"type": "string", **SIZES}))

    assert form.bind(posted(form)).text == form.original_text
    assert form.bind(posted(form, a="m")).value == {"a": "m"}


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        ("2026-04-20T14:00:00+02:00", "20 Apr 2026, 14:00 UTC+02:00"),
        ("2026-04-20T14:00:30Z", "20 Apr 2026, 14:00:30 UTC"),
    ],
)
def test_a_moment_is_read_with_its_zone(value, seen):
    assert form_for({"a": value}).root.members["a"].seen.text == seen
