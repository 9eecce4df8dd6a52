"""Equal as JSON, or not: by canonical bytes, never by Python's own equality."""

from __future__ import annotations

import pytest

from approvals import payload
from approvals.exceptions import InvalidInput


@pytest.mark.parametrize(
    ("left", "right"), [(1, 1.0), (0, -0.0), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), ("é", "é")]
)
def test_the_same_json(left, right):
    assert payload.same(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [(1, True), (0, False), ("1", 1), (None, False), ("", None), ([], {}), ([1, 2], [2, 1])],
)
def test_other_json(left, right):
    assert not payload.same(left, right)


def test_canonical_bytes_are_those_of_rfc_8785():
    assert payload.canonical({"b": 1.0, "a": "€", "\u20ac": 1e-7}) == '{"a":"€","b":1,"€":1e-7}'.encode()


def test_what_json_cannot_carry_is_refused():
    with pytest.raises(InvalidInput):
        payload.canonical({"a": 2**53})


@pytest.mark.parametrize(
    ("value", "count"), [({}, 1), ({"a": [], "b": {}}, 2), ({"a": [1, 2], "b": None}, 3)]
)
def test_leaves_are_what_a_form_would_show(value, count):
    assert payload.leaf_count(value) == count
