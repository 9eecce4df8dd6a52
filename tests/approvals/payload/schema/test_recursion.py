"""Schemas that refer to themselves are followed as deep as the value goes, and cost no more than the value."""

from __future__ import annotations

import time
from typing import Any

import pytest

from approvals import payload
from approvals.payload.form.guard import edit_errors
from approvals.payload.form.unrolling import MAX_PARTS, unrolled
from approvals.payload.schema.compiling import compiled
from tests.approvals.payload.browser import form_for, posted

TREE = {
    "$defs": {
        "node": {
            "type": "object",
            "title": "Node",
            "properties": {
                "name": {"type": "string"},
                "kids": {"type": "array", "items": {"$ref": "#/$defs/node"}},
                "next": {"$ref": "#/$defs/node"},
            },
            "required": ["name"],
        }
    },
    "type": "object",
    "properties": {"root": {"$ref": "#/$defs/node"}},
}
VALUE = {"root": {"name": "a", "kids": [{"name": "b", "kids": [{"name": "c"}]}]}}


def test_every_level_of_the_value_is_checked():
    wrong = {"root": {"name": "a", "kids": [{"name": "b", "kids": [{"name": 1, "next": {}}]}]}}

    errors = payload.validate(wrong, TREE)

    assert payload.validate(VALUE, TREE) == []
    assert [(error.pointer, error.code) for error in errors] == [
        ("/root/kids/0/kids/0/name", "type"),
        ("/root/kids/0/kids/0/next/name", "required"),
    ]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"a": {"$ref": "#"}}, "additionalProperties": False},
        {
            "$defs": {
                "x": {"properties": {"a": {"$ref": "#/$defs/y"}}, "additionalProperties": False},
                "y": {"properties": {"a": {"$ref": "#/$defs/x"}}, "additionalProperties": False},
            },
            "$ref": "#/$defs/x",
            "type": "object",
        },
        {"type": "object", "additionalProperties": {"$ref": "#"}, "propertyNames": {"const": "a"}},
    ],
    ids=["itself", "each other", "any key"],
)
def test_itself_each_other_or_any_key(schema):
    assert payload.validate({"a": {"a": {"a": {}}}}, schema) == []
    assert [error.pointer for error in payload.validate({"a": {"a": {"b": {}}}}, schema)] == ["/a/a/b"]


def test_the_form_is_unrolled_to_the_depth_of_the_value():
    form = form_for(VALUE, TREE)

    root = form.root.members["root"]
    bound = form.bind(posted(form, root__name="z"))

    assert root.members["name"].kind == "text"
    assert root.members["next"].members["name"].kind == "text"
    assert type(root.members["next"].members["next"]).__name__ == "JsonLeaf"
    assert bound.errors == []
    assert bound.value["root"]["name"] == "z"


def test_an_edit_goes_deeper_than_the_proposal_did():
    edited = {"root": {"name": "a", "next": {"name": "b", "next": {"name": "c", "kids": [{"name": "d"}]}}}}

    payload.assert_edit_allowed(VALUE, edited, TREE)
    errors = edit_errors(VALUE, {"root": {"name": "a", "next": {"name": "b", "x": 1}}}, TREE, [])

    assert [(error.pointer, error.code) for error in errors] == [("/root/next/x", "unknown_field")]


def test_labels_of_changes_are_read_at_any_depth():
    new = {"root": {"name": "a", "kids": [{"name": "b", "kids": [{"name": "d"}]}]}}

    [row] = payload.comparison(VALUE, new, TREE)

    assert row.pointer == "/root/kids/0/kids/0/name"
    assert row.label.endswith("2 / Name") or row.label.endswith("1 / Name")


@pytest.mark.shows("schemas-that-burn")
def test_a_schema_that_doubles_with_each_level_costs_a_bounded_form_and_check():
    schema: dict[str, Any] = {
        "$defs": {
            f"d{n}": {"properties": {key: {"$ref": f"#/$defs/d{n + 1}"} for key in "abcd"}} for n in range(30)
        }
    }
    schema |= {"type": "object", "$ref": "#/$defs/d0"}
    schema["$defs"]["d30"] = {"type": "string"}
    started = time.process_time()

    form = form_for({"x": 1}, schema)

    assert time.process_time() - started < 2
    assert form.is_json
    assert payload.validate({"a": {"b": {"c": 1}}}, schema) == []


@pytest.mark.shows("schemas-that-burn")
def test_recursion_that_doubles_in_place_stops_at_the_bound():
    schema: dict[str, Any] = {
        "$defs": {"n": {"properties": {"a": {"allOf": [{"$ref": "#/$defs/n"}, {"$ref": "#/$defs/n"}]}}}},
        "type": "object",
        "$ref": "#/$defs/n",
    }
    value: dict[str, Any] = {}
    for _ in range(30):
        value = {"a": value}
    started = time.process_time()

    errors = payload.validate(value, schema)

    assert [error.code for error in errors] == ["too_costly"]
    assert time.process_time() - started < 10


@pytest.mark.shows("schemas-that-burn")
def test_branches_that_recurse_are_asked_once_for_each_value():
    schema: dict[str, Any] = {"$defs": {}, "type": "object", "$ref": "#/$defs/n"}
    schema["$defs"]["n"] = {
        "anyOf": [{"properties": {"a": {"$ref": "#/$defs/n"}}, "required": [key]} for key in "xya"]
    }
    value: dict[str, Any] = {"a": 1}
    for _ in range(28):
        value = {"a": value}

    assert payload.validate(value, schema) == []


@pytest.mark.shows("schemas-that-burn")
def test_what_is_unrolled_has_a_bound():
    schema = compiled(TREE).schema

    tree = unrolled(schema, {"root": {"kids": [{"kids": [{}] * 300}] * 300}})

    assert _count(tree) < 2 * MAX_PARTS


def _count(tree: Any) -> int:
    inner = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return 1 + sum(map(_count, inner))
