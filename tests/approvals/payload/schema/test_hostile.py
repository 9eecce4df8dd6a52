"""What a schema costs is bounded before the work is done: counted in calls and instructions, not in seconds."""

from __future__ import annotations

from typing import Any

import pytest

from approvals.exceptions import InvalidInput
from approvals.payload.schema import allowance, compiling, matching
from approvals.payload.schema.compiling import compiled
from tests.approvals.payload.schema.hostile import HOSTILE, fields_named, patterns, referred
from tests.calls import calls

MOST_CALLS = 350_000
"""Function calls: some 50 ms of work, with the patterns' work beside it."""


@pytest.fixture(autouse=True)
def _nothing_is_kept():
    for each in (compiling._compiled, matching.matcher, matching._program):
        each.cache_clear()


def try_out(schema: Any) -> compiling.Compiled | None:
    try:
        return compiled(schema)
    except InvalidInput:
        return None


@pytest.mark.shows("schemas-that-burn")
@pytest.mark.parametrize("schema", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_schema_is_refused_or_ready_within_a_bound(schema):
    assert calls(lambda: try_out(schema)) < MOST_CALLS


@pytest.mark.shows("schemas-that-burn")
@pytest.mark.parametrize("schema", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_a_schemas_patterns_cost_is_within_its_allowance(schema):
    plan = try_out(schema)
    parts = list(compiling._parts(plan.schema)) if plan else []
    checked = {one for part in parts for one in compiling._patterns(part)} - (
        plan.unchecked if plan else set()
    )

    work = sum(matching.PER_CHARACTER * len(one) + matching.matcher(one).work for one in checked)

    assert work <= allowance.MOST_WORK


@pytest.mark.shows("schemas-that-burn")
def test_patterns_past_the_allowance_are_not_even_compiled():
    plan = try_out(patterns(*(f"^.{{{200 + n}}}$" for n in range(500))))

    assert plan
    assert len(matching.matcher) < 20
    assert len(plan.unchecked) > 480


def test_short_patterns_are_checked_beside_hostile_ones():
    plan = try_out(
        patterns("." * 2_400, r"\p{L}{1000}", *("x{1000}" * 300, "(" * 2_000), "^[a-z]+$", "^a|b$")
    )

    assert plan
    assert not plan.unchecked & {"^[a-z]+$", "^a|b$"}


def test_a_schema_of_a_usual_size_has_all_its_patterns_checked():
    usual = [
        rf"^[A-Z]{{2,{n + 3}}}-\d{{4}}(-\d\d)?$|^(?:https?://)?[\w.-]+\.example/[^\s?#]{{1,64}}$"
        for n in range(20)
    ]

    plan = try_out(patterns(*usual))

    assert plan
    assert (plan.unchecked, plan.is_certain) == (frozenset(), True)


def test_150_short_patterns_of_a_form_are_all_checked():
    plan = try_out(patterns(*(f"^[A-Z]{{2}}-{n:04d}-[0-9]{{4}}$" for n in range(150))))

    assert plan
    assert (plan.unchecked, plan.is_certain) == (frozenset(), True)


def test_a_pattern_among_hundreds_of_groups_is_checked():
    groups = {f"g{n}": {"type": "object", "properties": {"a": {"type": "string"}}} for n in range(900)}
    iban = {"type": "string", "pattern": "^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$"}

    plan = try_out({"type": "object", "properties": {"iban": iban, **groups}})

    assert plan
    assert not plan.unchecked


@pytest.mark.parametrize("name", ["pattern", "patternProperties", "enum", "const", "default", "properties"])
def test_a_field_may_be_named_like_a_keyword(name):
    schema = fields_named(name, {"type": "object", "properties": {"a": {"pattern": "(x"}, "b": True}})

    plan = try_out({**schema, "required": [name]})

    assert plan
    assert plan.unchecked == {"(x"}
    assert plan.schema["properties"][name]["properties"]["a"][compiling.UNCHECKED]


@pytest.mark.shows("schemas-that-burn")
def test_references_repeat_no_keyword_that_nobody_reads():
    plan = try_out(HOSTILE["1,000 references to 3,000 unknown keywords"])

    assert plan
    assert plan.keywords < 100


@pytest.mark.shows("schemas-that-burn")
def test_what_references_repeat_counts_in_the_cache():
    once, often = (try_out(referred(count, {"minLength": 1, "maxLength": 9})) for count in (1, 1000))

    assert once
    assert often
    assert often.keywords - once.keywords == 2 * 999


def test_the_answer_is_the_same_whatever_is_kept_already():
    schema = HOSTILE["counts just below the bound"]
    first = try_out(schema)
    compiling._compiled.cache_clear()

    second = try_out(schema)

    assert first
    assert second
    assert first.unchecked == second.unchecked


@pytest.mark.shows("schemas-that-burn")
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("1,000 levels deep", "must be an object of at most 64 levels"),
        ("a title of 10 MB", "has more than 65,536 bytes"),
        ("4,000 fields", "at most 65,536 are accepted"),
        ("anyOf doubled by references", "has more than 2,000 nodes"),
        ("1,900 references to one place", "has more than 5,000 nodes"),
        ("1,800 references to every keyword", "has more than 20,000 keywords"),
        ("references that run in a circle", "refers to itself"),
    ],
)
def test_a_refusal_says_which_bound_it_is(name, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        compiled(HOSTILE[name])
