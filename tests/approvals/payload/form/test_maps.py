"""An object whose keys are data is rows of key and value, which are edited, added and removed."""

from __future__ import annotations

import pytest

from tests.approvals.payload.browser import form_for, posted

LABELS = {
    "type": "object",
    "properties": {"labels": {"type": "object", "additionalProperties": {"type": "string"}}},
}
PORTS = {
    "type": "object",
    "properties": {
        "ports": {
            "type": "object",
            "patternProperties": {"^[a-z]+$": {"type": "integer"}},
            "additionalProperties": False,
        }
    },
}


def test_each_value_is_a_field_of_its_kind():
    form = form_for({"ports": {"http": 80}}, PORTS)

    assert form.root.members["ports"].members["http"].kind == "integer"
    assert form.bind(posted(form, ports__http="81")).value == {"ports": {"http": 81}}


def test_a_key_is_removed():
    form = form_for({"labels": {"app": "web", "tier": "front"}}, LABELS)

    bound = form.bind({**posted(form), "state/labels/app": ["absent"]})

    assert (bound.value, bound.errors) == ({"labels": {"tier": "front"}}, [])


@pytest.mark.parametrize("value", [{"labels": {"app": "web"}}, {"labels": {}}, {}])
def test_a_key_is_added(value):
    form = form_for(value, LABELS)
    added = form.bind({**posted(form), "add": ["/labels/+"]})
    assert added.is_reshaped

    bound = form.bind(
        {**posted(form), "rows/labels/+": ["0"], "key/labels/+/0": ["tier"], "payload/labels/+/0": ["front"]}
    )

    assert bound.errors == []
    assert bound.value == {"labels": {**value.get("labels", {}), "tier": "front"}}


def test_a_key_that_no_pattern_allows_is_refused_in_words():
    form = form_for({"ports": {"http": 80}}, PORTS)

    bound = form.bind(
        {**posted(form), "rows/ports/+": ["0"], "key/ports/+/0": ["9"], "payload/ports/+/0": ["1"]}
    )

    assert [error.pointer for error in bound.errors] == ["/ports/9"]
