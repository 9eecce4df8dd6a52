"""Each text that a person reads goes through gettext, so that a catalogue is all that a further language takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.site.marked import ROOT, in_module, in_template

NOT_YET: set[str] = {
    "templates",
    "templates/admin",
    "templates/admin/approvals/agent",
    "templates/admin/approvals/agentkey",
    "templates/admin/approvals/channel",
    "templates/admin/grants/approvermembership",
    "templates/approvals",
    "templates/approvals/grants",
    "templates/approvals/inbox",
    "templates/approvals/jump",
    "templates/approvals/mail",
    "templates/approvals/people",
    "templates/approvals/policies",
    "templates/approvals/preferences",
    "templates/audit",
    "templates/registration",
}
ATTRIBUTES = {"templates/approvals/payload/_aria.html"}
"""No text stands in these: each is included inside of a tag."""
FOR_DEVELOPERS = {"templates/approvals/style"}
"""The page of parts is there in DEBUG only."""
ROOMS: tuple[str, ...] = (
    "approvals/payload/changes",
    "approvals/payload/display.py",
    "approvals/payload/form",
    "approvals/payload/labels.py",
    "approvals/payload/renderers",
    "approvals/payload/schema/branches.py",
    "approvals/payload/schema/formats.py",
    "approvals/payload/schema/keywords.py",
    "approvals/payload/schema/validation.py",
    "approvals/strict_json.py",
    "approvals/views/request",
    "approvals/visible.py",
)
"""Packages whose sentences people read on pages and in messages.

What answers agents (`approvals/api`), what a command prints and what is written once and stored (an event, a verdict's
reasons) is English, by the rule english-is-stored in docs/rules.md.
"""
AS_WRITTEN: dict[str, set[str]] = {
    "approvals/views/request/live.py": {"no-store, no-transform"},
    # Names of characters, as Unicode gives them.
    "approvals/visible.py": {"LINE FEED", "CARRIAGE RETURN", "CONTROL OR UNASSIGNED CHARACTER"},
}
"""By module: texts of two words that nobody reads, or that are stored or signed as they are written."""


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_has_no_unmarked_text(path: Path):
    room = str(path.parent.relative_to(ROOT))
    if room in NOT_YET | FOR_DEVELOPERS:
        pytest.skip("not for people, or not yet")

    is_for_a_tag = str(path.relative_to(ROOT)) in ATTRIBUTES
    assert in_template(path) == [] or is_for_a_tag


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_no_unmarked_sentence(room: str):
    unmarked = [
        f"{path.relative_to(ROOT)}:{found}"
        for path in sorted((ROOT / room).rglob("*.py") if (ROOT / room).is_dir() else [ROOT / room])
        if "migrations" not in path.parts
        for found in in_module(path)
        if found.partition(": ")[2] not in AS_WRITTEN.get(str(path.relative_to(ROOT)), ())
    ]

    assert unmarked == []


@pytest.mark.parametrize(
    ("template", "unmarked"),
    [
        ("<p>Not yet</p>", ["1: Not yet"]),
        ('{% load i18n %}<p>{% translate "Not yet" %}</p>', []),
        ("{% load i18n %}{% blocktranslate %}Not yet{% endblocktranslate %}", []),
        ('<button aria-label="Close it"></button>', ["1: Close it"]),
        ('<input type="submit" value="Send">', ["1: Send"]),
        ('<input type="hidden" value="send">', []),
        ('{% include "a.html" with label="Not yet" %}', ["1: Not yet"]),
        ('{% include "a.html" with label=_("Not yet") %}', []),
        (
            "{{ count }} edit{{ count|pluralize }}",
            ["1: count|pluralize (write {% blocktranslate count %})", "1: edit"],
        ),
        ("<code>x.y</code> {# Needs: a case #} · Countersign", []),
    ],
)
def test_an_unmarked_text_of_a_template_is_found(tmp_path: Path, template: str, unmarked: list[str]):
    (tmp_path / "a.html").write_text(template)

    assert sorted(in_template(tmp_path / "a.html")) == sorted(unmarked)


@pytest.mark.parametrize(
    ("line", "unmarked"),
    [
        ('says = "Not yet"', ["1: Not yet"]),
        ('says = _("Not yet")', []),
        ('says = _("Not %(when)s yet") % {"when": when}', []),
        ('says = f"Not {when}"', ["1: Not {}"]),
        ('raise RuntimeError("Not yet")', []),
        ('"""Not yet."""', []),
        ('query = "SELECT one FROM two"', []),
        ('name = "word"', []),
    ],
)
def test_an_unmarked_sentence_of_a_module_is_found(tmp_path: Path, line: str, unmarked: list[str]):
    (tmp_path / "a.py").write_text(line)

    assert in_module(tmp_path / "a.py") == unmarked
