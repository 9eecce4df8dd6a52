"""Each text that a person reads goes through gettext, so that a catalogue is all that a further language takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.site.marked import ROOT, in_module, in_script, in_template, marked_in_script

ATTRIBUTES = {"templates/approvals/payload/_aria.html"}
"""No text stands in these: each is included inside of a tag."""
FOR_DEVELOPERS = {"templates/approvals/style"}
"""The page of parts is there in DEBUG only."""
ROOMS = (
    "approvals/absence.py",
    "approvals/admin",
    "approvals/apps.py",
    "approvals/authority",
    "approvals/conditions",
    "approvals/delegation.py",
    "approvals/events",
    "approvals/exceptions.py",
    "approvals/held",
    "approvals/keys",
    "approvals/lifecycle",
    "approvals/models",
    "approvals/notifications",
    "approvals/payload/changes",
    "approvals/payload/display.py",
    "approvals/payload/form",
    "approvals/payload/labels.py",
    "approvals/payload/renderers",
    "approvals/payload/schema/branches.py",
    "approvals/payload/schema/formats.py",
    "approvals/payload/schema/keywords.py",
    "approvals/payload/schema/validation.py",
    "approvals/policy",
    "approvals/reach",
    "approvals/signing",
    "approvals/strict_json.py",
    "approvals/templatetags",
    "approvals/tones.py",
    "approvals/views",
    "approvals/visible.py",
    "audit/admin.py",
    "audit/field_names.py",
    "audit/joined.py",
    "audit/reader.py",
    "audit/receipts/pages.py",
    "audit/templatetags",
    "audit/views.py",
    "grants",
)
"""Packages whose sentences people read on pages and in messages.

What answers agents (`approvals/api`), what a command prints and what is written once and stored (an event, a verdict's
reasons) is English, by the rule english-is-stored in docs/rules.md.
"""
ENGLISH = {
    "approvals/views/account/openid.py": "why an answer is not believed is logged",
    "approvals/conditions/equality.py": "why there is no answer is stored with the request",
    "approvals/conditions/evaluation.py": "why there is no answer is stored with the request",
    "approvals/events/loosenings.py": "drawn into docs/audit-events.md",
    "approvals/held/policies.py": "what is stored as the rule's name",
    "approvals/lifecycle/execution.py": "agents claim and report",
    "approvals/lifecycle/judging.py": "agents submit",
    "approvals/lifecycle/sharing.py": "agents submit",
    "approvals/lifecycle/submission.py": "agents submit",
    "approvals/lifecycle/superseding.py": "agents submit",
    "approvals/lifecycle/warrant.py": "agents claim, and what disagrees is logged",
    "approvals/models/whole.py": "SQL",
    "approvals/policy/autonomy.py": "its reasons are stored with the request",
    "approvals/policy/current.py": "agents submit",
    "approvals/policy/files.py": "a command loads files",
    "approvals/policy/overrides.py": "the reason is stored with the version",
    "approvals/policy/reading.py": "a command loads files",
    "approvals/policy/verdict.py": "its reasons are stored with the request",
    "approvals/signing/invitations.py": "SQL",
    "approvals/signing/manifest.py": "what is signed is English",
    "approvals/policy/yaml_text.py": "a command loads files",
    "grants/second.py": "no page gets so far",
    "approvals/views/style.py": "the page of parts is there in DEBUG only",
}
"""Modules of these rooms without a sentence that a page says in its reader's language, and why."""
AS_WRITTEN: dict[str, set[str]] = {
    "approvals/models/decision.py": {
        "{}, on behalf of {}"
    },  # a vote's meaning, which is English like the log's
    "approvals/templatetags/visible.py": {'<span class="invisible" title="{}">{}</span>'},
    "approvals/conditions/comparisons.py": {"{} in {}"},
    "approvals/conditions/compiler_words.py": {
        "undeclared reference to '([^']*)'",
        r"found no matching overload for '([^']*)' applied to '\((.*)\)'",
        "expression of type '([^']*)' cannot be the (operand|range)",
        "variable name",
        "token recognition",
        "evidence.exists(item, item.label == …)",
    },
    "approvals/conditions/failures.py": {  # what CEL and RE2 say, and why there is no answer, which is stored
        r"No matching overloads found : (\S+?)\((.*)\)$",
        "divide by zero",
        "modulus by zero",
        "Index error",
        "Key not found",
        "something stands where true or false belongs",
        "it divides by zero",
        "a number in it grows too large",
        "a list is shorter than it asks",
        "a field is not there",
        "it goes over too much",
        "a value does not fit what is done with it",
        "{} is compared with {}",
        "{} does not take {}",
        "no argument for repetition",
        "bad repetition",
        "invalid perl operator",
        "invalid escape",
        "invalid character class",
    },
    "approvals/events/request_fields.py": {
        "approved with 1 change",
        "Sam Sales",
        "Dear Ada, ...",
    },  # examples
    "approvals/lifecycle/beats.py": {
        "request WHERE request.id = %s AND request.agent_id = coalesce(%s, request.agent_id)",
        "{} ORDER BY id FOR NO KEY UPDATE",
    },
    "approvals/lifecycle/sla.py": {"requests that could not be swept"},  # raised for the log
    "approvals/models/approval.py": {
        "[{label, value, tone, url}]",
        "{trigger, steps: [{name, output, at}]}",
    },
    "approvals/models/choices.py": {  # docs/states.md
        "A reviewer said no.",
        "A reviewer said what to change; the agent may propose it again.",
        "A reviewer answered in the tool's stead; the comment is the answer.",
        "Nobody decided in time, so the system rejected it. No person did.",
    },
    "approvals/policy/trial.py": {"low, medium, high or critical"},  # to be written in JSON
    "grants/events.py": {"Ada Auditor"},  # an example
    # Said of a try to deliver: stored with the message, or with the test and in the log.
    "approvals/notifications/channels/email.py": {
        "The message was written.",
        "The mail server answered.",
        "The mail server took it.",
    },
    "approvals/notifications/channels/slack.py": {
        "The address is none of Slack's. Enter the webhook again.",
        "The address is one of Slack's.",
        "{} answered.",
        "Slack took the message.",
        "Slack answered {}, a redirect, which is not followed.",
        "Slack answered {}: {}",
    },
    "approvals/notifications/outbox.py": {
        "messages that could not even be tried",
        "The channel was removed.",
    },
    "approvals/notifications/telling.py": {
        "id, created_at, next_attempt_at, attempts, last_error, kind, approval_id, grant_id, recipient, channel_id",
    },
    "approvals/trying.py": {"It went no further."},
    # A command to type.
    "approvals/views/inbox/first_steps.py": {"python manage.py {}"},
    "approvals/views/ours.py": {"no-store, private"},
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
    if room in FOR_DEVELOPERS or str(path.relative_to(ROOT)) in ATTRIBUTES:
        pytest.skip("not for people, or of a tag's attributes alone")

    assert in_template(path) == []


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_no_unmarked_sentence(room: str):
    unmarked = [
        f"{path.relative_to(ROOT)}:{found}"
        for path in sorted((ROOT / room).rglob("*.py") if (ROOT / room).is_dir() else [ROOT / room])
        if "migrations" not in path.parts and str(path.relative_to(ROOT)) not in ENGLISH
        for found in in_module(path)
        if found.partition(": ")[2] not in AS_WRITTEN.get(str(path.relative_to(ROOT)), ())
    ]

    assert unmarked == []


@pytest.mark.parametrize(
    "path", sorted((ROOT / "static/js").glob("*.js")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_a_script_has_no_unmarked_sentence(path: Path):
    assert in_script(path) == []


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
        ('{% if name in "one other" %}{% endif %}', []),
        (
            "{{ count }} edit{{ count|pluralize }}",
            ["1: count|pluralize (write {% blocktranslate count %})", "1: edit"],
        ),
        (
            "{% blocktranslate %}by {{ user.name }}{% endblocktranslate %}",
            ["1: user.name (write {% blocktranslate with name=user.name %})"],
        ),
        ("{% blocktranslate with name=user.name %}by {{ name }}{% endblocktranslate %}", []),
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
        ('Field("what it is", "an example")', []),
        ('EventType("a", "It is so.", says="is so")', ["1: is so"]),
        ('def __str__(self): return f"{self.one} of {self.other}"', []),
    ],
)
def test_an_unmarked_sentence_of_a_module_is_found(tmp_path: Path, line: str, unmarked: list[str]):
    (tmp_path / "a.py").write_text(line)

    assert in_module(tmp_path / "a.py") == unmarked


@pytest.mark.parametrize(
    ("line", "unmarked"),
    [
        ('say("Not yet");', ["1: Not yet"]),
        ('say(gettext("Not yet"));', []),
        ("say(`Not ${when(now)} yet`);", ["1: Not {} yet"]),
        ('interpolate(gettext("Not %(when)s yet"), { when: "at once" }, true);', ["1: at once"]),
        ('ngettext("%(count)s new one", "%(count)s new ones", count);', []),
        ('form.querySelector("input, textarea");', []),
        ("// Not yet: it's for programmers", []),
        ('text.replace(/"Not yet/, "");', []),
        ('const PATTERN = /(?:^|[(])"Not yet/; say(gettext("Not yet"));', []),
        ('"use strict";', []),
    ],
)
def test_an_unmarked_sentence_of_a_script_is_found(tmp_path: Path, line: str, unmarked: list[str]):
    (tmp_path / "a.js").write_text(line)

    assert in_script(tmp_path / "a.js") == unmarked


def test_what_a_script_marks_is_known(tmp_path: Path):
    (tmp_path / "a.js").write_text('say(gettext("Not yet")); ngettext("one", "many", 2); say("else");')

    assert marked_in_script(tmp_path / "a.js") == ["Not yet", "one", "many"]
