"""Schemas that were made to cost much: each is refused or ready within 50 ms. `bench/schemas.py` measures them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice, product
from typing import Any

from tests.approvals.payload.schema.test_patterns import HOSTILE as PATTERNS

Schema = dict[str, Any]


def nested(inner: Any, levels: int, wrap: Callable[[Any], Any]) -> Any:
    for _ in range(levels):
        inner = wrap(inner)
    return inner


def patterns(*each: str) -> Schema:
    return {"type": "object", "properties": {f"k{n}": {"pattern": one} for n, one in enumerate(each)}}


def fields(*each: Any) -> Schema:
    return {"type": "object", "properties": {f"k{n}": one for n, one in enumerate(each)}}


def chained(count: int, link: Callable[[str], Schema]) -> Schema:
    """Definitions of which each refers to the next."""
    links = {f"d{n}": link(f"#/$defs/d{n + 1}") for n in range(count)}
    return {"type": "object", "$ref": "#/$defs/d0", "$defs": {**links, f"d{count}": {"type": "object"}}}


def fields_named(name: str, inner: Any) -> Schema:
    return {"type": "object", "properties": {name: inner}}


def referred(count: int, target: Schema, **beside: Any) -> Schema:
    """Fields that are all one definition."""
    return {**fields(*({"$ref": "#/$defs/a", **beside} for _ in range(count))), "$defs": {"a": target}}


EVERY_KEYWORD: Schema = {
    "type": ["string", "object"], "title": "a", "description": "b", "default": "c", "examples": ["d"],
    "readOnly": False, "enum": ["e"], "const": "e", "format": "date", "pattern": "^e", "minLength": 1, "maxLength": 9,
    "minimum": 1, "maximum": 9, "multipleOf": 1, "minItems": 1, "maxItems": 9, "uniqueItems": True,
    "minProperties": 1, "maxProperties": 9, "required": ["a"], "properties": {"a": True},
}  # fmt: skip

HOSTILE: dict[str, Schema] = {
    # Patterns: many, long, and such as multiply.
    "27 patterns of 2,300 dots": patterns(*("." * (2300 + n) for n in range(27))),
    "20 patterns of 1,000 optional classes": patterns(*(r"\s?" * 800 + "x" * n for n in range(20))),
    "1,000 patterns of 60 characters": patterns(*(f"^[a-z]{{1,{n}}}[A-Z]*(foo|bar|baz){n}$" for n in range(1000))),
    "1,900 short patterns": patterns(*(f"^.{n}" for n in range(1900))),
    "6,000 patterns on property names": {
        "type": "object",
        "patternProperties": {f"{n}$": True for n in range(4000)},
    },
    "900 patterns on names, each on a value too": {
        "type": "object",
        "patternProperties": {f"^a{n}.*[b-z]$": {"pattern": f"{n}.*x{n}"} for n in range(900)},
    },
    "counts that multiply": patterns(*(f"((a{{1,{900 + n}}}){{1,1000}}){{1,1000}}" for n in range(99))),
    "counts just below the bound": patterns(*(f"(?:[^\\S\\W]{{1,99}}){{10}}x{{{n}}}" for n in range(99))),
    "100 counts of a class of all letters": patterns(*(rf"\p{{L}}{{{500 + n}}}" for n in range(100))),
    "40 properties in each of 60": patterns(*(r"\p{Lu}\P{Greek}" * 20 + "x" * n for n in range(60))),
    "folded classes of all scripts": patterns(*(rf"(?i)[\p{{L}}\p{{N}}x]{{{20 + n}}}" for n in range(100))),
    "look-aheads by the hundred": patterns(*("^" + "(?=.*a)" * 300 + "b" * n for n in range(20))),
    "look-behinds by the hundred": patterns(*("b" * n + "(?<=a{1,90}).*" * 90 + "$" for n in range(20))),
    "back-references by the hundred": patterns(*(r"(a)\1" * 200 + "b" * n for n in range(60))),
    "alternatives by the hundred": patterns(
        *("(?=a)" + "|".join(f"w{n}x{m}" for m in range(300)) for n in range(25))
    ),
    "brackets 29 deep": patterns(*("(" * 29 + f"a{n}" + ")+" * 29 for n in range(600))),
    "brackets that never close": patterns(*("([" * 1000 + str(n) for n in range(30))),
    "classes of a thousand members": patterns(
        *("[" + "".join(chr(0x4E00 + 2 * m + n) for m in range(1000)) + "]" for n in range(20))
    ),
    "ranges by the hundred": patterns(
        *("[" + "".join(rf"\u{0x1000 + 4 * m + n:04x}-\u{0x1002 + 4 * m + n:04x}" for m in range(150)) + "]{9}" for n in range(30))
    ),
    "an automaton of many states, 60 times": patterns(*(f"(a|b)*a(a|b){{{900 - n}}}c" for n in range(60))),
    "each hostile pattern at once": patterns(*(one[:4000] for one in PATTERNS.values())),
    # Shapes: deep, wide, and such as refer in circles.
    "63 levels deep": nested({}, 31, lambda inner: {"type": "object", "properties": {"a": inner}}),
    "1,000 levels deep": nested({}, 1000, lambda inner: {"type": "object", "properties": {"a": inner}}),
    "4,000 fields": fields(*({"type": "string"} for _ in range(2800))),
    "1,990 fields": fields(*({"minimum": 1} for _ in range(1990))),
    "an enum of 12,000": fields({"enum": [*range(12_000)]}),
    "900 enums of lists": fields(*({"enum": [[n], [[n]], {"a": [n]}]} for n in range(900))),
    "required names by the thousand": {"type": "object", "required": [f"a{n}" for n in range(7000)]},
    "anyOf within anyOf": {"type": "object", **nested({}, 10, lambda inner: {"anyOf": [inner, inner]})},
    "anyOf doubled by references": chained(60, lambda to: {"anyOf": [{"$ref": to}, {"$ref": to}]}),
    "a chain of 1,900 references": chained(1900, lambda to: {"$ref": to}),
    "a chain of 60 references beside fields": chained(60, lambda to: {"required": ["a"], "$ref": to}),
    "1,900 references to one place": {
        **fields(*({"$ref": "#/$defs/a"} for _ in range(1900))),
        "$defs": {"a": {"allOf": [{"minimum": n} for n in range(60)]}},
    },
    "1,000 references to 3,000 unknown keywords": referred(1000, {f"x{n}": 0 for n in range(3000)}),
    "1,500 references to 1,500 unknown keywords": referred(1500, {f"x{n}": 0 for n in range(1500)}),
    "1,800 references to every keyword": referred(1800, EVERY_KEYWORD),
    "900 titled references to every keyword": referred(900, EVERY_KEYWORD, title="t"),
    "900 references beside a keyword": referred(900, EVERY_KEYWORD, minLength=2),
    "1,000 references to a big enum": referred(1000, {"enum": [*range(5000)]}),
    "700 references to 1,200 fields": referred(700, fields(*[True] * 1200)),
    "700 references to 3,000 required names": referred(700, {"required": [f"a{n}" for n in range(3000)]}),
    "900 names of one place": {
        **fields(*({"$ref": "#/$defs/" + "".join(one)} for one in islice(product(("~2", "~02"), repeat=10), 900))),
        "$defs": {"~2" * 10: {"enum": [*range(2000)]}},
    },
    "patterns below a field named enum": fields_named("enum", patterns(*(f"^.{{{900 + n}}}$" for n in range(900)))),
    "references that run in a circle": chained(1, lambda to: {"$ref": "#"}),
    "ids and anchors by the thousand": {
        "type": "object",
        "$defs": {f"d{n}": {"$id": f"d{n}", "$anchor": f"a{n}"} for n in range(1400)},
        "properties": {f"k{n}": {"$ref": f"d{n}"} for n in range(400)},
    },
    "ids within ids": {
        "type": "object",
        **nested({}, 20, lambda inner: {"$id": "a/", "$defs": {"d": inner, "e": {"$ref": "../a"}}}),
    },
    "references with long pointers": {
        "type": "object",
        "properties": {f"k{n}": {"$ref": "#/$defs" * 20} for n in range(400)},
    },
    "a name of 60,000 characters": {"type": "object", "properties": {"k" * 60_000: {"minimum": 1}}},
    "a title of 10 MB": {"type": "object", "title": "x" * 10_000_000},
    "numbers of 300 digits": fields(*({"minimum": 10**300 + n} for n in range(150))),
    "not within not": {"type": "object", **nested({}, 60, lambda inner: {"not": inner})},
    "dependencies in each other": {
        "type": "object",
        "dependentSchemas": {f"a{n}": {"dependentSchemas": {f"b{n}": True}} for n in range(900)},
    },
    "2,000 wrong keywords": fields(*({"type": n} for n in range(1990))),
}  # fmt: skip
