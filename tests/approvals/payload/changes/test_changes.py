"""What changed, for programs (RFC 6902) and for people."""

from __future__ import annotations

import json

import jsonpatch
import pytest
from hypothesis import given, settings

from approvals import payload
from tests.approvals.payload.strategies import payloads, values


@settings(deadline=None, max_examples=300)
@given(values, values)
def test_the_patch_applied_to_the_old_makes_the_new(old, new):
    operations = payload.patch(old, new)

    patched = jsonpatch.apply_patch(json.loads(json.dumps(old)), operations)

    assert payload.canonical(patched) == payload.canonical(new)
    assert {operation["op"] for operation in operations} <= {"add", "remove", "replace"}


@settings(deadline=None, max_examples=60)
@given(payloads, payloads)
def test_the_rows_for_people_follow_the_patch(old, new):
    assert [row.pointer for row in payload.comparison(old, new)] == [
        step["path"] for step in payload.patch(old, new)
    ]


STEPS = {
    "nothing": ({"a": 1, "b": [1]}, {"b": [1.0], "a": 1.0}, []),
    "true is not one": ({"a": 1}, {"a": True}, [{"op": "replace", "path": "/a", "value": True}]),
    "null is not absent": ({"a": None}, {}, [{"op": "remove", "path": "/a"}]),
    "escaped": ({"a/b~": 1}, {"a/b~": 2}, [{"op": "replace", "path": "/a~1b~0", "value": 2}]),
    "one item of many": ({"l": [1, 2, 3]}, {"l": [1, 9, 3]}, [{"op": "replace", "path": "/l/1", "value": 9}]),
    "an item gone": ({"l": [1, 2, 3]}, {"l": [1, 3]}, [{"op": "remove", "path": "/l/1"}]),
    "an item more": ({"l": [1]}, {"l": [0, 1]}, [{"op": "add", "path": "/l/0", "value": 0}]),
    "another type": ({"a": []}, {"a": {}}, [{"op": "replace", "path": "/a", "value": {}}]),
}


@pytest.mark.parametrize(("old", "new", "steps"), STEPS.values(), ids=STEPS.keys())
def test_a_change_is_said_in_the_fewest_steps(old, new, steps):
    assert payload.patch(old, new) == steps


def test_absent_empty_null_and_false_read_differently():
    old = {"a": "", "b": None, "c": False, "d": []}

    rows = payload.comparison(old, {})

    assert [row.before.note or row.before.text for row in rows] == [
        "empty text",
        "null",
        "No",
        "empty list",
    ]
    assert {row.after.note for row in rows} == {"left out"}


def test_labels_are_titles_or_the_path_in_words():
    schema = {"properties": {"rows": {"title": "Lines", "items": {"properties": {"unitPrice": {}}}}}}

    [row] = payload.comparison({"rows": [{"unitPrice": 1}]}, {"rows": [{"unitPrice": 2}]}, schema)

    assert row.label == "Lines (rows) / 1 / Unit price"


def test_a_key_that_looks_like_a_position_is_not_counted():
    rows = payload.comparison({"0": 1, "l": [1]}, {"0": 2, "l": [1, 2]})

    assert [row.label for row in rows] == ["0", "L / 2"]


def test_prose_is_compared_word_by_word():
    [row] = payload.comparison({"a": "Dear Sam, please pay now."}, {"a": "Dear Sam, kindly wait now."})

    assert row.words == [
        ("same", "Dear Sam, "),
        ("del", "please pay"),
        ("ins", "kindly wait"),
        ("same", " now."),
    ]


def test_words_put_together_are_both_texts():
    old, new = "a  b\n\nc d " * 50, "a b\n\nc e  " * 49

    [row] = payload.comparison({"a": old}, {"a": new})

    assert "".join(text for op, text in row.words if op != "ins") == old
    assert "".join(text for op, text in row.words if op != "del") == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a b " * 30_000, "a c " * 30_000),
        ("x\n" * 60_000, "y\n" * 60_000),
        (" ".join(map(str, range(20_000))), " ".join(map(str, range(20_000, 0, -1)))),
        ("a" * 120_000, "b" * 120_000),
    ],
)
def test_long_texts_that_differ_everywhere_are_answered_quickly(old, new):
    [row] = payload.comparison({"a": old}, {"a": new})

    assert row.words


def test_numbers_and_whole_values_have_no_words():
    rows = payload.comparison({"a": 1, "b": "", "c": {}}, {"a": 2, "b": "x", "c": {"d": 1}})

    assert [row.words for row in rows] == [[], [], []]
