"""Patterns as ECMA-262 means them: exact on RE2, with a time limit elsewhere, never hanging."""

from __future__ import annotations

import time

import pytest

from approvals import payload
from approvals.payload.form.guard import edit_errors
from approvals.payload.schema import matching
from approvals.payload.schema.matching import Effort, matcher, matches
from approvals.payload.schema.validation import checked

MAIL = r"^(?!\.)(?!.*\.\.)([A-Za-z0-9_'+\-\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$"
ON_RE2 = {
    "look-aheads at the start": (MAIL, ["ada@acme.example"], [".a@b.co", "a..b@c.de", "a@b"]),
    "a look-ahead before the start": (r"(?!^\d+$)^.+$", ["a1"], ["11"]),
    "several that must hold": (r"^(?=.*[A-Z])(?=.*\d).{8,}$", ["Abcdefg1"], ["abcdefg1", "Abcdefgh", "Ab1"]),
    "a look-behind at the end": (r"^[a-z.]+(?<!\.)$", ["a.b"], ["a."]),
    "in one of several alternatives": (r"^(?!a)[a-z]$|^1$", ["b", "1"], ["a", "2"]),
    "code points": (r"^\u0041\u{1F600}\ud83d\ude00\x42\cJ$", ["A😀😀B\n"], ["A😀B\n"]),
    "a long repetition": (r"^.{1,2000}$", ["x" * 2000], ["", "x" * 2001]),
    "an open long repetition": (r"^(?:ab){1500,}$", ["ab" * 1600], ["ab" * 1499]),
    "exactly so often": (r"^x{2001}$", ["x" * 2001], ["x" * 2000, "x" * 2002]),
    "a named group": (r"^(?<year>\d{4})-(?<month>\d\d)$", ["2026-11"], ["26-11"]),
    "escaped punctuation": (r"^\/a\-b\_c\@$", ["/a-b_c@"], ["a-b_c@"]),
    "digits are ASCII": (r"^\d$", ["1"], ["\u0661"]),
    "blanks are any": (r"^\s$", ["\u00a0", "\u2028", "\ufeff", "\v"], ["\u200b", "a"]),
    "no blanks": (r"^[^\s]\S[\S]$", ["abc"], ["a\u00a0c", "ab "]),
    "a dot is no line end": (r"^.$", ["a", "😀"], ["\n", "\r", "\u2028"]),
    "the end is the end": (r"^a$", ["a"], ["a\n"]),
    "anything and nothing": (r"^[^]$|^[]$", ["\n", "a"], ["", "ab"]),
    "a hyphen after a class": (r"^[\w-.]+$", ["a-._"], ["a b", "/"]),
    "a backspace in a class": (r"^[\b]$", ["\b"], ["b"]),
    "a bracket in a class": (r"^[[\]]+$", ["[]"], ["a"]),
    "braces that count nothing": (r"^a{b}{,2}$", ["a{b}{,2}"], ["ab"]),
    "properties by long names": (r"^\p{Letter}\p{Script=Greek}\P{L}$", ["a\u03b11"], ["1\u03b1a"]),
    "a flag of other languages": (r"(?i)^abc$", ["ABC"], ["ABD"]),
    "Python's groups and ends": (r"\A(?P<a>x)\Z", ["x"], ["x\n", "ax"]),
    "lazily": (r"^a+?b*?$", ["aab"], ["ba"]),
}  # fmt: skip


@pytest.mark.parametrize(("pattern", "valid", "invalid"), ON_RE2.values(), ids=ON_RE2.keys())
def test_a_pattern_means_the_same_on_re2(pattern, valid, invalid):
    found = [matches(pattern, text, Effort(steps=10**9, seconds=0)) for text in [*valid, *invalid]]

    assert found == [True] * len(valid) + [False] * len(invalid)


ON_THE_CLOCK = {
    "a look-ahead in the middle": (r"^(?:(?!foo).)*$", ["bar"], ["a foo b"]),
    "one without a start": (r"(?=.*\d)x", ["x1"], ["1x", "x"]),
    "a back-reference": (r"^(a|b)\1$", ["aa"], ["ab"]),
    "by name": (r"^(?<q>['\"]).*\k<q>$", ['"a"'], ["'a\""]),
    "a look-behind": (r"(?<!\d)1(?!\d)", ["a1b"], ["11"]),
    "blanks are any": (r"^(?:(?!x)\s)+$", ["\u00a0\ufeff"], ["\u200b"]),
    "the end is the end": (r"^(a)\1$", ["aa"], ["aa\n"]),
    "code points": (r"^(\u{1F600})\1$", ["😀😀"], ["😀"]),
    "an edge of an ASCII word": (r"^(?!x)\bé?a\B", ["ab"], ["éab", "a"]),
    "a pattern too large for RE2": (r"^\p{L}{1,1000}$", ["é" * 1000], ["1", "é" * 1001]),
}  # fmt: skip


@pytest.mark.parametrize(("pattern", "valid", "invalid"), ON_THE_CLOCK.values(), ids=ON_THE_CLOCK.keys())
def test_a_pattern_that_re2_cannot_run_is_run_against_the_clock(pattern, valid, invalid):
    found = [matches(pattern, text, Effort(seconds=5)) for text in [*valid, *invalid]]

    assert found == [True] * len(valid) + [False] * len(invalid)


NO_PATTERNS = ["[", "(", ")", "a)", "*", "a**", "a{2,1}", "(?>a)", r"\1", r"\k<x>", r"\ud83d", "[z-a]", r"\Qa", "(?R)", "a{200000}"]  # fmt: skip


@pytest.mark.parametrize("pattern", NO_PATTERNS)
def test_what_is_no_pattern_is_not_checked_and_refuses_nothing(pattern):
    schema = {"type": "object", "properties": {"a": {"pattern": pattern}}}

    assert matcher(pattern).flaw
    assert checked({"a": "x"}, schema) == ([], {pattern})


def test_an_unchecked_pattern_of_property_names_lets_the_agent_through_and_no_reviewer():
    schema = {"type": "object", "patternProperties": {"(": {"type": "string"}}, "additionalProperties": False}

    assert payload.validate({"x": 1}, schema) == []
    assert [error.code for error in edit_errors({"x": 1}, {"x": 1, "y": 2}, schema, [])] == ["unknown_field"]


def test_the_form_says_that_a_pattern_is_not_checked():
    schema = {
        "properties": {"a": {"type": "string", "pattern": "(x"}, "b": {"type": "string", "pattern": "^x"}}
    }

    form = payload.build_form('{"a": "x", "b": "x"}', schema)

    assert form.root.members["a"].hints == ["Pattern (not checked here): (x"]
    assert form.root.members["b"].hints == ["Pattern: ^x"]


def test_patterns_past_the_bound_of_all_are_not_checked():
    schema = {"type": "object", "properties": {f"k{n}": {"pattern": f"^.{{{900 + n}}}$"} for n in range(40)}}

    errors, unchecked = checked({f"k{n}": "x" for n in range(40)}, schema)

    assert errors
    assert unchecked
    assert {error.code for error in errors} == {"pattern"}


HOSTILE = {
    "nested quantifiers": "^(a+)+$",
    "and words": r"^(\w+\s?)*$",
    "and a look-ahead": r"^(?=.*(a+)+\d)a",
    "and a back-reference": r"^(.*)(.*)(.*)(.*)\1\2\3\4$",
    "overlapping alternatives": r"^(?:a|aa|aaa)+(?!a)$",
    "tempered": r"^(?:(?!foo).)*$",
    "a look-behind bomb": r"(?<=(a|aa)+)b$",
    "look-behinds that count": "(?<=a{1,10000})" * 60 + "c",
    "repetitions of repetitions": "(?=a)((a{1,1000}){1,1000}){1,1000}b",
    "a repetition that multiplies": "(?=a)(?:a{1000}){1000}",
    "nested deeply": "(" * 29 + "a{1,1000}" + "){1,1000}" * 29,
    "nested past the bound": "(" * 2000 + "a" + ")+" * 2000,
    "long and long": "x{100000}" * 400,
    "dots": "." * 2500,
    "optional letters": "a?" * 1250,
    "optional classes": r"\s?" * 800,
    "classes": r"[^\S\W]{1,999}" * 170,
    "letters of all scripts": r"\p{L}{1000}",
    "properties": r"\p{L}" * 5000,
    "look-aheads": "^" + "(?=.*a)" * 350 + "b",
    "64 KB of alternatives": "|".join(f"w{n}" for n in range(10_000)),
    "2 KB of alternatives": "(?=a)(?:" + "|".join(f"w{n}" for n in range(350)) + ")+$",
    "an automaton of many states": "(a|b)*a(a|b){900}c",
    "many counted dots": "(?:.*a){20}.*b.{500}c",
}
TEXTS = ["a" * 200_000 + "!", "ab" * 100_000]


@pytest.mark.shows("schemas-that-burn")
@pytest.mark.parametrize("pattern", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_pattern_is_answered_within_a_bound(pattern):
    took = min(_seconds(pattern) for _ in range(3))

    assert took < 0.25  # 50 ms each for compiling, RE2 and the other engine; the rest is for a busy machine


def _seconds(pattern: str) -> float:
    matching.matcher.cache_clear()
    matching._program.cache_clear()
    started = time.process_time()
    matcher(pattern)
    effort = Effort()
    for text in TEXTS:
        matches(pattern, text, effort)
    return time.process_time() - started


@pytest.mark.shows("schemas-that-burn")
def test_the_clock_is_one_for_a_whole_payload():
    schema = {"type": "object", "additionalProperties": {"pattern": r"^(?:(?!foo).)*(\w+)+$"}}
    value = {f"k{n}": "a" * 2_000 + "!" for n in range(100)}

    started = time.process_time()
    errors, unchecked = checked(value, schema)

    assert time.process_time() - started < 0.5
    assert unchecked
    assert errors == []
