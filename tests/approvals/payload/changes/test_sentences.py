"""The agent's sentence is checked against the payload as edited."""

from __future__ import annotations

import pytest

from approvals.payload.changes.sentences import disagreements


def found(text: str, old: object, new: object) -> list[tuple[str, str]]:
    return [(each.said, each.now) for each in disagreements(text, {"amount": old}, {"amount": new})]


@pytest.mark.parametrize(
    ("text", "old", "new", "expected"),
    [
        ("Pay 18,450.50 EUR to Halden", 18450.5, 12000, [("18,450.50", "12000")]),
        ("Pay 18.450,50 EUR to Halden", 18450.5, 12000, [("18.450,50", "12000")]),
        ("Pay 18\u202f450 EUR", 18450, 1, [("18\u202f450", "1")]),
        ("Scale to 1.5 replicas", 1.5, 2, [("1.5", "2")]),
        ("Pay 18,450.50 EUR", "18450.50", "12000.00", [("18,450.50", '"12000.00"')]),
        ("Change terms to Net-60", "Net-60", "Net-45", [("Net-60", "Net-45")]),
        ("Send to Dana@Acme.example", "dana@acme.example", "sam@acme.example", [("dana@acme.example", "sam@acme.example")]),
    ],
)  # fmt: skip
def test_an_old_value_in_the_sentence_is_pointed_out(text, old, new, expected):
    assert found(text, old, new) == expected


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        ("Pay 184505 EUR", 18450, 1),
        ("Change terms from Net-60 to Net-45", "Net-60", "Net-45"),
        ("Change terms to Net-600", "Net-60", "Net-45"),
        ("Pay now", True, False),
        ("Pay a", "a", "b"),
        ("Pay 5 EUR", 5, 5),
        ("Pay Infinity", "1e400", 3),
    ],
)
def test_what_the_sentence_does_not_say_is_no_disagreement(text, old, new):
    assert found(text, old, new) == []


def test_a_value_taken_out_is_said_to_be_left_out():
    (only,) = disagreements("Send to dana@acme.example", {"to": "dana@acme.example"}, {})

    assert (only.path[0].words, only.now) == ("To", "left out")
