"""Which schemas are accepted, and what they say about a payload."""

from __future__ import annotations

from typing import Any

import pytest

from approvals import payload
from approvals.exceptions import InvalidInput


def of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def doubling(levels: int) -> dict[str, Any]:
    steps = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(levels)}
    return {"$ref": "#/$defs/d0", "$defs": {**steps, f"d{levels}": {"type": "object"}}}


def nested(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object"}
    for _ in range(levels):
        schema = of(a=schema)
    return schema


REFUSED = {
    "not an object": ([], "not_a_schema"),
    "an unknown type": (of(a={"type": "int"}), "not_a_schema"),
    "required is no list": ({"type": "object", "required": "a"}, "not_a_schema"),
    "an unknown dialect": ({"$schema": "http://json-schema.org/draft-03/schema#"}, "other_dialect"),
    "two dialects": (
        {
            "$schema": "http://json-schema.org/draft-07/schema#",
            **of(a={"$schema": "https://json-schema.org/draft/2020-12/schema"}),
        },
        "other_dialect",
    ),
    "a remote reference": (of(a={"$ref": "https://example.com/s.json"}), "remote_ref"),
    "a reference to a file": (of(a={"$ref": "file:///etc/passwd"}), "remote_ref"),
    "a relative reference": (of(a={"$ref": "other.json#/a"}), "remote_ref"),
    "a reference to nothing": (of(a={"$ref": "#/$defs/none"}), "unresolved_ref"),
    "a reference to what is no schema": (
        {"default": {"type": 12}, **of(a={"$ref": "#/default"})},
        "unresolved_ref",
    ),
    "a reference to itself without a level in between": ({"allOf": [{"$ref": "#"}]}, "recursive_ref"),
    "two that refer to each other": (
        {**of(a={"$ref": "#/$defs/x"}), "$defs": {"x": {"$ref": "#/$defs/y"}, "y": {"$ref": "#/$defs/x"}}},
        "recursive_ref",
    ),
    "a dynamic reference": (of(a={"$dynamicRef": "#a"}), "refused_keyword"),
    "only lists": ({"type": "array"}, "not_an_object"),
    "too many bytes": ({"description": "x" * 65_536}, "schema_too_large"),
    "too many nodes": (of(**{f"k{n}": {} for n in range(2_001)}), "schema_too_large"),
    "too deep": (nested(40), "not_a_schema"),
    "not JSON": ({"default": object()}, "not_json"),
}


@pytest.mark.parametrize(("schema", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_a_schema_is_refused_with_the_reason(schema, code):
    with pytest.raises(InvalidInput) as refusal:
        payload.check_schema(schema)

    assert refusal.value.errors[0].code == code


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": "https://example.com/s",
            "type": "object",
        },
        {"type": ["object", "null"]},
        {"$ref": "#/$defs/root", "$defs": {"root": {"type": "object"}}},
        of(currency={"enum": [f"C{n}" for n in range(5_000)]}),
        of(a={"$ref": "#"}),
        of(a={"$id": "https://example.com/"}),
        {"unevaluatedProperties": False},
        of(a={"pattern": "(?=a)"}),
        of(a={"pattern": r"(a)\1"}),
        {"patternProperties": {"(": {}}},
        of(**{f"k{n}": {"pattern": ".{1000}"} for n in range(20)}),
        of(**{"$ref": {"type": "string"}, "a/b~c %": {"pattern": "^\\p{L}+$"}}),
        {"$defs": {"a b": {}}, **of(x={"$ref": "#/$defs/a%20b"})},
    ],
)
def test_an_ordinary_schema_is_accepted(schema):
    payload.check_schema(schema)


@pytest.mark.shows("schemas-that-burn")
@pytest.mark.parametrize("schema", [doubling(20), doubling(60), {**of(), "required": [1, "a", {}] * 4_000}])
def test_exponential_schemas_are_refused_quickly(schema):
    with pytest.raises(InvalidInput):
        payload.check_schema(schema)


@pytest.mark.shows("schemas-that-burn")
def test_a_catastrophic_pattern_is_answered_quickly():
    errors = payload.validate({"a": "a" * 100_000 + "!"}, of(a={"pattern": "^(a+)+$"}))

    assert errors[0].code == "pattern"


@pytest.mark.shows("schemas-that-burn")
def test_nested_alternatives_are_not_tried_twice_at_each_level():
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(25):
        schema = {"anyOf": [schema, {"type": "null"}]}
    errors = payload.validate({"a": 1}, of(a=schema))

    assert errors[0].message == "must be text"


@pytest.mark.shows("schemas-that-burn")
def test_a_validation_that_would_take_too_long_is_refused():
    schema = of(rows={"items": {"anyOf": [{"type": "integer"}] * 900}})

    errors = payload.validate({"rows": ["x"] * 1_000}, schema)

    assert [error.code for error in errors] == ["too_costly"]


SAID = {
    "minimum": ({"minimum": 5}, 4, "minimum", "must be at least 5"),
    "maximum": ({"exclusiveMaximum": 5}, 5, "exclusive_maximum", "must be less than 5"),
    "length": ({"maxLength": 1}, "ab", "max_length", "may have at most 1 character"),
    "type": ({"type": "integer"}, "x", "type", "must be a whole number"),
    "types": ({"type": ["string", "null"]}, 1, "type", "must be text or null"),
    "true is no number": ({"type": "integer"}, True, "type", "must be a whole number"),
    "enum": ({"enum": ["a", "b"]}, "c", "enum", "must be one of a, b"),
    "true is not 1": ({"enum": [1]}, True, "enum", "must be one of 1"),
    "const": ({"const": "a"}, "b", "const", "must be a"),
    "unique": ({"uniqueItems": True}, [1, 1.0], "unique_items", "must not contain an item twice"),
    "multiple": ({"multipleOf": 0.01}, 0.005, "multiple_of", "must be a multiple of 0.01"),
    "pattern": ({"pattern": "^a"}, "b", "pattern", "must match the pattern ^a"),
    "email": ({"format": "email"}, "a@b@c", "format", "must be one e-mail address"),
    "date": ({"format": "date"}, "2026-02-30", "format", "must be a date such as 2026-04-12"),
    "items": ({"minItems": 2}, [1], "min_items", "must have at least 2 items"),
    "one of": (
        {"oneOf": [{"minimum": 1}, {"minimum": 2}]},
        3,
        "no_branch",
        "fits several of the allowed forms",
    ),
    "nullable": (
        {"anyOf": [{"type": "string", "minLength": 2}, {"type": "null"}]},
        "a",
        "min_length",
        "must have",
    ),
    "no value at all": (False, 1, "not_allowed", "is not allowed here"),
}


@pytest.mark.parametrize(("schema", "value", "code", "sentence"), SAID.values(), ids=SAID.keys())
def test_a_person_can_read_what_is_wrong(schema, value, code, sentence):
    [error] = payload.validate({"a/b": value}, of(**{"a/b": schema}))

    assert (error.pointer, error.code) == ("/a~1b", code)
    assert error.message.startswith(sentence)


FITS = [
    ({"multipleOf": 0.01}, 19.99),
    ({"multipleOf": 0.1}, 1e300),
    ({"uniqueItems": True}, [1, True, "1", None, [1], {"a": 1}]),
    ({"type": "integer"}, 1.0),
    ({"format": "email"}, "jürgen@müller.example"),
    ({"format": "uri"}, "https://example.com/a?b=c#d"),
    ({"format": "uri"}, "mailto:a@example.com"),
    ({"format": "date-time"}, "2026-04-12T23:59:60.5+05:30"),
    ({"format": "unheard-of"}, "anything"),
    ({"patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": False}, {"xa": 1}),
    ({"oneOf": [{"type": "string"}, {"type": "null"}]}, None),
]


@pytest.mark.parametrize(("schema", "value"), FITS)
def test_what_fits_has_no_errors(schema, value):
    assert payload.validate({"a": value}, of(a=schema)) == []


NO_SUCH = {
    "email": ["a b@example.com", "@example.com", "a@-example.com", "a@b..c"],
    "uri": ["example.com", "https://", "https://a b", "http://[::1"],
    "date": ["2026-1-1", "2026-13-01", "\uff12026-01-01"],
    "date-time": [
        "2026-04-12T09:00",
        "2026-04-12T09:00:00",
        "2026-04-12T25:00:00Z",
        "2026-04-12T09:00:00+25:00",
    ],
}


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, texts in NO_SUCH.items() for text in texts]
)
def test_formats_are_asserted(name, text):
    assert [error.code for error in payload.validate({"a": text}, of(a={"format": name}))] == ["format"]


def test_required_and_unknown_fields_are_named_where_they_are():
    schema = {**of(a={}), "required": ["a", "b"], "additionalProperties": False}

    errors = payload.validate({"c": 1}, schema)

    assert [(error.pointer, error.message) for error in errors] == [
        ("/a", "is required"),
        ("/b", "is required"),
        ("/c", "is not a field of the schema"),
    ]


def test_a_reference_holds_with_what_stands_beside_it():
    schema = {**of(a={"$ref": "#/$defs/name", "maxLength": 3}), "$defs": {"name": {"minLength": 2}}}

    found = [[error.code for error in payload.validate({"a": text}, schema)] for text in ("a", "abc", "abcd")]

    assert found == [["min_length"], [], ["max_length"]]
