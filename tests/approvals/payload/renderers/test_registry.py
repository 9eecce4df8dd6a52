"""Whatever an agent sends, a rendering is a faithful one or none: no payload keeps a person from its fields."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approvals import payload
from approvals.payload.renderers import registry
from approvals.payload.renderers.fields import Fields, Unfit
from tests.approvals.payload.renderers.reading import markup, title
from tests.approvals.payload.strategies import values

_KEYS = [
    "to",
    "from",
    "cc",
    "subject",
    "body",
    "html",
    "text",
    "channel",
    "blocks",
    "start",
    "end",
    "timezone",
    "durationminutes",
    "attendees",
    "location",
    "title",
    "lines",
    "items",
    "quantity",
    "price",
    "unitPrice",
    "total",
    "subtotal",
    "tax",
    "discount",
    "currency",
    "diff",
    "patch",
    "before",
    "after",
    "path",
    "records",
    "email",
    "type",
    "elements",
    "url",
    "emailAddress",
    "name",
]
_ODD = st.one_of(
    st.sampled_from(
        [None, True, "", 0, -1, 1e308, 2**53 - 1, 1e-300, "1e9999999", "9" * 40, "2026-05-04", "2026-05-04T10:00Z",
         "0001-01-01T00:00:00+14:00", "@@ -1 +1 @@\n-a\n+b", "<p>x", "<a href=", "\u202e", "EUR", "a@b.example", "[", "x" * 3000]
    ),
    values,
)  # fmt: skip
_HOSTILE = st.recursive(
    _ODD,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(_KEYS), inner, max_size=6)
    ),
    max_leaves=12,
)


_WHOLE: list[dict[str, Any]] = [
    {"to": "a", "subject": "b", "body": "c", "html": "<p>d"},
    {
        "lines": [{"name": "a", "quantity": 2, "price": 3, "total": 6}],
        "tax": 1,
        "discount": 1,
        "subtotal": 6,
        "total": 6,
    },
    {"before": "a", "after": "b", "path": "c"},
    {"diff": "@@ -1 +1 @@\n-a\n+b"},
    {
        "title": "a",
        "start": "2026-05-04T10:00",
        "end": "2026-05-04T11:00",
        "timezone": "UTC",
        "attendees": [],
    },
    {"channel": "a", "blocks": [{"type": "section", "text": {"type": "x", "text": "b"}}], "text": "c"},
    {"records": [{"a": 1}, {"b": 2}]},
]
"""One payload for each renderer: with a field exchanged, it comes far before it is found to be odd."""


@st.composite
def _with_an_odd_field(draw: st.DrawFn) -> dict[str, Any]:
    value = draw(st.sampled_from(_WHOLE))
    key = draw(st.sampled_from(list(value)))
    rows = value[key]
    if isinstance(rows, list) and rows and draw(st.booleans()):
        inner = draw(st.sampled_from(list(rows[0])))
        return value | {key: [rows[0] | {inner: draw(_HOSTILE)}, *rows[1:]]}
    return value | {key: draw(_HOSTILE)}


@settings(max_examples=400)
@given(st.one_of(st.dictionaries(st.sampled_from(_KEYS), _HOSTILE, max_size=8), _with_an_odd_field()))
def test_no_renderer_raises_anything_but_unfit(value: dict[str, Any]):
    for renderer in registry.RENDERERS:
        try:
            renderer.read(Fields(value))
        except Unfit:
            continue
    markup(value)


@pytest.mark.parametrize("value", _WHOLE)
def test_each_whole_payload_has_a_rendering(value: dict[str, Any]):
    assert payload.rendering_of(value) is not None


@pytest.mark.parametrize("value", [None, [], "x", 3, {}, {"a": {"b": {"c": {}}}}, {"to": {"to": {"to": []}}}])
def test_what_is_of_no_known_kind_has_no_rendering(value):
    assert title(value) == ""
    assert "section" not in markup(value)


def test_a_defect_of_a_renderer_is_logged_and_hides_nothing(monkeypatch, caplog):
    def broken(fields: Fields) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(registry, "RENDERERS", (registry.Renderer("As a test", "_test.html", broken),))

    assert payload.rendering_of({"a": 1}) is None
    assert "renderer_failed" in caplog.text
    assert "_test.html" in caplog.text


def test_deep_nesting_has_no_rendering():
    deep = json.loads('{"type":"section","text":' * 900 + '""' + "}" * 900)

    assert title({"channel": "#ops", "blocks": [deep]}) == ""


def test_markup_of_an_agent_is_text_in_every_rendering():
    evil = "<script>alert(1)</script>"
    for value in (
        {"to": evil, "subject": evil, "text": evil, evil: 1},
        {"title": evil, "start": "2026-05-04", "location": evil, "attendees": [evil]},
        {"lines": [{"name": evil, "qty": 1, "price": 1, evil: 1}], "total": 1},
        {"before": evil, "after": "", "path": evil, "old": None},
        {"channel": evil, "text": evil},
        {evil: [{evil: evil}, {evil: evil}]},
    ):
        assert "<script" not in markup(value)
