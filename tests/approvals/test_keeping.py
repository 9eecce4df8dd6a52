"""What is worked out once is kept, as much of it as fits."""

from __future__ import annotations

import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pytest

from approvals import patterns
from approvals.conditions.compiling import compiled as condition
from approvals.keeping import ENTRY, Kept, kept
from approvals.payload.canonical import canonical
from approvals.payload.schema import compiling, matching, unchecked
from approvals.templatetags.visible import _shown
from tests.approvals.payload.schema.hostile import HOSTILE
from tests.approvals.test_conditions import HOSTILE as CONDITIONS

MIB = 1024 * 1024


def doubled(most: int) -> tuple[Kept[[str], str], list[str]]:
    asked: list[str] = []

    @kept(most=most, weight=lambda result, text: len(result) + len(text))
    def double(text: str) -> str:
        asked.append(text)
        if not text:
            raise ValueError("nothing")
        return text + text

    return double, asked


def test_a_result_is_worked_out_once():
    double, asked = doubled(10_000)

    assert [double("ab"), double("ab"), double("c")] == ["abab", "abab", "cc"]
    assert asked == ["ab", "c"]


def test_what_was_asked_for_longest_ago_makes_room():
    double, asked = doubled(2 * (ENTRY + 30))
    for text in ("a" * 10, "b" * 10, "a" * 10, "c" * 10, "a" * 10, "b" * 10):
        double(text)

    assert [text[0] for text in asked] == ["a", "b", "c", "b"]
    assert double.held <= double.most


def test_what_is_heavier_than_all_of_it_is_not_kept():
    double, asked = doubled(2_000)

    double("small")
    double("x" * 5_000)
    double("small")

    assert len(asked) == 2
    assert len(double) == 1


def test_a_failure_is_not_kept():
    double, asked = doubled(2_000)

    for _ in range(2):
        with pytest.raises(ValueError, match="nothing"):
            double("")

    assert (asked, double.held) == (["", ""], 0)


def test_nothing_is_held_once_it_is_cleared():
    double, asked = doubled(2_000)
    double("a")

    double.cache_clear()

    assert (len(double), double.held) == (0, 0)
    assert (double("a"), asked) == ("aa", ["a", "a"])


def test_threads_share_it_and_none_counts_twice():
    double, _ = doubled(40 * (ENTRY + 10))
    texts = [str(number % 60) for number in range(6_000)]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(double, texts))

    assert found == [text + text for text in texts]
    assert double.held == sum(weight for _, weight in double._results.values()) <= double.most


KEPT = (
    matching.matcher,
    matching._program,
    compiling._compiled,
    unchecked._beforehand,
    unchecked._afterwards,
    condition,
    _shown,
)


def test_all_caches_together_stay_small_beside_a_process():
    assert sum(each.most for each in KEPT) <= 128 * MIB


@pytest.mark.shows("memory-that-fills")
@pytest.mark.parametrize(
    "name",
    [
        "an enum of 12,000",
        "900 enums of lists",
        "1,990 fields",
        "not within not",
        "1,500 references to 1,500 unknown keywords",
        "900 references beside a keyword",
        "1,000 references to a big enum",
        "700 references to 1,200 fields",
    ],
)
def test_a_kept_schema_holds_no_more_than_it_counts_for(name):
    text = compiling.json.dumps(HOSTILE[name], separators=(",", ":"))
    compiling._compiled.cache_clear()
    tracemalloc.start()

    compiling._compiled(text)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert held <= compiling._compiled.held


@pytest.mark.shows("memory-that-fills")
def test_thousands_of_patterns_are_kept_within_their_bytes():
    for number in range(1_000):
        matching.matcher(f"^(a|b)*a(a|b){{9}}c{number}$")

    assert matching.matcher.held <= matching.matcher.most
    assert 100 < len(matching.matcher) < 500


def test_a_pattern_counts_for_all_that_its_automaton_may_come_to_hold():
    small, large = patterns.compiled("^a$"), patterns.compiled(r"^\p{L}{20}$")

    assert (patterns.memory(small), patterns.memory(large)) == (patterns.SMALL, patterns.LARGE)


@pytest.mark.shows("memory-that-fills")
def test_short_texts_hold_no_room_for_long_ones():
    tracemalloc.start()

    held = [canonical(number) for number in range(2_000)]
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(held) == 2_000
    assert size < 300 * len(held)


def test_hostile_conditions_are_kept_within_their_bytes():
    for number in range(2_000):
        condition(f"payload.amount > {number}{' ' * 500}")

    assert condition.held <= condition.most
    assert len(CONDITIONS) < len(condition) < 200
