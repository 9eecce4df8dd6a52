"""The summary of what is wrong names each field, in the form's order, and leads there."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import unquote

from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st

from approvals.payload import Bound
from tests.approvals.payload.browser import form_for, posted, rendered

LINE = {
    "type": "object",
    "properties": {"sku": {"type": "string"}, "qty": {"type": "integer", "minimum": 1}},
    "required": ["sku"],
}
SCHEMA = {
    "type": "object",
    "properties": {
        "rem": {
            "type": "object",
            "title": "Reminder",
            "properties": {"use": {"type": "boolean"}, "min": {"type": "integer", "maximum": 9}},
            "required": ["use"],
        },
        "when": {"type": "string", "format": "date"},
        "tags": {"type": "array", "items": {"type": "string", "minLength": 2}, "maxItems": 2},
        "pair": {"type": "array", "prefixItems": [LINE]},
        "a key / 100%": {"type": "string", "maxLength": 3},
    },
    "minProperties": 1,
}


def named(bound: Bound) -> list[tuple[str, str]]:
    return [(" / ".join(part.spoken for part in fault.path), fault.sentence) for fault in bound.form.faults]


def leads(bound: Bound) -> list[str]:
    """The elements that the links of the summary lead to; "nowhere" if no element gets the focus."""
    summary = render_to_string("approvals/payload/_faults.html", {"faults": bound.form.faults})
    links = [unquote(unescape(link)) for link in re.findall(r'href="#([^"]*)"', summary)]
    return [focusable(rendered(bound.form)).get(link, "nowhere") for link in links]


def focusable(html: str) -> dict[str, str]:
    """The ids of the elements that can get the focus."""
    tags = re.findall(r"<(\w+)(\s[^>]*)>", html)
    found = {}
    for name, attributes in tags:
        id_ = re.search(r'\sid="([^"]*)"', attributes)
        if id_ and (name in {"input", "select", "textarea"} or 'tabindex="' in attributes):
            found[unescape(id_[1])] = name
    return found


def test_each_fault_is_named_in_the_forms_order():
    form = form_for({}, SCHEMA)

    bound = form.bind({**posted(form), "payload/when": ["x"], "payload/rem/min": ["50"]})

    assert named(bound) == [
        ("Reminder (rem) / Use", "Is required."),
        ("Reminder (rem) / Min", "Must be at most 9."),
        ("When", "Enter a date, or choose “Left out”."),
    ]
    assert leads(bound) == ["select", "input", "input"]


def test_links_lead_to_fields_rows_lists_groups_and_json_boxes():
    value = {"when": "2026-01-01", "tags": ["aa", "bb"], "pair": [{"sku": "x"}], "a key / 100%": "abc"}
    form = form_for(value, SCHEMA)
    typed = {
        "payload/tags/1": ["b"],
        "payload/pair": ['[{"sku": 1}]'],
        "payload/a%20key%20~1%20100%25": ["abcd"],
    }

    bound = form.bind({**posted(form), **typed})

    assert named(bound) == [
        ("Tags 2", "Must have at least 2 characters."),
        ("Pair", "/0/sku: Must be text."),
        ("a key / 100%", "May have at most 3 characters."),
    ]
    assert leads(bound) == ["input", "textarea", "input"]


def test_a_list_that_is_too_long_is_named_itself():
    form = form_for({"tags": ["aa", "bb"]}, SCHEMA)

    bound = form.bind({**posted(form), "rows/tags": ["0 1 2"], "payload/tags/2": ["cc"]})

    assert named(bound) == [("Tags", "May have at most 2 items.")]
    assert leads(bound) == ["fieldset"]


def test_a_fault_of_a_locked_field_leads_to_it():
    form = form_for({"tags": ["a"]}, SCHEMA, locked=["/tags"])

    bound = form.bind(posted(form))

    assert named(bound) == [("Tags", "/0: Must have at least 2 characters.")]
    assert leads(bound) == ["div"]


def test_a_fault_of_the_whole_leads_to_the_form():
    form = form_for({"other": "x"}, {"type": "object", "minProperties": 2})

    bound = form.bind({**posted(form), "payload/b": ["1"]})

    assert [name for name, _ in named(bound)] == ["", ""]
    assert leads(bound) == ["div", "div"]


def test_a_fault_in_the_json_view_leads_to_its_box():
    bound = form_for({"when": "2026-01-01"}, SCHEMA).bind_json('{"when": "soon"}')

    assert named(bound) == [("Payload", "/when: Must be a date such as 2026-04-12.")]
    assert leads(bound) == ["textarea"]


TYPED = st.sampled_from(["", "x", "[]", "[1]", "null", "50", "true", "{", "2026-02-30"])
STATES = st.sampled_from(["value", "absent", "null", "nonsense"])


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_every_link_leads_somewhere_whatever_was_typed(data):
    value = {"when": "2026-01-01", "tags": ["aa", "bb"], "pair": [], "rem": {"use": True}}
    form = form_for(value, SCHEMA, locked=["/rem/use"])
    pairs = posted(form)
    for name in data.draw(st.lists(st.sampled_from(sorted(pairs)), unique=True, min_size=1)):
        pairs[name] = [data.draw(STATES if name.startswith("state") else TYPED)]

    bound = form.bind(pairs)

    assert "nowhere" not in leads(bound)
    assert bool(bound.errors) == bool(bound.form.faults)


def test_a_list_that_is_required_and_not_there_says_what_to_press():
    schema = {
        "properties": {"lines": {"type": "array", "items": {"type": "string"}}},
        "required": ["lines"],
    }

    form = form_for({"other": 1}, schema)
    bound = form.bind(posted(form))

    assert named(bound) == [("Lines", "Is required: press “Add” to begin it.")]
