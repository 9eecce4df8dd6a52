"""An agent's title never stands in for the key that the agent receives."""

from __future__ import annotations

from typing import Any

import pytest
from django.template.loader import render_to_string

from approvals import payload
from tests.approvals.payload.browser import form_for, rendered


def titled(**titles: str) -> dict[str, Any]:
    return {"properties": {key: {"title": title} for key, title in titles.items()}}


def names(value: dict[str, Any], schema: Any = None, **options: Any) -> list[tuple[str, str]]:
    form = form_for(value, schema, **options)
    return [(node.label, node.key) for node in form.root.children]


WORDS = {
    "unitPrice": "Unit price",
    "unit_price": "Unit price",
    "userId": "User ID",
    "user_id": "User ID",
    "url": "URL",
    "totalVAT": "Total VAT",
    "line2Amount": "Line2 amount",
    "x-y": "x-y",
}


@pytest.mark.parametrize(("key", "words"), WORDS.items())
def test_a_key_reads_as_in_a_sentence(key, words):
    assert names({key: 1}) == [(words, "")]


SWAPPED = {
    "copy and recipient": (
        {"to": "evil@x.example", "cc": "boss@acme.example"},
        titled(to="Copy to", cc="To"),
    ),
    "one title twice": ({"net": 5, "gross": 6}, titled(net="Amount", gross="Amount")),
    "the other's title": ({"iban": "DE1", "ref": "x"}, titled(iban="Reference", ref="IBAN")),
}


@pytest.mark.parametrize(("value", "schema"), SWAPPED.values(), ids=SWAPPED.keys())
@pytest.mark.parametrize("locked", [[], ["/iban", "/to", "/net"]])
def test_a_title_never_replaces_the_key(value, schema, locked):
    html = rendered(form_for(value, schema, locked=locked))

    assert all(f'<code class="key">{key}</code>' in html for key in value)


def test_a_key_in_words_needs_no_key_beside_it():
    schema = titled(unit_price="Unit price", total="Total")

    assert names({"unit_price": 1, "total": 2, "VAT rate": 3}, schema) == [
        ("Unit price", ""),
        ("Total", ""),
        ("VAT rate", ""),
    ]


TWINS = {
    "two spellings": {"unit_price": 1, "Unit_price": 2},
    "a key that is words": {"unit_price": 1, "Unit price": 2},
    "letters of another case": {"ToTal": 1, "total": 2},
    "no name": {"": 1, "(no name)": 2},
    "quotes": {"": 1, '""': 2},
    "a blank at the end": {"To": 1, "To ": 2},
}


@pytest.mark.parametrize("value", TWINS.values(), ids=TWINS.keys())
def test_two_fields_never_look_the_same(value):
    found = names(value)

    looks = {(" ".join(label.casefold().split()), key) for label, key in found}
    assert len(looks) == len(value)


def test_a_title_that_looks_like_another_field_shows_both_keys():
    assert names({"to": "a", "cc": "b"}, titled(cc="To")) == [("To", "to"), ("To", "cc")]


def test_groups_lists_and_their_rows_show_their_keys():
    schema = {
        "properties": {
            "a": {"title": "Payee", "properties": {"b": {"title": "Account"}}},
            "c": {"title": "Copies", "items": {"type": "string"}},
        }
    }

    html = rendered(form_for({"a": {"b": "x"}, "c": ["y"]}, schema))

    assert all(f'<code class="key">{key}</code>' in html for key in "abc")
    assert 'aria-label="Remove row 1 of Copies (c)"' in html


def test_the_table_of_changes_shows_keys_beside_titles():
    schema = {
        "properties": {"rows": {"title": "Lines", "items": {"properties": {"net": {"title": "Gross"}}}}}
    }

    changes = payload.comparison({"rows": [{"net": 1}]}, {"rows": [{"net": 2}]}, schema)
    html = render_to_string("approvals/payload/_changes.html", {"changes": changes})

    assert '<code class="key">rows</code>' in html
    assert '<code class="key">net</code>' in html


def test_the_final_payload_shows_keys_beside_titles():
    rows = payload.comparison({}, {"net": 5, "gross": 6}, titled(net="Amount", gross="Amount"))

    assert [row.label for row in rows] == ["Amount (net)", "Amount (gross)"]


def test_titles_inside_wrappers_read_the_same_in_the_table_as_in_the_form():
    schema = {"properties": {"a": {"anyOf": [{"title": "Sum", "type": "number"}, {"type": "null"}]}}}

    [row] = payload.comparison({"a": 1}, {"a": 2}, schema)

    assert [(row.path[0].words, row.path[0].key)] == names({"a": 1}, schema) == [("Sum", "a")]
