"""Any schema and any value that fits it: looking changes nothing, one edit is one change, nothing typed is lost."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from approvals import payload
from approvals.payload.form.leaves import JsonLeaf, Leaf
from tests.approvals.payload.browser import form_for, posted_from, rendered
from tests.approvals.payload.strategies import prose, texts

Typed = tuple[dict[str, Any], Any]
"""A schema and a value that fits it."""


def of(schema: dict[str, Any], values: st.SearchStrategy[Any]) -> st.SearchStrategy[Typed]:
    return values.map(lambda value: (schema, value))


SIZES = {"oneOf": [{"const": "s", "title": "Small"}, {"const": "m", "title": "Medium"}]}
MOMENTS = ["2026-04-12T09:00:00Z", "2026-04-12T09:00:00.5+02:00", "1999-12-31T23:59:59-11:30"]
scalars = st.one_of(
    of({"type": "string"}, texts | prose),
    of({"type": "string", "format": "date"}, st.dates().map(str)),
    of({"type": "string", "format": "date-time"}, st.sampled_from(MOMENTS)),
    of({"type": "integer", "minimum": -1000}, st.integers(-1000, 10**9)),
    of({"type": "number"}, st.floats(-1e9, 1e9, allow_nan=False)),
    of({"type": "boolean"}, st.booleans()),
    of({"enum": ["a", "b", 3]}, st.sampled_from(["a", "b", 3])),
    of(SIZES, st.sampled_from(["s", "m"])),
    of({"type": ["string", "null"]}, texts | st.none()),
    of({"anyOf": [{"type": "integer"}, {"type": "null"}]}, st.integers(0, 99) | st.none()),
    of({"type": ["integer", "string"]}, st.integers(0, 99) | texts),
)
KEYS = st.sampled_from(["id", "amount", "dueDate", "note to payee", "a/b", "~", "0", "é"])


@st.composite
def objects(draw: st.DrawFn, inner: st.SearchStrategy[Typed]) -> Typed:
    members = draw(st.dictionaries(KEYS, inner, min_size=1, max_size=4))
    absent = draw(st.sets(st.sampled_from(sorted(members)), max_size=1))
    present = [key for key in members if key not in absent]
    schema = {
        "type": "object",
        "properties": {key: schema for key, (schema, _) in members.items()},
        "required": draw(st.lists(st.sampled_from(present), unique=True)) if present else [],
    }
    return schema, {key: members[key][1] for key in present}


@st.composite
def lists(draw: st.DrawFn, inner: st.SearchStrategy[Typed]) -> Typed:
    schema, value = draw(inner)
    return {"type": "array", "items": schema}, [value] * draw(st.integers(0, 3))


@st.composite
def maps(draw: st.DrawFn, inner: st.SearchStrategy[Typed]) -> Typed:
    schema, value = draw(inner)
    keys = draw(st.lists(KEYS, unique=True, max_size=3))
    return {"type": "object", "additionalProperties": schema}, dict.fromkeys(keys, value)


@st.composite
def unions(draw: st.DrawFn, inner: st.SearchStrategy[Typed]) -> Typed:
    """Told apart by a constant, as the schemas of tools do it."""
    held, other = draw(objects(inner)), draw(objects(inner))
    kinds = [
        {**schema, "properties": {"kind": {"const": name}, **schema["properties"]}, "required": ["kind"]}
        for name, (schema, _) in (("first", held), ("second", other))
    ]
    return {draw(st.sampled_from(["oneOf", "anyOf"])): kinds}, {"kind": "first", **held[1]}


typed = st.recursive(
    scalars,
    lambda inner: objects(inner) | lists(inner) | maps(inner) | unions(inner),
    max_leaves=6,
)
whole = objects(typed)
quick = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def leaf_of(form: payload.PayloadForm, data: st.DataObject, kinds: set[str]) -> Leaf:
    """One of the fields that hold a value, of one of these kinds."""
    leaves = [
        node
        for node in form.root.walk()
        if isinstance(node, Leaf) and node.kind in kinds and node.base is not payload.ABSENT
        and node.state == "value"
    ]  # fmt: skip
    assume(leaves)
    return data.draw(st.sampled_from(leaves))


def edited(leaf: Leaf) -> str:
    """Another value that fits, as typed."""
    if leaf.options:
        return next((each.posted for each in leaf.options if each.posted != leaf.text), leaf.text)
    if leaf.kind in {"integer", "number"}:
        return "7" if leaf.base != 7 else "8"
    return "edited"


@settings(quick, max_examples=1_000)
@given(whole)
def test_an_untouched_form_gives_the_same_bytes(case):
    schema, value = case
    text = json.dumps(value, ensure_ascii=False, indent=1)
    form = payload.build_form(text, schema)

    bound = form.bind(posted_from(rendered(form)))

    assert (bound.text, bound.errors, bound.is_touched) == (text, [], False)


@settings(quick, max_examples=500)
@given(whole, st.data())
def test_one_edited_field_gives_exactly_that_change(case, data):
    schema, value = case
    form = form_for(value, schema)
    leaf = leaf_of(form, data, {"text", "textarea", "integer", "number", "enum", "boolean"})
    new = edited(leaf)
    assume(new != leaf.text)

    bound = form.bind({**form.pairs(), leaf.name: new})

    assert bound.errors == []
    assert [change["path"] for change in payload.patch(value, bound.value)] == [leaf.pointer]


@settings(quick, max_examples=500)
@given(whole, st.data())
def test_an_edit_that_cannot_be_read_stands_at_its_field_and_keeps_what_was_typed(case, data):
    schema, value = case
    form = form_for(value, schema)
    leaf = leaf_of(form, data, {"integer", "number", "date", "datetime"})

    bound = form.bind({**form.pairs(), leaf.name: "12x"})

    assert [error.pointer for error in bound.errors] == [leaf.pointer]
    assert leaf.target in [fault.target for fault in bound.form.faults]
    assert form.bind(bound.form.pairs()).errors == bound.errors
    assert bound.form.pairs()[leaf.name] == "12x"


@settings(quick, max_examples=200)
@given(whole)
def test_what_a_schema_describes_is_edited_by_fields(case):
    schema, value = case
    form = form_for(value, schema)

    assert [node.pointer for node in form.root.walk() if isinstance(node, JsonLeaf)] == []
