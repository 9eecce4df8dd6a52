"""Two different values never look alike, on any page and in any field."""

from __future__ import annotations

import re
from itertools import combinations

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import assume, given

from approvals import payload
from approvals.payload import ABSENT, display
from tests.approvals.payload.browser import form_for, rendered
from tests.approvals.payload.strategies import texts, values
from tests.site.tongue import TONGUE, spoken

LOOK_ALIKES = [
    3, "3", "3.0", 3.5, "3.5", "\uff13", True, "Yes", "yes", "true", False, "No", None, "null", "None", "", [], {}, '""', "[]", "{}",
    "empty text", "empty list", "empty group", "left out", [3], ["3"], "[3]", "[\n  3\n]", {"a": 1}, '{\n  "a": 1\n}',
    " ", "  ", "a", "a ", " a", "a\n", "a\t", '"a"', '"3"', ABSENT,
]  # fmt: skip


def side(value: object) -> str:
    """What a reader sees of a value in a table."""
    return seen(render_to_string("approvals/payload/_side.html", {"side": display.shown(value)}))


def seen(html: str) -> str:
    """What a reader sees of markup: its elements and their text; spaces run together."""
    drawn = re.sub(r"<(\w+)([^>]*)>", lambda tag: f"<{tag[1]} {_drawn(tag[2])}>", html)
    return re.sub(r"\s+", " ", drawn)


def _drawn(attributes: str) -> str:
    return " ".join(re.findall(r'(?:value|placeholder|class)="[^"]*"', attributes))


def test_look_alikes_read_differently_in_tables():
    assert [(one, other) for one, other in combinations(LOOK_ALIKES, 2) if side(one) == side(other)] == []


def test_look_alikes_read_differently_on_one_line():
    held = [value for value in LOOK_ALIKES if value is not ABSENT]

    words = [display.in_words(value) for value in held]

    assert len(set(words)) == len(held)


@given(values, values)
def test_different_values_read_differently(one, other):
    assume(not payload.same(one, other))

    left, right = display.sides(one, other)

    assert left != right
    assert display.shown(one) != display.shown(other)
    assert display.in_words(one) != display.in_words(other)


@given(texts)
def test_a_plain_text_reads_as_it_stands(text):
    word = f"a{text}z"

    assert display.shown(word) == display.Shown(text=word)


def test_a_value_that_comes_in_is_marked_only_where_it_reads_as_another():
    rows = payload.comparison({}, {"a": "plain", "b": 3, "c": True, "d": "3"})

    assert [row.after.mark for row in rows] == ["", "", "", "text"]


def test_sides_of_different_types_name_them():
    [row] = payload.comparison({"value": 3}, {"value": "3"})

    assert (row.before.mark, row.after.mark) == ("number", "text")


def test_both_types_are_named_even_where_one_text_is_plain():
    [row] = payload.comparison({"value": True}, {"value": "of course"})

    assert (row.before.mark, row.after.mark) == ("yes or no", "text")


HIDDEN = {
    "a no-break space": ("pay now", "pay\u00a0now"),
    "line ends": ("a\r\nb", "a\nb"),
    "a blank more": ("a b", "a  b"),
    "a blank at the end": ("a b", "a b "),
    "a letter put together": ("\u00e9", "e\u0301"),
    "a tab": ("a b", "a\tb"),
}


@pytest.mark.parametrize(("old", "new"), HIDDEN.values(), ids=HIDDEN.keys())
def test_a_difference_that_no_eye_sees_is_spelled_out(old, new):
    [row] = payload.comparison({"a": old}, {"a": new})

    assert row.before.text != row.after.text
    assert (row.before.text + row.after.text).isascii()
    assert (row.before.mark, row.words) == ("text", [])


def field_of(value: object, schema: object = None) -> str:
    return seen(rendered(form_for({"x": value}, {"properties": {"x": schema}} if schema else None)))


IN_FORMS = {
    "number and text": ((3, None), ("3", None)),
    "number and text by their types": ((3, {"type": "number"}), ("3", {"type": "string"})),
    "an empty text and an empty list": (("", None), ([], None)),
    "an empty list and an empty group": (([], None), ({}, None)),
    "yes and its word": ((True, None), ("Yes", None)),
    "yes and its word as a choice": ((True, {"enum": [True, False]}), ("Yes", {"enum": ["Yes", "No"]})),
    "numbers and texts in a list": (([1], None), (["1"], None)),
    "null and its word": ((None, None), ("null", None)),
    "choices of numbers and of texts": ((1, {"enum": [1, 2]}), ("1", {"enum": ["1", "2"]})),
    "blanks at the end": (("a", None), ("a ", None)),
}


@pytest.mark.parametrize(("one", "other"), IN_FORMS.values(), ids=IN_FORMS.keys())
def test_types_are_seen_in_the_form(one, other):
    assert field_of(*one) != field_of(*other)


@pytest.mark.parametrize("value", [3, "3", True, "Yes", None, "null", "", [], {}])
def test_types_are_seen_in_locked_fields(value):
    html = rendered(form_for({"x": value}, locked=["/x"]))

    assert side(value).strip() in seen(html)


def test_an_empty_input_says_why_it_is_empty():
    schema = {"properties": {name: {"type": ["string", "null"]} for name in "abc"}}

    html = rendered(form_for({"a": "", "b": None}, schema))

    assert re.findall(r'placeholder="([^"]*)"', html) == ["empty text", "null", "left out"]


def test_a_list_without_rows_says_that_it_is_empty():
    schema = {"properties": {"tags": {"type": "array", "items": {"type": "string"}}}}

    assert "Empty list." in rendered(form_for({"tags": []}, schema))
    assert "Empty list." not in rendered(form_for({}, schema))


def test_a_default_is_told_from_the_text_that_looks_like_it():
    numbers, texts = ({"properties": {"a": {"default": default}}} for default in (3, "3"))

    assert "When left out: 3" in rendered(form_for({}, numbers))
    assert "When left out: &quot;3&quot;" in rendered(form_for({}, texts))


def test_a_refusal_names_choices_with_their_types():
    [error] = payload.validate({"a": 2}, {"properties": {"a": {"enum": ["2", True]}}})

    assert error.message == 'must be one of "2", Yes'


def test_a_list_of_plain_texts_is_read_line_by_line():
    assert display.shown(["dana@acme.example", "li@acme.example"]) == display.Shown(
        text="dana@acme.example\nli@acme.example", mark="list"
    )


@pytest.mark.parametrize(
    "entry", ["two\nlines", " blank", "", "7", "yes", "null", "a\u200bb", 7, None, ["a"]]
)
def test_a_list_with_an_entry_that_could_be_taken_for_another_is_json(entry):
    assert display.shown(["a", entry]).text.startswith("[")


@pytest.mark.parametrize("word", ["⟦Yes⟧", "⟦no⟧", "⟦left out⟧", "⟦empty text⟧", "⟦empty list⟧"])
def test_a_text_that_reads_as_another_value_in_the_readers_language_is_marked(word: str):
    with spoken(), translation.override(TONGUE):
        marked = display.shown(word)

    assert marked == display.Shown(text=word, mark="⟦text⟧")
    assert display.shown(word) == display.Shown(text=word)
