"""No page of the administration hides a character of what an agent or a person wrote."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib import admin as django_admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse

from approvals import four_eyes, lifecycle
from approvals.admin.in_sight import in_sight
from approvals.lifecycle import Report
from approvals.models import Agent, Channel, Loosening, Notification
from approvals.visible import is_invisible
from audit import clock
from grants.models import User
from tests.factories import approve, make_agent, make_approval, make_grant, make_key, make_policy, make_user

pytestmark = pytest.mark.django_db

HIDING = {
    "a bidirectional override": "\u202e",
    "an isolate": "\u2066",
    "a zero-width space": "\u200b",
    "a joiner between letters": "\u200d",
    "a tag": "\U000e0041",
    "a variation selector": "\U000e0101",
    "a blank letter": "\u3164",
    "a soft hyphen": "\u00ad",
    "a byte order mark": "\ufeff",
    "a terminal's escape": "\x1b",
    "a next line": "\x85",
}
EVIL = "ab".join(HIDING.values())


class Sight(HTMLParser):
    """What of a page is in sight: texts and attributes, without what form fields hold."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.within: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.within += [tag] if tag in ("textarea", "script", "style") else []
        self.seen += [value for name, value in attrs if value and name != "value"]

    def handle_endtag(self, tag: str) -> None:
        if self.within[-1:] == [tag]:
            self.within.pop()

    def handle_data(self, data: str) -> None:
        self.seen += [] if self.within else [data]


def hidden_in(page: str) -> list[str]:
    return [text for text in Sight(page).seen if any(map(is_invisible, text.replace("\r\n", "\n")))]


@pytest.fixture
def evil(administrator: User) -> None:
    """A row in each table, with what nobody sees in each text that takes it."""
    reviewer, other = make_user(), make_user("staff@example.com", is_staff=True)
    User.objects.filter(pk=other.pk).update(name=EVIL)
    agent = make_agent(EVIL, owner=make_user("owner@example.com"))
    key, _token = make_key(agent)
    make_policy("other", title=EVIL, notes=EVIL, reason=EVIL)
    approval = make_approval(action=EVIL, rationale=EVIL, key=key, payload={"body": EVIL})
    lifecycle.open_request(approval.pk, by=reviewer)
    approve(approval, by=reviewer)
    claim = lifecycle.claim(approval.pk, by=key)
    report = Report(claim.claim_id, "failed", bytes(approval.version().sha256), detail=EVIL)
    lifecycle.report(approval.pk, report, by=key)
    make_grant(reason=EVIL)
    at = clock.now()
    Channel.objects.create(kind="slack", name=EVIL[:80], sealed=b"x", action_type="other", created_at=at)
    Notification.objects.update(last_error=EVIL)
    four_eyes.ask(Loosening.Kind.APPROVER, other, by=administrator)
    LogEntry.objects.create(
        user=administrator,
        content_type=ContentType.objects.get_for_model(Agent),
        object_id=str(agent.pk),
        object_repr=EVIL,
        action_flag=CHANGE,
        change_message=EVIL,
    )


MODELS = [model._meta.label_lower for model in django_admin.site._registry]
SHOWING = (
    "approvals.agent",
    "approvals.approval",
    "approvals.channel",
    "approvals.notification",
    "grants.user",
)
"""Whose lists have a text that people or agents wrote in each row."""


def pages_of(label: str) -> list[str]:
    """Every page about a table and about each of its rows."""
    name = label.replace(".", "_")
    of_all = [reverse(f"admin:{name}_changelist"), reverse(f"admin:{name}_add")]
    rows = _model(label).objects.all()
    of_one = [
        reverse(f"admin:{name}_{page}", args=[row.pk])
        for row in rows
        for page in ("change", "history", "delete")
    ]
    searched = f"{of_all[0]}?q=a{EVIL}&e=1"
    return [*of_all, searched, *of_one]


def _model(label: str) -> Any:
    return next(model for model in django_admin.site._registry if model._meta.label_lower == label)


@pytest.mark.shows("invisible-characters")
@pytest.mark.usefixtures("evil")
@pytest.mark.parametrize("label", MODELS)
def test_every_page_of_the_administration_shows_all_that_it_contains(admin: Client, label: str) -> None:
    found = {}
    for url in pages_of(label):
        page = admin.get(url).content.decode()
        found[url] = hidden_in(page)

    assert {url: hidden for url, hidden in found.items() if hidden} == {}


@pytest.mark.shows("invisible-characters")
@pytest.mark.usefixtures("evil")
@pytest.mark.parametrize("label", SHOWING)
def test_each_hidden_character_stands_in_a_list_as_an_escape(admin: Client, label: str) -> None:
    page = admin.get(pages_of(label)[0]).content.decode()

    assert [name for name, mark in HIDING.items() if f">U+{ord(mark):04X}</span>" not in page] == []


@pytest.mark.shows("invisible-characters")
@pytest.mark.usefixtures("evil")
def test_what_an_administrator_did_last_is_shown_with_all_that_it_contains(admin: Client) -> None:
    page = admin.get(reverse("admin:index")).content.decode()

    assert hidden_in(page) == []
    assert "U+202E" in page


@pytest.mark.shows("invisible-characters")
@pytest.mark.usefixtures("evil")
def test_titles_breadcrumbs_and_messages_too(admin: Client) -> None:
    agent = Agent.objects.get(name=EVIL)
    url = reverse("admin:approvals_agent_change", args=[agent.pk])
    data = {
        "name": EVIL + "x",
        "owner": agent.owner_id,
        "action_types": "a",
        "workflows": "b",
        "is_active": "on",
    }

    page = admin.get(url).content.decode()
    said = admin.post(url, data, follow=True).content.decode()

    assert "U+202E" in page.partition("<title>")[2].partition("</title>")[0]
    assert "U+202E" in page.partition('class="breadcrumbs"')[2].partition("</div>")[0]
    assert (hidden_in(page), hidden_in(said)) == ([], [])


@pytest.mark.usefixtures("evil")
def test_a_field_comes_back_as_it_was_and_what_it_hides_is_repeated(admin: Client) -> None:
    agent = Agent.objects.get(name=EVIL)
    page = admin.get(reverse("admin:approvals_agent_change", args=[agent.pk])).content.decode()

    field = page.partition('name="name"')[2]

    assert f'value="{EVIL}"' in field[: field.index(">")]
    assert "With what nobody sees:" in field
    assert '<span class="invisible" title="RIGHT-TO-LEFT OVERRIDE">U+202E</span>' in field


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>a\u200bb</p>", '<p>a<span class="invisible" title="ZERO WIDTH SPACE">U+200B</span>b</p>'),
        ('<a title="a\u200bb">c</a>', '<a title="aU+200Bb">c</a>'),
        ("<title>a\u200bb</title>", "<title>aU+200Bb</title>"),
        ('<option value="\u200b">\u200b</option>', '<option value="\u200b">U+200B</option>'),
        ('<input type="hidden" value="\u200b">', '<input type="hidden" value="\u200b">'),
        ("<p>👩\u200d👩 a\r\nb\u00a0c</p>", "<p>👩\u200d👩 a\r\nb\u00a0c</p>"),
        ("a < b > \u202ec", 'a < b > <span class="invisible" title="RIGHT-TO-LEFT OVERRIDE">U+202E</span>c'),
    ],
)
def test_where_it_stands_says_how_it_is_escaped(html: str, shown: str) -> None:
    assert in_sight(html) == shown


@pytest.mark.parametrize(
    "control", ['<textarea name="a">\u200b&lt;</textarea>', '<input type="text" value="\u200b&lt;">']
)
def test_a_field_is_left_and_repeated(control: str) -> None:
    repeated = '<span class="invisible" title="ZERO WIDTH SPACE">U+200B</span>&lt;</p>'

    assert in_sight(control).startswith(f"{control}<p")
    assert in_sight(control).endswith(repeated)
