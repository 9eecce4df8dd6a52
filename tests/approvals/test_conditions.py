"""Conditions: what they say of a proposal, what is refused when saved, and that each ends in time."""

from __future__ import annotations

from typing import Any

import pytest

from approvals import conditions
from approvals.conditions import InvalidCondition, compiling
from tests.calls import calls

MOST_TO_SAVE, MOST_TO_ASK = 200_000, 500_000
"""Function calls: some 50 ms of work. Texts are searched outside of Python, and their size is bounded (below)."""


def ask(source: str, **variables: Any) -> conditions.Answer:
    proposal: dict[str, Any] = {
        "payload": {"amount": 7000, "to": "eng@acme.example", "items": [{"price": 1}, {"price": 2}]},
        "confidence": 0.9,
        "risk": "medium",
        "workflow": "billing",
        "agent": "Sales agent",
        "evidence": [{"label": "Contract", "value": "signed", "tone": "emerald", "url": None}],
        "context": {"trigger": "New lead", "steps": []},
        **variables,
    }
    conditions.check(source)
    return conditions.evaluate(source, proposal)


@pytest.mark.parametrize(
    ("source", "holds"),
    [
        ("payload.amount > 5000 || confidence < 0.8", True),
        ("payload.amount > 9000 || confidence < 0.8", False),
        ("payload.amount > 5000.5", True),
        ('payload["amount"] >= 7000', True),
        ("payload.items[1].price == 2", True),
        ("payload.items.all(item, item.price > 0)", True),
        ("payload.items.exists(item, item.price > 5)", False),
        ('evidence.exists(item, item.label == "Contract")', True),
        ("size(evidence) > 3", False),
        ('payload.to.endsWith("@acme.example")', True),
        ('payload.to.matches("^[a-z]+@")', True),
        ('risk == "medium" && workflow == "billing" && agent != "Other"', True),
        ('context.trigger.contains("lead")', True),
        ("has(payload.discount) && payload.discount > 3", False),
        ("!(payload.amount > 5000)", False),
        ("true", True),
        ("false", False),
    ],
)
def test_a_condition_holds_or_not(source: str, holds: bool) -> None:
    assert ask(source) == conditions.Answer(holds)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("payload.missing > 5", "payload.missing is not there"),
        ("payload.missing > 5 && false", "payload.missing is not there"),
        ("payload.amount > 5000 || payload.missing", "payload.missing is not there"),
        ("payload.amount > 5 ? true : payload.missing > 3", "payload.missing is not there"),
        ("payload.items[7].price > 1", "payload.items[7].price is not there"),
        ("payload.items.all(item, item.tax > 0)", "payload.items[…].tax is not there"),
        ("payload.nothing.exists(item, item > 0)", "payload.nothing and payload.nothing[…] is not there"),
        ("payload.to > 5", "neither true nor false"),
        ("payload.amount", "neither true nor false"),
        ("payload.amount / 0 == 1", "neither true nor false"),
        ("int(payload.to) > 1", "neither true nor false"),
        ("has(payload.to.deeper)", "neither true nor false"),
    ],
)
def test_what_has_no_answer_says_why(source: str, why: str) -> None:
    answer = ask(source)

    assert answer.holds is None
    assert why in answer.why


@pytest.mark.shows("doubt-asks-a-person")
@pytest.mark.parametrize("value", ["7000", True, None, [], {}, {"a": 1}])
def test_a_value_of_another_kind_is_no_answer(value: object) -> None:
    assert ask("payload.amount > 5000", payload={"amount": value}).holds is None


@pytest.mark.shows("doubt-asks-a-person")
def test_a_missing_confidence_is_no_answer() -> None:
    assert ask("confidence < 0.8", confidence=None).holds is None


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("payload.amount > 5000 or confidence < 0.8", "write || instead of or), at column 23"),
        ("payload.amount > 5000 and confidence < 0.8", "write && instead of and"),
        ("not payload.urgent", "write ! instead of not), at column 1: »not« payload.urgent"),
        ("payload.amount = 5000", "write == to compare"),
        ("payload.amount <> 5000", "write != for “differs”"),
        ("payload.amount > 5,000", "write 5000, not 5,000"),
        ("payload.urgent == True", "write true"),
        ("amount > 5000", "a field of the payload is payload.amount"),
        ("confidence < 1", "write 1.0 instead of 1"),
        ("risk > 3", "compare a text with a text"),
        ("true &&\n amount > 3", "at line 2, column 2: »amount« > 3"),
        ("payload.amount >", "It ends too early"),
        ("'yes'", "It must be true or false, and this is string"),
        ("", "It ends too early"),
    ],
)
def test_a_mistake_is_marked_with_what_was_meant(source: str, sentence: str) -> None:
    with pytest.raises(InvalidCondition) as refusal:
        conditions.check(source)

    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    "source",
    [
        "payload[risk] > 3",
        "dyn(payload).amount > 3",
        "payload.items.all(a, payload.items.all(b, a == b))",
        "payload.items.map(a, payload.items.map(b, b)).size() > 3",
        "[1, 2, 3].all(a, a > 0)",
        "payload.items.filter(a, true).exists(b, true)",
        "payload.text.contains(payload.other)",
        "payload.text.matches(payload.other)",
        "payload.text.matches('(')",
        "payload.text.matches('((a{30}){30}){30}')",
        "payload.text.matches('(a|b){400}')",
        " && ".join(f"payload.l{n}.all(e, e > 1)" for n in range(9)),
        " && ".join(f"payload.l{n} . exists_one (e, e > 1)" for n in range(9)),
        "payload.amount > 3\x00",
        "payload.amount > 3 // \ud800",
    ],
)
def test_what_cannot_be_read_or_bounded_beforehand_is_refused(source: str) -> None:
    with pytest.raises(InvalidCondition):
        conditions.check(source)


@pytest.mark.parametrize(
    "loop",
    ["evidence.//\nall(e, true)", "evidence.all//\n(e, true)", "evidence // '\n . exists(e, true)"],
)
def test_loops_are_counted_wherever_a_comment_stands(loop: str) -> None:
    conditions.check(" && ".join([loop] * 8))

    with pytest.raises(InvalidCondition, match="More than 8 loops"):
        conditions.check("&&".join([loop] * 20))


@pytest.mark.parametrize(
    "text",
    [r'"\""', '"""a"b"""', "'''a'b'''", '"// ((("', 'r"""a""b"""'],
)
def test_brackets_are_counted_behind_any_text(text: str) -> None:
    conditions.check(f"{text} == '(((((((((((((((((' || {'(' * 16}true{')' * 16}")

    with pytest.raises(InvalidCondition, match="More than 16 brackets"):
        conditions.check(f"{text} == '' || {'(' * 17}true{')' * 17} || {text} == ''")


def test_a_field_or_a_text_that_is_called_as_a_loop_counts_as_none() -> None:
    conditions.check(" || ".join(f"payload.all == {n} || payload.filter == '.map(e, e)'" for n in range(9)))


HOSTILE = [
    "(" * 10_000 + "true" + ")" * 10_000,
    "(" * 400 + "true" + ")" * 400,
    "[" * 500,
    "{" * 500,
    "!" * 990 + "true",
    "-" * 990 + "1 == 1",
    "true ? " * 120 + "true",
    " && ".join(["true"] * 120),
    "a." * 490 + "a",
    "payload" + "['a']" * 190 + " == 1",
    "'" * 1000,
    "\\" * 1000,
    "1" * 1000 + " > 2",
    "payload.x" + " + payload.x" * 80 + " == 'a'",
    "payload.x" + " + payload.x" * 28 + " == 'a'",
    "payload.x.matches('(a+)+$')",
    "payload.x.matches('(a|b)*a(a|b){12}c')",
    "payload.x.matches('(.*)(.*)(.*)(.*)(.*)(.*)z')",
    "payload.x.matches('[a-q][^u-z]{100}x')",
    "payload.x.matches('(?i)(x?){100}x{100}y')",
    "payload.x.contains('" + "a" * 900 + "b')",
    "payload.list.all(e, e == 1)",
    " && ".join(f"payload.l{n}.all(e, e == 1)" for n in range(30)),
    " && ".join("payload.list.all(e, e == 1)" for n in range(8)),
    " && ".join(f"payload.x.matches('[a-q]{{9}}{n}')" for n in range(28)),
    "payload.x.matches('" + r"\\pL" * 180 + "')",
    "payload.list.all(e, payload.map.all(f, e == f))",
    "payload.list.all(e, payload.list.all(f, e == f))",
    "payload.list.all(e, payload.x.contains('b'))",
    "payload.list.exists(e, e.matches('(a|b)*a(a|b){12}c'))",
    "size(payload.list.map(e, payload.x)) > 1",
    "size(payload.list.map(e, payload.list)) > 1",
    "payload.list == payload.list",
    "payload.map == payload.map",
    "payload.x in payload.list",
]
LARGE = [
    {"x": "a" * 250_000, "list": [1] * 100_000, "map": {str(n): n for n in range(20_000)}},
    {"x": "ab" * 95_000, "list": ["ab" * 500] * 190, "map": {}},
    {"x": "a" * 190_000, "list": [], "map": {}},
    {"x": "ab" * 40, "list": [1] * 2_400, "map": {str(n): n for n in range(9_000)}},
    {"x": "a", "list": [[[[]]]] * 9_000, "map": {}},
]


@pytest.mark.parametrize("source", HOSTILE, ids=lambda source: source[:40])
def test_every_condition_ends_soon(source: str) -> None:
    compiling.compiled.cache_clear()
    assert calls(lambda: _is_valid(source)) < MOST_TO_SAVE

    for payload in LARGE:
        proposal = {"payload": payload, "confidence": 0.9, "evidence": [], "context": {}, "risk": "low"}
        assert calls(lambda given=proposal: conditions.evaluate(source, given)) < MOST_TO_ASK


def _is_valid(source: str) -> bool:
    try:
        conditions.check(source)
    except InvalidCondition:
        return False
    return True


@pytest.mark.shows("doubt-asks-a-person")
def test_a_proposal_too_large_to_look_at_is_no_answer() -> None:
    looped = ask("payload.list.all(e, e > 0)", payload={"list": [1] * 201})
    read = ask("payload.text.contains('b')", payload={"text": "a" * 50_001})

    assert looped == conditions.Answer(None, "what it loops over is too long")
    assert read == conditions.Answer(None, "what it looks at is too large")


@pytest.mark.shows("doubt-asks-a-person")
def test_a_condition_that_no_longer_compiles_is_no_answer() -> None:
    answer = conditions.evaluate("payload.amount or", {"payload": {}})

    assert answer.holds is None
    assert "no longer compiles" in answer.why
