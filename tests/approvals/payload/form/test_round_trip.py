"""Looking at a payload changes nothing, and an edit changes nothing else."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from approvals import payload
from approvals.exceptions import Refused
from tests.approvals.payload.browser import form_for, posted
from tests.approvals.payload.strategies import payloads, texts, values
from tests.naughty import naughty


def chunks() -> list[dict[str, str]]:
    texts = naughty()
    return [
        {f"k{n}": text for n, text in enumerate(texts[at : at + 200])} for at in range(0, len(texts), 200)
    ]


@settings(deadline=None, max_examples=150)
@example({"stops": [{"address": {"street": "Elm"}}, {"address": None}]})
@example({"rows": [{"a": [{"b": 1}]}, {"a": [{"c": 1}]}, {"a": 2}]})
@given(payloads)
def test_an_untouched_form_keeps_the_bytes(value):
    text = json.dumps(value, ensure_ascii=False, indent=1)
    form = payload.build_form(text)

    bound = form.bind(posted(form))

    assert (bound.text, bound.errors, bound.is_touched) == (text, [], False)


FIELDS = st.sampled_from(
    [
        {"type": "string"}, {"type": "string", "format": "date-time"}, {"type": "string", "format": "email"},
        {"type": ["string", "null"], "default": "x"}, {"type": "integer"}, {"type": "number"}, {"type": "boolean"},
        {"enum": ["a", "", 1, True]}, {"oneOf": [{"const": "a", "title": "A"}, {"const": 1}]},
        {"anyOf": [{"const": ""}, {"enum": [True, 0], "enumNames": ["A", "B"]}, {"type": "null"}]}, {"anyOf": [{"type": "string"}, {"type": "null"}]}, {"oneOf": [{}, False]}, True,
        {"type": "array", "items": {"type": "string"}}, {"items": {"enum": ["a"]}}, {"prefixItems": [{}]}, {},
        {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}, {"additionalProperties": {}},
        {"items": {"properties": {"a": {"type": "string"}, "b": {"items": {"properties": {"a": {}}}}}}},
    ]
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(
    st.dictionaries(st.sampled_from("abcd"), values),
    st.dictionaries(st.sampled_from("abcde"), FIELDS),
    st.data(),
)
def test_an_untouched_form_keeps_the_bytes_under_any_schema(value, properties, data):
    locked = data.draw(st.lists(st.sampled_from(["/a", "/b/0", "/c/a", "/e"]), max_size=2))
    form = form_for(value, {"properties": properties, "required": ["a"]}, locked=locked)

    bound = form.bind(posted(form))

    assert (bound.text, bound.is_touched) == (form.original_text, False)


@settings(deadline=None, max_examples=60)
@given(payloads, st.dictionaries(st.sampled_from(["first", "second"]), texts))
def test_an_edit_changes_nothing_else(value, others):
    value = {**others, **value, "edited": "before"}
    form = form_for(value)

    bound = form.bind(posted(form, edited="after"))

    assert payload.canonical(json.loads(bound.text)) == payload.canonical({**value, "edited": "after"})
    assert list(bound.value) == list(value)


@pytest.mark.parametrize("value", chunks(), ids=lambda value: f"{len(value)} strings")
def test_naughty_strings_survive_the_form_byte_for_byte(value):
    form = form_for({**value, "edited": "before"})

    bound = form.bind(posted(form, edited="after"))

    assert bound.errors == []
    assert bound.value == {**value, "edited": "after"}


@pytest.mark.parametrize("text", naughty())
def test_naughty_strings_can_be_typed(text):
    form = form_for({"a": "before"}, {"type": "object", "properties": {"a": {"format": "textarea"}}})

    bound = form.bind({"payload/a": [text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")]})

    assert bound.is_valid
    assert bound.value == {"a": text.replace("\r\n", "\n").replace("\r", "\n")}


NAMES = st.sampled_from(
    [
        "payload",
        "payload/a",
        "payload/tags/0",
        "payload/tags/7",
        "rows/tags",
        "state/a",
        "add",
        "remove",
        "payload/b/c",
    ]
)
TYPED = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["0 1", "7", "/tags", "/tags/0", "absent", "null", "{", "[]", "9" * 400]),
)


@settings(deadline=None, max_examples=200)
@given(st.dictionaries(NAMES | st.text(max_size=6), st.lists(TYPED, max_size=2), max_size=6))
def test_binding_never_raises_whatever_is_posted(pairs):
    form = form_for({"a": 1, "tags": ["x", "y"], "b": {"c": None}})

    bound = form.bind(pairs)

    assert json.loads(bound.text) is not None


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=30))
def test_the_json_view_answers_any_text(text):
    form = form_for({"a": 1}, locked=["/a"])

    try:
        bound = form.bind_json(text)
    except Refused:
        pytest.fail("errors belong beside the field")

    assert not bound.is_valid or bound.value["a"] == 1
