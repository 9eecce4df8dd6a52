"""Fifteen real kinds of tool: each payload is edited by fields alone, and each edit does what it says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from approvals import payload
from approvals.payload.form.containers import Choice, Group, Items
from approvals.payload.form.leaves import JsonLeaf, Leaf
from approvals.payload.form.nodes import Node
from tests.approvals.payload.browser import form_for, posted_from, rendered
from tests.approvals.payload.tools import TOOLS, Tool

BY_NAME = pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS.keys())
OTHERS = {
    "text": "other", "textarea": "other", "integer": "61", "number": "61.5", "date": "2026-07-01",
    "datetime": "2026-07-01T10:00", "email": "other@acme.example", "uri": "https://other.example/",
}  # fmt: skip


def nodes(form: payload.PayloadForm, kind: type[Node]) -> list[Any]:
    return [node for node in form.root.walk() if isinstance(node, kind)]


def refused(bound: payload.Bound) -> list[str]:
    """Errors other than those of a pattern or a length, which "other" may miss."""
    loose = {"pattern", "min_length", "max_length"}
    return [error.pointer for error in bound.errors if error.code not in loose]


@BY_NAME
def test_the_schema_takes_the_payload_and_nothing_is_json(tool: Tool):
    schema, value = tool
    form = form_for(value, schema)

    assert payload.validate(value, schema) == []
    assert [node.pointer for node in nodes(form, JsonLeaf) if node.base is not payload.ABSENT] == []


@BY_NAME
def test_an_untouched_page_posts_the_same_bytes(tool: Tool):
    schema, value = tool
    text = json.dumps(value, indent=2)
    form = payload.build_form(text, schema)

    bound = form.bind(posted_from(rendered(form)))

    assert (bound.text, bound.is_touched, bound.errors) == (text, False, [])


@BY_NAME
def test_each_field_is_edited_and_nothing_else_changes(tool: Tool):
    schema, value = tool
    form = form_for(value, schema)
    leaves = [leaf for leaf in nodes(form, Leaf) if leaf.state == "value" and leaf.base is not payload.ABSENT]
    edited = 0

    for leaf in leaves:
        options = [each.posted for each in leaf.options if each.posted != leaf.text]
        new = options[0] if options else OTHERS.get(leaf.kind, "")
        if not new:
            continue  # a constant
        bound = form.bind({**form.pairs(), leaf.name: new})
        assert refused(bound) == []
        assert [change["path"] for change in payload.patch(value, bound.value)] == [leaf.pointer]
        edited += 1

    assert edited >= 4


@BY_NAME
def test_rows_are_added_removed_and_moved(tool: Tool):
    schema, value = tool
    form = form_for(value, schema)

    for items in [each for each in nodes(form, Items) if len(each.rows) > 1]:
        rows = payload.find(value, items.pointer)
        last = items.rows[len(rows) - 1]
        moved = form.bind({**form.pairs(), "up": last.path})
        removed = form.bind({**form.pairs(), "remove": last.path})
        added = form.bind({**form.pairs(), "add": items.path})

        assert moved.is_reshaped
        assert removed.is_reshaped
        assert added.is_reshaped
        again = form.bind(moved.form.pairs())
        assert payload.find(again.value, items.pointer) == [*rows[:-2], rows[-1], rows[-2]]
        again = form.bind(removed.form.pairs())
        assert payload.find(again.value, items.pointer) == rows[:-1]
        assert f"{items.path}/{len(rows)}" in {node.path for node in added.form.root.walk()}


@BY_NAME
def test_each_alternative_can_be_chosen_and_taken_back(tool: Tool):
    schema, value = tool
    form = form_for(value, schema)

    for choice in nodes(form, Choice):
        for option in choice.options:
            if option.value == choice.chosen:
                continue
            turned = form.bind({**form.pairs(), choice.choice_name: option.posted})
            assert turned.is_reshaped
            back = form.bind({**turned.form.pairs(), choice.choice_name: str(choice.base_chosen)})
            assert back.value == value


@BY_NAME
def test_what_is_optional_is_taken_out_and_brought_in(tool: Tool):
    schema, value = tool
    form = form_for(value, schema)
    tops = form.root.members.values() if isinstance(form.root, Group) else []
    optional = [node for node in tops if "absent" in node.states]

    for node in optional:
        if node.base is not payload.ABSENT:
            bound = form.bind({**form.pairs(), node.state_name: "absent"})
            assert bound.value == {key: each for key, each in value.items() if f"/{key}" != node.pointer}
        elif isinstance(node, Leaf):
            new = node.options[-1].posted if node.options else OTHERS[node.kind]
            bound = form.bind({**form.pairs(), node.name: new})
            assert list(bound.value) == [*value, node.pointer[1:]]

    assert optional
