"""Two types are never compared: whatever stands around the comparison, a person looks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approvals import conditions
from approvals.conditions import declared
from approvals.models.choices import Risk, Tone
from approvals.policy import autonomy

VALUES: list[Any] = [10000, 10000.5, "10000", "IR", "true", True, None, [], ["IR"], [10000], {}, {"a": 1}]


def holds(source: str, payload: dict[str, Any], **variables: Any) -> bool | None:
    conditions.check(source)
    given = {
        "payload": payload,
        "confidence": 0.9,
        "risk": "low",
        "workflow": "",
        "agent": "",
        "evidence": [],
        "context": {},
        **variables,
    }
    return conditions.evaluate(source, given).holds


@pytest.mark.shows("doubt-asks-a-person")
@pytest.mark.parametrize(
    ("source", "of_that_type"),
    [
        ("payload.x == 10000", (int, float)),
        ("payload.x != 10000", (int, float)),
        ("!(payload.x == 10000)", (int, float)),
        ("10000 == payload.x", (int, float)),
        ("payload.x in [10000, 2]", (int, float)),
        ("payload.x == 10000.5", (int, float)),
        ('payload.x == "IR"', (str,)),
        ('payload.x in ["IR", "KP"]', (str,)),
        ('!(payload.x in ["IR"])', (str,)),
        ("payload.x == true", (bool,)),
        ("payload.x != true", (bool,)),
        ("payload.x in [true]", (bool,)),
        ("payload.x == {'b': 1}", (dict,)),
        ("payload.x < 10000", (int, float)),
        ('payload.x >= "IR"', (str,)),
        ("(payload.x == 10000 ? 1 : 2) == 1", (int, float)),
        ("payload.x == 10000 || payload.yes", (int, float)),
        ("payload.x == 10000 && payload.no", (int, float)),
        ("payload.x < 10000 && payload.no", (int, float)),
        ("payload.no || payload.x == 10000", (int, float)),
        ("payload.yes && payload.x == 10000", (int, float)),
        ("payload.one.exists(e, payload.x == 10000)", (int, float)),
        ("payload.one.all(e, payload.x == 10000)", (int, float)),
        ("payload.one.exists_one(e, payload.x == 10000)", (int, float)),
        ("payload.one.filter(e, payload.x == 10000).size() == 1", (int, float)),
        ("payload.one.map(e, payload.x == 10000) == [true]", (int, float)),
        ("{'k': payload.x == 10000} == {'k': true}", (int, float)),
        ("[payload.x] == [10000]", (int, float)),
        ("dyn(payload.x) == 10000", (int, float)),
        ("payload.x && payload.no", (bool,)),
        ("payload.no || payload.x", (bool,)),
    ],
)
@pytest.mark.parametrize("value", VALUES, ids=json.dumps)
def test_a_comparison_answers_for_its_own_type_alone(
    source: str, of_that_type: tuple[type, ...], value: Any
) -> None:
    fits = isinstance(value, of_that_type) and (bool in of_that_type or not isinstance(value, bool))

    found = holds(source, {"x": value, "yes": True, "no": False, "one": [1]})

    assert (found is not None) == fits


@pytest.mark.parametrize(
    ("source", "payload", "expected"),
    [
        ("payload.x == 1", {"x": 1.0}, True),
        ("payload.x in [1, 2.5]", {"x": 2.5}, True),
        ("payload.x == payload.y", {"x": None, "y": None}, True),
        ("payload.x == payload.y", {"x": ["a"], "y": ["a", "b"]}, False),
        ("payload.x == payload.y", {"x": ["a", "b"], "y": ["a", 1]}, None),
        ("payload.x == payload.y", {"x": [1], "y": ["a", "b"]}, None),
        ("payload.x == payload.y", {"x": {"k": 1}, "y": {"k": "1"}}, None),
        ("payload.x == payload.y", {"x": {"k": 1}, "y": {"j": "1"}}, False),
        ("payload.x == payload.y", {"x": [[True]], "y": [[1]]}, None),
        ('"a" in payload.x', {"x": ["a", 1]}, None),
        ('"a" in payload.x', {"x": []}, False),
        ('"a" in payload.x', {"x": {"a": 1}}, True),
        ('"a" in payload.x', {"x": "abc"}, None),
        ("payload.x in payload.y", {"x": 1, "y": {"a": 1}}, None),
    ],
)
def test_equality_goes_all_the_way_down(source: str, payload: Any, expected: bool | None) -> None:
    assert holds(source, payload) is expected


@pytest.mark.parametrize(
    ("source", "payload", "expected"),
    [
        ("has(payload.x) && payload.x == 1", {}, False),
        ("!has(payload.x) || payload.x == 1", {}, True),
        ("has(payload.x) && payload.x == 1", {"x": "1"}, None),
        ("type(payload.x) == string && payload.x == 'a'", {"x": 1}, False),
        ("type(payload.x) != int || payload.x == 1", {"x": "1"}, True),
        ("payload.x != null && payload.x > 5", {"x": None}, False),
        ("payload.x != null && payload.x > 5", {"x": 3}, False),
        ("payload.x == null", {"x": 3}, False),
        ('payload.x in ["", null]', {"x": None}, True),
        ('payload.x in ["", null]', {"x": "a"}, False),
        ('payload.x in ["", null]', {"x": 1}, None),
        ("payload.k == 'a' && payload.x == 1", {"k": "b", "x": "1"}, False),
        ("payload.x == 1 && payload.k == 'a'", {"k": "b", "x": "1"}, None),
        ("payload.items.exists(i, i == 1)", {"items": [1, "1"]}, True),
        ("payload.items.exists(i, i == 1)", {"items": ["1", 1]}, None),
        ("payload.items.all(i, i == 1)", {"items": ["1", 2]}, None),
    ],
)
def test_what_a_guard_on_the_left_leaves_unasked_stays_unasked(
    source: str, payload: Any, expected: bool | None
) -> None:
    assert holds(source, payload) is expected


@pytest.mark.parametrize(
    ("source", "payload", "why"),
    [
        ("payload.x == 3", {"x": "3"}, "payload.x is text, compared with a number"),
        ("3 != payload.x", {"x": None}, "payload.x is null, compared with a number"),
        ("payload.x == payload.y", {"x": 1, "y": True}, "payload.x is a number, compared with true or false"),
        ('payload.x in ["IR"]', {"x": ["IR"]}, "payload.x is a list, compared with text"),
        ("payload.x == ['a']", {"x": [1]}, "a part of payload.x is a number, compared with text"),
        ("payload.i.all(e, e.p == 1)", {"i": [{"p": "1"}]}, "e.p is text, compared with a number"),
        ("payload.x > 3", {"x": "5"}, "text is compared with a number"),
        ("payload.x && payload.x", {"x": "5"}, "something stands where true or false belongs"),
        ("payload.x / 0 == 1", {"x": 5}, "it divides by zero"),
        ("payload.x + 'a' == 'b'", {"x": 5}, "+ does not take a number and text"),
        ("int(payload.x) == 1", {"x": "y"}, "a value does not fit what is done with it"),
        ("payload.x", {"x": "y"}, "it is text"),
    ],
)
def test_why_is_said_in_words(source: str, payload: Any, why: str) -> None:
    terms = autonomy.AutonomyTerms(None, source)
    variables = {"payload": payload, "confidence": 1.0}

    ruling = autonomy.judge(terms, risk=Risk.LOW, confidence=1.0, variables=variables)

    assert not ruling.may_run
    assert ruling.reasons[0].endswith(f"{why}.")
    assert not any(word in ruling.reasons[0] for word in ("int64", "string", "overload", "map(", "_=="))


def test_the_tones_that_conditions_know_are_all_there_are() -> None:
    assert sorted(declared.TONES) == sorted(Tone.values)


# A small independent model: what a tree of comparisons answers, from left to right, or that it does not.

SCALARS = st.sampled_from([0, 1, 1.0, 2.5, "", "a", "1", True, False])
ANYTHING = st.one_of(
    SCALARS, st.none(), st.lists(SCALARS, max_size=2), st.just({"k": 1}), st.just({"k": "1"})
)
FIELDS = st.sampled_from(["a", "b", "c"])
OPERANDS = st.one_of(FIELDS.map(lambda name: ("field", name)), SCALARS.map(lambda value: ("value", value)))
LISTS = st.one_of(
    st.lists(st.integers(0, 2), min_size=1, max_size=3).map(lambda values: ("value", values)),
    st.lists(st.sampled_from(["a", "1"]), min_size=1, max_size=3).map(lambda values: ("value", values)),
    FIELDS.map(lambda name: ("field", name)),
)
COMPARED = st.one_of(
    st.tuples(st.sampled_from(["==", "!=", "<", ">="]), OPERANDS, OPERANDS),
    st.tuples(st.just("in"), OPERANDS, LISTS),
)
TREES = st.recursive(
    COMPARED,
    lambda below: st.one_of(
        st.tuples(st.sampled_from(["&&", "||"]), below, below),
        st.tuples(st.just("!"), below),
        st.tuples(st.just("?"), below, below, below),
        st.tuples(
            st.sampled_from(["exists", "all"]),
            st.tuples(st.sampled_from(["==", "!="]), st.just(("each",)), OPERANDS),
        ),
    ),
    max_leaves=6,
)


class _NoAnswer(Exception):
    pass


def written(tree: Any) -> str:
    match tree:
        case ("field", name):
            return f"payload.{name}"
        case ("value", value):
            return json.dumps(value)
        case ("each",):
            return "e"
        case ("!", inner):
            return f"!({written(inner)})"
        case ("?", asked, this, that):
            return f"(({written(asked)}) ? ({written(this)}) : ({written(that)}))"
        case ("exists" | "all" as macro, inner):
            return f"payload.items.{macro}(e, {written(inner)})"
        case (sign, left, right):
            return f"({written(left)} {sign} {written(right)})"
    raise AssertionError(tree)


def answer(tree: Any, payload: dict[str, Any], each: Any = None) -> Any:  # noqa: C901 - a case for each form
    match tree:
        case ("field", name):
            return payload[name]
        case ("value", value):
            return value
        case ("each",):
            return each
        case ("!", inner):
            return not answer(inner, payload, each)
        case ("?", asked, this, that):
            return answer(this if answer(asked, payload, each) else that, payload, each)
        case ("&&", left, right):
            return answer(left, payload, each) and answer(right, payload, each)
        case ("||", left, right):
            return answer(left, payload, each) or answer(right, payload, each)
        case ("exists", inner):
            return any(answer(inner, payload, one) for one in payload["items"])
        case ("all", inner):
            return all(answer(inner, payload, one) for one in payload["items"])
        case (sign, left, right):
            return compared(sign, answer(left, payload, each), answer(right, payload, each))
    raise AssertionError(tree)


def compared(sign: str, left: Any, right: Any) -> bool:
    if sign == "in":
        if not isinstance(right, list | dict):
            raise _NoAnswer
        return True in [compared("==", left, one) for one in right]
    if kind(left) != kind(right):
        raise _NoAnswer
    if sign in ("==", "!="):
        return alike(left, right) == (sign == "==")
    if kind(left) in ("null", "list", "object"):
        raise _NoAnswer
    return bool(left < right if sign == "<" else left >= right)


def alike(left: Any, right: Any) -> bool:
    if isinstance(left, list):
        pairs = [compared("==", *pair) for pair in zip(left, right, strict=False)]
        return len(left) == len(right) and False not in pairs
    if isinstance(left, dict):
        pairs = [compared("==", left[name], right[name]) for name in left if name in right]
        return list(left) == list(right) and False not in pairs
    return bool(left == right)


def kind(value: Any) -> str:
    text = json.dumps(value)
    names = {'"': "text", "[": "list", "{": "object", "t": "truth", "f": "truth", "n": "null"}
    return names.get(text[0], "number")


@pytest.mark.shows("doubt-asks-a-person")
@settings(max_examples=400, deadline=None)
@given(
    TREES,
    st.fixed_dictionaries(
        {"a": ANYTHING, "b": ANYTHING, "c": ANYTHING, "items": st.lists(ANYTHING, max_size=3)}
    ),
)
def test_any_condition_answers_as_the_model_does(tree: Any, payload: dict[str, Any]) -> None:
    source = written(tree)
    try:
        conditions.check(source)
    except conditions.InvalidCondition:
        return  # two literals of two types, say: that is refused when saved

    try:
        expected = answer(tree, payload)
    except _NoAnswer:
        expected = None

    assert holds(source, payload) is expected
