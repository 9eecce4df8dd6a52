"""A repeated post has one meaning, and a form shown again posts what it received."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approvals.payload import Bound, PayloadForm
from tests.approvals.payload.browser import Pairs, form_for, posted, posted_from, rendered

SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": ["string", "null"]},
        "note": {"type": "string"},
        "urgent": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "free": {},
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"n": {"type": "string"}},
            },
        },
        "address": {"type": "object", "properties": {"city": {"type": "string"}, "zip": {"type": "string"}}},
    },
}
VALUES = [
    {},
    {"name": None},
    {"name": "Ada", "note": "", "urgent": False, "tags": ["a", "b"], "free": {"x": 1}, "address": {}},
    {"lines": [{"n": "a"}, {}]},
]


def shown_again(bound: Bound) -> Pairs:
    """What a browser posts for the page that shows what was posted."""
    return posted_from(rendered(bound.form))


def choose(form: PayloadForm, key: str, state: str) -> Pairs:
    """What a browser posts after a reviewer chose this state for the field."""
    node = form.root.members[key]  # type: ignore[attr-defined]
    option = next(option.posted for option in node.state_choices if option.value == state)
    return {f"state/{key}": [option]}


def test_a_filled_field_stays_filled_however_often_it_is_posted():
    form = form_for({}, SCHEMA)
    pairs = posted(form, note="n1")

    values = [form.bind(pairs).value for _ in range(3)]

    assert values == [{"note": "n1"}] * 3


def test_a_filled_field_stays_filled_when_its_page_is_shown_again():
    form = form_for({}, SCHEMA)

    again = form.bind(shown_again(form.bind(posted(form, note="n1"))))

    assert again.value == {"note": "n1"}


@pytest.mark.parametrize(("key", "state"), [("note", "absent"), ("name", "null"), ("name", "absent")])
def test_what_was_filled_can_be_taken_out_again(key, state):
    form = form_for({"name": None}, SCHEMA)
    filled = form.bind(posted(form, note="n1", name="Ada"))

    emptied = form.bind({**shown_again(filled), **choose(filled.form, key, state)})

    expected = {"name": "Ada", "note": "n1"} | {key: None}
    assert emptied.value == {k: v for k, v in expected.items() if k != key or state == "null"}
    assert form.bind(shown_again(emptied)).value == emptied.value


def test_typing_fills_again_what_was_taken_out():
    form = form_for({"note": "old"}, SCHEMA)
    emptied = form.bind({**posted(form), **choose(form, "note", "absent")})

    filled = form.bind({**shown_again(emptied), "payload/note": ["new"]})

    assert emptied.value == {}
    assert filled.value == {"note": "new"}


def test_a_state_that_a_browser_did_not_post_leaves_the_field_filled():
    form = form_for({"name": None}, SCHEMA)
    pairs = posted(form, note="n1", name="Ada")
    del pairs["state/name"]

    assert "state/note" not in pairs
    assert form.bind(pairs).value == {"name": "Ada", "note": "n1"}


def test_what_cannot_be_read_is_posted_again_as_typed():
    schema = {"type": "object", "properties": {"amount": {"type": "integer"}}}
    form = form_for({"amount": 3}, schema)

    bound = form.bind(posted(form, amount="12x"))

    assert shown_again(bound)["payload/amount"] == ["12x"]
    assert form.bind(shown_again(bound)).errors == bound.errors


TEXTS = st.sampled_from(["", "x", "true", "false", "{", "[1]", '"a"', "null", " "])
OPTIONS = st.sampled_from(["", "true", "false"])
STATES = st.sampled_from(["value", "absent", "absent-chosen", "absent-unless-filled"])


def _typed(name: str) -> st.SearchStrategy[str]:
    if name == "payload/urgent":
        return OPTIONS
    return STATES if name.startswith("state") else TEXTS


@settings(deadline=None)
@given(data=st.data(), value=st.sampled_from(VALUES))
def test_whatever_was_posted_is_posted_again_by_the_page_that_shows_it(data, value):
    form = form_for(value, SCHEMA)
    pairs = posted(form)
    for name in data.draw(st.lists(st.sampled_from(sorted(pairs)), unique=True)):
        if not name.startswith("rows"):
            pairs[name] = [data.draw(_typed(name))]

    bound = form.bind(pairs)
    again = form.bind(shown_again(bound))

    if not any(error.code == "unreadable" for error in bound.errors):
        assert (again.value, again.text) == (bound.value, bound.text)
    assert again.form.pairs() == bound.form.pairs()
    assert form.bind(pairs).value == bound.value


@given(value=st.sampled_from(VALUES))
def test_the_pairs_of_a_form_are_what_a_browser_posts_for_it(value):
    form = form_for(value, SCHEMA)

    browser = {name: texts[0].replace("\r\n", "\n") for name, texts in posted(form).items()}

    assert {name: text for name, text in browser.items() if name not in ("add", "remove")} == form.pairs()
