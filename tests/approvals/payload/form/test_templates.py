"""The pages' pieces: text stays text, every input has its label and its error."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from approvals import payload
from tests.approvals.payload.browser import form_for, posted_from, rendered

PARTIALS = sorted((Path(settings.BASE_DIR) / "templates/approvals/payload").glob("*.html"))
ATTACK = '"><script>alert(1)</script>{{ 7|add:7 }}\u202e'
EVERYTHING = {
    ATTACK: ATTACK,
    "long": f"{ATTACK}\n{ATTACK}",
    "json": [{ATTACK: ATTACK}],
    "list": [ATTACK],
    "group": {ATTACK: ATTACK},
    "enum": ATTACK,
    "locked": ATTACK,
}
SCHEMA = {
    "properties": {
        ATTACK: {"title": ATTACK, "description": ATTACK, "default": ATTACK},
        "enum": {"enum": [ATTACK, "b"]},
        "absent": {"type": "string", "title": ATTACK, "default": ATTACK, "description": ATTACK},
    }
}


@pytest.mark.shows("markup-in-agent-text")
def test_nothing_an_agent_wrote_becomes_markup():
    html = rendered(form_for(EVERYTHING, SCHEMA, locked=["/locked"]))

    assert "<script" not in html
    assert "14" not in re.sub(r"&#?\w+;", "", html)


@pytest.mark.shows("invisible-characters")
def test_what_a_widget_hides_is_repeated_in_sight():
    html = rendered(form_for({"a": "pay\u200bee"}))

    assert 'title="ZERO WIDTH SPACE">U+200B</span>ee' in html


@pytest.mark.shows("look-alike-letters")
def test_a_look_alike_address_is_pointed_out_beside_its_field():
    html = rendered(form_for({"to": "sam@\u0435xample.com"}))

    assert "mixes Cyrillic and Latin" in html


def test_every_input_has_one_label_and_unique_ids():
    html = rendered(form_for(EVERYTHING | {"ok": True, "n": 1}, SCHEMA))
    ids = re.findall(r'\sid="([^"]*)"', html)
    names = [name for name in posted_from(html) if name.startswith("payload")]

    assert len(ids) == len(set(ids))
    assert sorted(re.findall(r'\sfor="([^"]*)"', html)) == sorted(names)


def test_the_described_ids_are_there():
    form = form_for(
        {"n": 1}, {"properties": {"n": {"type": "integer", "minimum": 1, "description": "How many"}}}
    )

    html = rendered(form.bind({"payload/n": ["0"]}).form)

    assert 'aria-describedby="hint/n error/n"' in html
    assert 'id="hint/n"' in html
    assert 'id="error/n"' in html
    assert "field--error" in html


def test_the_changes_show_both_sides_and_the_words():
    changes = payload.comparison({"a": "old word", "b": ""}, {"a": "new word <b>"})

    html = render_to_string("approvals/payload/_changes.html", {"changes": changes})

    assert "<del>old</del><ins>new</ins> word<ins> &lt;b&gt;</ins>" in html
    assert "empty text</em>" in html
    assert "left out</em>" in html


def test_on_a_phone_each_side_is_called_what_its_column_is_called():
    changes = payload.comparison({"a": 1}, {"a": 2})
    context = {"changes": changes, "before": "Before", "after": "Now"}

    html = render_to_string("approvals/payload/_changes.html", context)

    assert re.findall(r'data-label="([^"]*)"', html) == ["Before", "Now"]


def test_the_stylesheet_names_no_side_of_a_change():
    sheets = (Path(settings.BASE_DIR) / "static/css").glob("*.css")
    css = "".join(sheet.read_text() for sheet in sheets)

    assert not re.search(r'content: "\s*\w+: "', css)


def test_no_changes_are_said_in_words():
    assert "No changes" in render_to_string("approvals/payload/_changes.html", {"changes": []})


@pytest.mark.parametrize("partial", PARTIALS, ids=lambda path: path.name)
def test_a_partial_is_short_and_names_what_it_needs(partial):
    source = partial.read_text()

    assert source.startswith("{# Needs ")
    assert len(source.splitlines()) < 60
    assert " style=" not in source
    assert "<script" not in source
