"""What is refused when a condition is saved: what can never answer, words that are none, and in which words."""

from __future__ import annotations

import re

import pytest

from approvals import conditions
from approvals.conditions import InvalidCondition


def refusal(source: str) -> str:
    with pytest.raises(InvalidCondition) as refused:
        conditions.check(source)
    return str(refused.value)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("risk == 'hgih'", 'There is no risk “hgih” (write "high")'),
        ("'hgih' == risk", 'There is no risk “hgih” (write "high")'),
        ("risk != 'HIGH'", 'There is no risk “HIGH” (write "high")'),
        ("risk in ['low', 'medum']", 'There is no risk “medum” (write "medium")'),
        ("risk == 'severe'", 'There is no risk “severe” (write "critical")'),
        ("risk == 'blue'", 'There is no risk “blue” (it is "low", "medium", "high" or "critical")'),
        ("payload.x && !(risk == '')", "There is no risk “”"),
        ("evidence.exists(e, e.tone == 'rde')", 'There is no tone “rde” (write "red")'),
        ("evidence.exists(e, e.tone in ['green'])", 'There is no tone “green” (write "emerald")'),
        ("evidence[0].tone == 'yellow'", 'There is no tone “yellow” (write "amber")'),
        ("evidence.exists(e, e.lable == 'x')", "There is no field “lable” in evidence (did you mean label?)"),
        ("has(context.triger)", "There is no field “triger” in context (did you mean trigger?)"),
        ("context.steps.exists(s, s.x == 'a')", "“x” in steps (there is name, output or at)"),
        ("risk > 'medium'", 'compared by the alphabet (write risk in ["high", "critical"])'),
        ("risk >= 'medium'", 'write risk in ["medium", "high", "critical"]'),
        ("'high' > risk", 'write risk in ["low", "medium"]'),
        ("risk <= 'high'", 'write risk in ["low", "medium", "high"]'),
        ("evidence.exists(e, e.tone > 'red')", "compared by the alphabet (name the words: e.tone in ["),
        ("risk == high", 'There is no “high” here (write "high")'),
        ("rsik == 'high'", "did you mean risk?"),
    ],
)
def test_a_word_that_there_is_not_is_refused_with_the_nearest(source: str, sentence: str) -> None:
    assert sentence in refusal(source)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("risk == 3", 'risk is "low", "medium", "high" or "critical"'),
        ("risk == null", "== does not take text and null"),
        ("workflow == true", "== does not take text and true or false"),
        ("confidence == '0.8'", "== does not take a number and text"),
        ("confidence < 1.5", "confidence is from 0 to 1, and never 1.5"),
        ("confidence < 80.0", "write 0.8 for 80 %"),
        ("confidence < 80", "write 0.8 for 80 %"),
        ("confidence > 0", "write 0.0 instead of 0"),
        ("risk in [3]", "in does not take text and a list"),
        ("evidence.exists(e, e.tone == 3)", "e.tone is text, and never a number"),
        ("evidence.exists(e, e.label == null)", "e.label is text, and never null"),
        ("evidence.exists(e, e.value > 3)", "e.value is text, and never a number"),
        ("evidence.exists(e, e.tone)", "e.tone is text, where true or false belongs"),
        ("evidence.exists(e, e.label && true)", "e.label is text, where true or false belongs"),
        ("context.trigger == confidence", "context.trigger is text, and never a number"),
        ("context.steps == 'x'", "context.steps is a list, and never text"),
        ("payload.x in ['a', 1]", "The list holds text and a number, so it never answers"),
        ("payload.x in []", "An empty list holds nothing"),
        ("payload.items[-1] == 1", "A list has no element -1 (the first one is [0])"),
        ("payload['items'][-3].price > 1", "A list has no element -3"),
        ("payload == 3", "== does not take an object and a number (name one of its fields)"),
        ("payload.country in 'IRAN'", 'in looks in a list (write in ["one", "another"]'),
    ],
)
def test_what_can_never_answer_is_refused(source: str, sentence: str) -> None:
    assert sentence in refusal(source)


@pytest.mark.parametrize(
    "source",
    [
        "risk in ['high', 'critical']",
        "evidence.exists(e, e.url == null)",
        "evidence.all(e, e.tone != 'red')",
        "context.steps.exists(s, s.output.contains('error'))",
        "confidence >= 0.0 && confidence <= 1.0",
        "workflow in ['', 'billing']",
        "payload.x in [1, 2.5, null]",
        "payload.risk == 'hgih'",
        "payload.items.exists(e, e.tone == 'loud')",
        "type(payload.x) == string",
        "size(evidence) == 0",
    ],
)
def test_what_can_answer_is_taken(source: str) -> None:
    conditions.check(source)


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("payload.items.length() > 3", "write size(…)"),
        ("len(payload.items) > 3", "write size(…)"),
        ("payload.name.toLowerCase() == 'a'", 'write matches("(?i)text")'),
        ("evidence.any(e, e.tone == 'red')", "write exists(item, …) instead of any"),
        ("evidence.exists(e.tone == 'red')", "a loop names its element first"),
        ("evidence.label == 'x'", "write evidence.exists(item, item.label == …)"),
        ("payload.x in (1, 2)", "write in [1, 2]"),
        ("payload.x == NULL", "write null"),
        ("risk == “high”", "write straight quotes"),
        ("payload.amount > $5000", "write the number alone"),
        ("payload.amount > 10_000", "write the number in digits alone"),
        ("payload.amount > 5;", "leave it out"),
        ("payload.x == 'open", "close the quotes"),
        ("payload.x && 3", "compare it with something"),
        ("has(payload)", "write has(payload.field)"),
        ("payload.x.endsWith()", 'write payload.field.endsWith("text")'),
        ("payload.x.matches('(')", "a bracket ( stays open"),
        ("true)", "no bracket opens before it"),
        ("99999999999999999999 > payload.x", "This number is too large"),
    ],
)
def test_a_hint_fits_the_mistake(source: str, hint: str) -> None:
    assert hint in refusal(source)


RAW = re.compile(r"list\(|map\(|map<|dyn|null_type|google\.|overload|@in|_\W+_|ERROR|1844674407")


@pytest.mark.parametrize(
    "source",
    [
        "payload.items[-1] == 1",
        "evidence == 'x'",
        "payload == 3",
        "payload",
        "evidence",
        "type(payload.x) == 'string'",
        "timestamp(payload.x) > '2024'",
        "'red' in evidence",
        "evidence.exists(e, 3)",
        "payload.x && 3",
        "payload.x == 1 ? 'a' : 3",
        "payload[3] == 1",
        "payload.?x == 1",
        "risk.x == 'a'",
        "payload->amount == 1",
        "&& true",
        "payload.x.matches('(?=a)')",
    ],
)
def test_no_word_of_a_library_reaches_a_reader(source: str) -> None:
    assert not RAW.search(refusal(source).partition(", at ")[0])
