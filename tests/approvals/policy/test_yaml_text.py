"""YAML as policies are written in it: numbers of version 1.2, bounds, and a sentence with the line for the rest."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.models import Policy
from approvals.policy import InvalidFile, load_table, yaml_text
from audit.message import SYSTEM
from tests.calls import calls


def read(text: str) -> Any:
    node = yaml_text.compose(text)
    assert node is not None
    return yaml_text.value(node)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("010", 10),
        ("08", 8),
        ("0o10", 8),
        ("0x1F", 31),
        ("-5", -5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1:30", "1:30"),
        ("1:30:00", "1:30:00"),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("Off", "Off"),
        ("y", "y"),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("null", None),
        ("2026-04-12", "2026-04-12"),
        ("'010'", "010"),
        ('"true"', "true"),
        ("=", "="),
    ],
)
def test_plain_words_are_those_of_yaml_1_2(written: str, value: Any) -> None:
    found = read(f"[{written}]")[0]

    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("a:\n  b: .nan", 2, "compares with nothing"),
        ("a: -.inf", 1, "compares with nothing"),
        ("a: 1e999", 1, "compares with nothing"),
        ("a: " + "9" * 5000, 1, "too large"),
        ("a: 1\nb: " + "[" * 5000, 2, "within each other"),
        ("a:\n" + "- " * 5000, 2, "within each other"),
        ("- &x [*x]", 1, "stand for too much"),
        ("a: *x", 1, "names no anchor"),
        ("a:\n\tb: 1", 2, "not with tabs"),
        ("a: b: c", 1, "in quotes"),
        ("a: 1\nb: [1,\n2", 2, "bracket stays open"),
        ("a: 1\n--- 2", 2, "second document"),
        ("a: 1\nb: \x00", 2, "control character"),
        ('a: 1\nb: "\\0"', 2, "control character"),
        ("a: \ud800", 1, "control character"),
        ("a: !!python/object:os.system {}", 1, "tag"),
        ("a: !!int x", 1, "tag"),
        ("? [a]\n: 3", 1, "one word"),
        ("a" * 300_000, 1, "256 KiB"),
        ("# " + "a" * 1_100_000, 1, "1 MiB"),
    ],
)
def test_what_is_no_value_is_refused_in_a_sentence_with_its_line(text: str, line: int, sentence: str) -> None:
    with pytest.raises(yaml_text.Unreadable, match=sentence) as refusal:
        read(text)

    assert refusal.value.line == line


def test_aliases_that_multiply_are_refused_in_no_time() -> None:
    names = "abcdefghij"
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n" for before, name in pairwise(names)
    )

    def refused() -> None:
        with pytest.raises(yaml_text.Unreadable, match="stand for too much"):
            read(bomb)

    assert calls(refused) < 200_000


def test_an_alias_stands_for_what_it_names() -> None:
    assert read("a: &sales [x@example.com]\nb: *sales") == {"a": ["x@example.com"], "b": ["x@example.com"]}


@given(
    st.text(st.characters(blacklist_categories=["Cs", "Cc"]))
    | st.from_regex(r"[-+.:_0-9a-fxoeE]{1,6}", fullmatch=True)
)
def test_any_text_comes_back_as_it_was_dumped(text: str) -> None:
    assert read(yaml_text.dump({"a": [text]})) == {"a": [text]}


ENTRY = "policies:\n  - action_type: a\n    pattern: exception_based\n    risk: low\n    reason: x\n    "


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("minimum_confidence: .nan", "line 6, minimum_confidence: .nan compares with nothing"),
        ("minimum_confidence: .inf", "line 6, minimum_confidence: .inf compares with nothing"),
        ("sla_minutes: .inf", "line 6, sla_minutes: .inf compares with nothing"),
        ("sla_minutes: 1:30", "line 6, sla_minutes: must be a whole number, and “1:30” is text"),
        ("sla_minutes: 1_000", "must be a whole number, and “1_000” is text"),
        ("allow_self_approval: yes", "must be true or false, and “yes” is text"),
        ("notes: 5", "must be text, and 5 is a number: put it in quotes"),
        ("escalation: " + "[" * 5000, "line 6: More than 16 lists"),
        ("sla_minute: 60", r"There is no field sla_minute \(did you mean sla_minutes\?\)"),
        ("escalation: [{after_minutes: .nan, emails: [a@example.com]}]", "line 6, escalation: .nan"),
    ],
)
def test_a_file_of_policies_is_refused_with_line_and_field(written: str, sentence: str) -> None:
    with pytest.raises(InvalidFile, match=sentence):
        load_table(ENTRY + written, by=SYSTEM)

    assert not Policy.objects.exists()


@pytest.mark.django_db
def test_010_is_ten_minutes() -> None:
    load_table(ENTRY + "minimum_confidence: 0.8\n    sla_minutes: 010", by=SYSTEM)

    assert Policy.objects.get().sla_minutes == 10


@pytest.mark.django_db
def test_a_thousand_policies_load_in_a_fixed_number_of_queries(django_assert_max_num_queries: Any) -> None:
    text = "policies:\n" + "".join(
        f"  - {{action_type: a{number}, pattern: approval_gate, risk: low, sla_minutes: 60,\n"
        f"     reviewers: [r{number}@example.com], notes: {'n' * 200}}}\n"
        for number in range(1000)
    )
    start = time.perf_counter()

    with django_assert_max_num_queries(25):
        loaded = load_table(text, by=SYSTEM)
    assert time.perf_counter() - start < 5
    with django_assert_max_num_queries(25):
        again = load_table(text.replace("sla_minutes: 60", "sla_minutes: 61"), by=SYSTEM)

    assert (len(loaded.published), len(again.published)) == (1000, 1000)
    assert {policy.version for policy in Policy.objects.current()} == {2}
