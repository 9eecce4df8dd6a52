"""A change is a unified difference, marked by sign and element."""

from __future__ import annotations

import pytest

from tests.approvals.payload.renderers.reading import markup, shown, title, words

PATCH = "--- a/x.sql\n+++ b/x.sql\n@@ -1,3 +1,3 @@\n keep\n--- gone\n+new\n end\n"


def rows(value):
    return [(row.op, row.text) for row in shown(value).rows]


def test_before_and_after_become_a_difference():
    assert rows({"path": "a.yml", "before": "a\nb\nc", "after": "a\nB\nc"}) == [
        ("same", "a"),
        ("del", "b"),
        ("ins", "B"),
        ("same", "c"),
    ]


def test_unchanged_lines_between_changes_are_counted():
    old = [f"line {n}" for n in range(40)]
    new = ["first", *old[1:-1], "last"]

    assert ("skip", "32 unchanged lines") in rows({"oldText": "\n".join(old), "newText": "\n".join(new)})


def test_values_before_and_after_are_compared_as_json():
    assert ("ins", '  "replicas": 5') in rows({"old": {"replicas": 3}, "new": {"replicas": 5}})


def test_a_list_of_edits_is_one_difference_after_another():
    edits = [{"oldText": "a\nb\n", "newText": "a\nc\n"}, {"oldText": "# gone", "newText": ""}]

    assert rows({"path": "a.toml", "edits": edits}) == [
        ("skip", "Edit 1 of 2"),
        ("same", "a"),
        ("del", "b"),
        ("ins", "c"),
        ("skip", "Edit 2 of 2"),
        ("del", "# gone"),
    ]


@pytest.mark.parametrize(
    "edits",
    [
        [{"oldText": "a", "newText": "b", "line": "3"}],
        [{"oldText": "a"}],
        [{"oldText": "a", "newText": None}],
        [{"field": "a", "value": "b"}],
        ["a"],
    ],
)
def test_edits_that_would_not_be_shown_whole_are_no_change(edits):
    assert title({"path": "a.toml", "edits": edits}) != "As a change"


def test_a_removed_line_that_looks_like_a_heading_is_removed():
    assert rows({"diff": PATCH}) == [
        ("head", "--- a/x.sql"),
        ("head", "+++ b/x.sql"),
        ("skip", "@@ -1,3 +1,3 @@"),
        ("same", "keep"),
        ("del", "-- gone"),
        ("ins", "new"),
        ("same", "end"),
    ]


def test_signs_and_elements_mark_what_changes():
    page = markup({"before": "a", "after": "<b>"})

    assert "<del>a</del>" in page
    assert "<ins>&lt;b&gt;</ins>" in page
    assert "1 line added, 1 removed" in words({"before": "a", "after": "<b>"})


def test_invisible_characters_are_shown():
    assert "U+202E" in words({"before": "a", "after": "a\u202e"})


@pytest.mark.parametrize(
    "value",
    [
        {"diff": "no difference"}, {"diff": "@@ -1,9 +1,9 @@\n-a\n+b"}, {"diff": "@@ -1 +1 @@\n*a\n+b"}, {"diff": 3}, {"before": "a"},
        {"before": 1, "after": 2}, {"before": "a", "after": "a"}, {"diff": PATCH, "before": "a", "after": "b"},
        {"before": "a\n" * 6000, "after": "b"},
    ],
)  # fmt: skip
def test_what_is_no_difference_is_no_change(value):
    assert title(value) != "As a change"


def test_texts_that_differ_throughout_are_shown_whole():
    old, new = "\n".join(f"a{n}" for n in range(2000)), "\n".join(f"b{n}" for n in range(2000))

    change = shown({"before": old, "after": new})

    assert (change.removed, change.added) == (2000, 2000)
