"""Twice the payload, twice the work: counted in calls, not in seconds, so that it holds on a busy machine."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from approvals import payload, strict_json
from approvals.payload.changes.differences import MAX_CHANGES, MAX_POINTERS
from approvals.payload.sequences import Allowance, runs
from tests.calls import calls

Value = dict[str, Any]

SIZE = 600


def nested(value: Any) -> Value:
    for _ in range(28):
        value = [value]
    return {"v": value}


def bush(levels: int, size: int) -> Any:
    return [bush(levels - 1, size // 2), bush(levels - 1, size // 2)] if levels and size > 1 else size


SHAPES: dict[str, Callable[[int], Value]] = {
    "numbers": lambda n: {"v": [*range(n)]},
    "rows of objects": lambda n: {"rows": [{"a": i, "b": f"x{i}", "c": None} for i in range(n)]},
    "rows of rows": lambda n: {"rows": [[{"a": [i]}] for i in range(n)]},
    "many levels": lambda n: nested([*range(n)]),
    "a bush": lambda n: {"v": bush(26, n * 4)},
    "wide": lambda n: {f"k{i}": i for i in range(n)},
    "texts": lambda n: {"v": [f"text {i}" for i in range(n)]},
    "one text": lambda n: {"a": " ".join(map(str, range(n)))},
    "lines": lambda n: {"a": "\r\n".join(map(str, range(n)))},
    "a long key": lambda n: {"k" * 20 * n: [*range(n)]},
}


def same(value: Any) -> Any:
    return value


def shorter(value: Any) -> Any:
    """Something is removed in the middle, at every depth."""
    if isinstance(value, dict):
        key = list(value)[len(value) // 2]
        return value | {key: shorter(value[key])}
    if isinstance(value, list) and value:
        place = len(value) // 2
        inner = shorter(value[place])
        return value[:place] + ([] if inner == value[place] else [inner]) + value[place + 1 :]
    return value[: len(value) // 2] + value[len(value) // 2 + 9 :] if isinstance(value, str) else value


def turned(value: Any) -> Any:
    """Every value is changed."""
    if isinstance(value, dict):
        return {key: turned(member) for key, member in value.items()}
    if isinstance(value, list):
        return [turned(item) for item in reversed(value)]
    return value[::-1] if isinstance(value, str) else -1 if value is None else value + 1


def taken(value: Value, edited: Value) -> None:
    """What happens between a submission and an approval."""
    text = json.dumps(value, separators=(",", ":"))
    form = payload.build_form(text)
    bound = form.bind_json(json.dumps(edited))
    assert bound.is_valid
    payload.comparison(value, edited)
    payload.comparison({}, edited)
    payload.patch(value, edited)
    payload.assert_edit_allowed(
        value, edited, None, [f"/{key}/0" for key in list(value)[:20]] if value == edited else []
    )
    payload.validate(edited, {"type": "object", "additionalProperties": {"items": {"not": {"const": "no"}}}})


@pytest.mark.parametrize("edit", [same, shorter, turned])
@pytest.mark.parametrize("make", SHAPES.values(), ids=SHAPES.keys())
def test_twice_the_payload_is_twice_the_work(make, edit):
    small, large = make(2 * SIZE), make(4 * SIZE)
    taken(make(SIZE), edit(make(SIZE)))  # what is compiled once and kept is no part of it

    ratio = calls(lambda: taken(large, edit(large))) / calls(lambda: taken(small, edit(small)))

    assert ratio < 2.6


@pytest.mark.parametrize("edit", [shorter, turned])
@pytest.mark.parametrize("make", SHAPES.values(), ids=SHAPES.keys())
def test_what_is_said_of_an_edit_grows_no_faster_than_the_payload(make, edit):
    value = make(8_000)

    steps = payload.patch(value, edit(value))
    said = sum(len(step["path"]) + len(json.dumps(step.get("value"))) for step in steps)

    assert len(steps) <= MAX_CHANGES
    assert said <= MAX_POINTERS + 3 * len(json.dumps(value))


def test_a_group_that_changed_all_over_is_replaced_as_a_whole():
    old, new = [{"a": [0] * 5_000, "b": 1}, {"a": [1] * 5_000, "b": 2}]

    steps = payload.patch(old, new)

    assert [(step["op"], step["path"]) for step in steps] == [("replace", "/a"), ("replace", "/b")]


def test_a_long_key_is_not_repeated_for_each_place_below_it():
    key = "k" * 60_000
    old, new = {key: [*range(20_000)], "x": 1}, {key: [*range(1, 20_001)], "x": 1}

    [step] = payload.patch(old, new)
    errors = payload.validate(new, {"properties": {key: {"items": {"maximum": 9_990}}}})

    assert step["path"] == f"/{key}"
    assert len(errors) == 50


def test_the_reader_of_json_writes_pointers_where_a_flaw_is_only():
    text = '{"' + "k" * 100_000 + '": [' + ",".join(['"\\ud83d\\ude00"'] * 10_000) + "]}"

    assert calls(lambda: strict_json.loads(text)) < 150_000


def test_words_of_a_whole_page_are_compared_with_one_allowance():
    allowance = Allowance(1_000)
    texts = [str(n) for n in range(100)]

    first, second = runs(texts, texts[::-1], allowance), runs(texts, texts[::-1], allowance)

    assert (first, second) == (None, None)
    assert allowance.steps < 0
