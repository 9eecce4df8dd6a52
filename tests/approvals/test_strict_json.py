"""What two JSON parsers could read differently is refused, quickly and with advice."""

from __future__ import annotations

import json

import pytest

from approvals import strict_json
from approvals.exceptions import InvalidInput, TooLarge

REFUSED = {
    "not a number": ('{"a": NaN}', "/a", "not_finite"),
    "infinity": ('{"a": [1, -Infinity]}', "/a/1", "not_finite"),
    "duplicate key": ('{"o": {"a": 1, "a": 2}}', "/o/a", "duplicate_key"),
    "duplicate key in other spelling": ('{"a": 1, "\\u0061": 2}', "/a", "duplicate_key"),
    "null character": ('{"a": "x\\u0000"}', "/a", "null_character"),
    "null character in a key": ('{"x\\u0000": 1}', "", "null_character"),
    "lone surrogate": ('["\\ud83d"]', "/0", "lone_surrogate"),
    "lone surrogate in a key": ('{"\\uDE00": 1}', "", "lone_surrogate"),
    "surrogate as such": ('["\ud83d"]', "", "lone_surrogate"),
    "integer too large": ('{"a/b": 9007199254740992}', "/a~1b", "unsafe_integer"),
    "integer too small": ("[-9007199254740992]", "/0", "unsafe_integer"),
    "whole number with an exponent": ("[1e20]", "/0", "unsafe_integer"),
    "overflow": ("[1e999999]", "/0", "unsafe_integer"),
    "underflow": ("[1e-999999]", "/0", "inexact_number"),
    "more digits than a double": ("[0.12345678901234567890]", "/0", "inexact_number"),
    "an exponent beyond all": ("[1e-99999999999999999999]", "/0", "inexact_number"),
    "trailing garbage": ('{"a": 1} x', "", "syntax"),
    "two values": ("{}{}", "", "syntax"),
    "nothing": ("", "", "syntax"),
    "a byte order mark": ("\ufeff{}", "", "byte_order_mark"),
    "broken UTF-8": (b'{"a": "\xff"}', "", "not_utf8"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "", "not_utf8"),
    "a raw line break in a string": ('{"a": "x\ny"}', "", "syntax"),
    "too deep": ("[" * 33 + "]" * 33, "", "too_deep"),
}


@pytest.mark.parametrize(("text", "pointer", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_it_is_refused_where_it_stands(text, pointer, code):
    with pytest.raises(InvalidInput) as refusal:
        strict_json.loads(text)

    assert (refusal.value.errors[0].pointer, refusal.value.errors[0].code) == (pointer, code)


@pytest.mark.parametrize(
    "text",
    [
        "0.1",
        "19.99",
        "1e3",
        "1E-7",
        "-0",
        "9007199254740991",
        '"[[[[\\"{"',
        "[" * 32 + "]" * 32,
        '"\\ud83d\\ude00"',
    ],
)
def test_ordinary_json_is_read_as_it_is(text):
    assert strict_json.loads(text) == json.loads(text)
    assert strict_json.loads(text.encode()) == json.loads(text)


def test_every_flaw_is_named_at_once():
    with pytest.raises(InvalidInput) as refusal:
        strict_json.loads('{"a": NaN, "b": {"c": 1, "c": 1e400}, "d": "\\u0000"}')

    assert [error.pointer for error in refusal.value.errors] == ["/a", "/b/c", "/d"]


def test_syntax_errors_give_line_and_column():
    with pytest.raises(InvalidInput, match="line 2, column 8"):
        strict_json.loads('{\n  "a": }')


def test_a_text_over_the_bound_is_too_large():
    with pytest.raises(TooLarge, match="at most 10"):
        strict_json.loads('"eleven bytes"', max_bytes=10)


def test_the_bound_counts_bytes_not_characters():
    assert strict_json.loads('"ééé"', max_bytes=8) == "ééé"
    with pytest.raises(TooLarge):
        strict_json.loads('"ééé"', max_bytes=7)


@pytest.mark.shows("bodies-that-burn")
@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 50_000,
        "1" * 200_000,
        "[1e" + "9" * 200_000 + "]",
        "[0." + "1" * 200_000 + "]",
        '"' + "\\" * 200_001,
        '{"a":1,' + '"a":1,' * 40_000 + '"a":1}',
        "[" + "NaN," * 60_000 + "NaN]",
    ],
    ids=[
        "brackets",
        "objects",
        "long integer",
        "long exponent",
        "long fraction",
        "escapes",
        "duplicates",
        "NaN",
    ],
)
def test_bombs_are_refused_before_they_burn(text):
    with pytest.raises(InvalidInput):
        strict_json.loads(text)


def test_a_members_source_text_is_kept_to_the_byte():
    text = '{ "a" : [1, 2] ,\n "p\\u0061yload" : { "z": 1.50, "a": "\\u00e9" }, "b": null }'

    assert strict_json.member_text(text, "payload") == '{ "z": 1.50, "a": "\\u00e9" }'
    assert strict_json.member_text(text.encode(), "b") == "null"


@pytest.mark.parametrize("text", ["{}", '{"a": 1}', "[]", "1", '{"a": {"missing": 1}}'])
def test_a_missing_member_is_a_key_error(text):
    with pytest.raises(KeyError):
        strict_json.member_text(text, "missing")


@pytest.mark.parametrize(
    "literal", ["", "1,5", "0x10", "NaN", "\uff11", ".5", "5.", "01", "+1", "1 000", "--1"]
)
def test_a_number_that_json_does_not_know_is_refused(literal):
    with pytest.raises(InvalidInput):
        strict_json.number(literal)
