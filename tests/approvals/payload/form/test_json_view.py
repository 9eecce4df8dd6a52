"""The whole payload as JSON, for reviewers who want it."""

from __future__ import annotations

import json

import pytest

from tests.approvals.payload.browser import form_for, posted, rendered

TEXT = '{"z": 1.50,\n "a": "\\u00e9\\u202e", "m": [1,2]}'


def test_unchanged_json_keeps_the_original_bytes():
    form = form_for(json.loads(TEXT), as_json=True)

    bound = form.bind(posted(form))

    assert bound.text == form.original_text
    assert not bound.is_touched


def test_the_order_of_keys_is_the_one_typed():
    bound = form_for({"a": 1, "b": 2}).bind_json('{"b": 3, "a": 1}')

    assert bound.text == '{"b":3,"a":1}'


def test_invisible_characters_are_shown_as_escapes():
    html = rendered(form_for({"a": "x\u202ey\U000e0041\u200b"}, as_json=True))

    assert "\\u202e" in html
    assert "\\udb40\\udc41" in html
    assert "\u202e" not in html


BAD = {
    "syntax": ('{"a": 1,}', "line 1, column"),
    "duplicate": ('{"a": 1, "a": 2}', "twice"),
    "too deep": ("[" * 40, "deeper than 32"),
    "no object": ("[1]", "Must be a JSON object."),
    "not a number": ('{"a": NaN}', "is not a JSON number"),
}


@pytest.mark.parametrize(("text", "sentence"), BAD.values(), ids=BAD.keys())
def test_bad_json_stays_typed_with_the_reason(text, sentence):
    bound = form_for({"a": 1}).bind_json(text)

    assert not bound.is_valid
    assert bound.form.root.text == text
    assert sentence in bound.form.root.errors[0]


@pytest.mark.parametrize("size", [300_000, 2_000_000])
def test_a_text_over_the_bound_is_refused_and_not_raised(size):
    bound = form_for({"a": 1}).bind_json(json.dumps({"a": "x" * size}))

    assert not bound.is_valid
    assert "at most" in bound.form.root.errors[0]


def test_indentation_does_not_count_against_the_bound():
    value = {"rows": [{"a": n} for n in range(15_000)]}
    form = form_for(value)

    bound = form.bind_json(json.dumps({"rows": value["rows"][1:]}, indent=4))

    assert bound.errors == []


def test_pieces_that_are_too_deep_together_are_refused():
    form = form_for({"a": {"b": {"c": []}}})

    bound = form.bind({"payload/a/b/c": ["[" * 32 + "]" * 32]})

    assert [error.code for error in bound.errors] == ["too_deep"]


def test_pieces_that_are_too_long_together_are_refused():
    form = form_for({"a": "x", "b": "y"})

    bound = form.bind({"payload/a": ["x" * 200_000], "payload/b": ["y" * 200_000]})

    assert [error.code for error in bound.errors] == ["too_large"]


def test_a_working_copy_goes_on_where_it_was_left():
    form = form_for({"a": 1, "b": "x"}, current_text='{"a": 2.0, "b": "x"}')

    kept, changed = form.bind(posted(form)), form.bind(posted(form, b="y"))
    reverted = form.bind(posted(form, a="1"))

    assert (kept.text, kept.is_touched) == ('{"a": 2.0, "b": "x"}', True)
    assert changed.value == {"a": 2.0, "b": "y"}
    assert (reverted.text, reverted.is_touched) == ('{"a": 1, "b": "x"}', False)
