"""axe-core finds nothing on any page, in any state that it has: empty, one, many, an error, decided meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from approvals.models import Channel
from audit import clock
from tests.browser.accessibility import TWO, faults, faults_on
from tests.factories import (
    AMBER_AND_RED,
    approve,
    make_approval,
    make_approver,
    make_grant,
    make_policy,
    make_user,
    reject,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

EVERYWHERE = {"is_staff": True, "is_auditor": True}
ME = ("approver@example.com",)
LISTS = [reverse(f"approvals:{name}") for name in ("inbox", "grants", "lending", "policies", "reassignments")]
LISTS += [
    "/approvals/?tab=decided",
    "/approvals/?group=1",
    *(f"/preferences/{name}" for name in ("", "away/", "notifications/", "sessions/", "factors/", "again/")),
    "/audit/",
    "/jump/",
    "/jump/?q=acme",
]
SCHEMA = {
    "type": "object",
    "required": ["to", "subject"],
    "properties": {
        "to": {"type": "string", "format": "email", "title": "Recipient", "description": "One address"},
        "subject": {"type": "string", "minLength": 3},
        "amount": {"type": "number", "maximum": 100_000},
        "urgent": {"type": "boolean"},
        "kind": {"enum": ["offer", "answer"]},
        "body": {"type": "string", "maxLength": 10000},
        "cc": {"type": "array", "items": {"type": "string"}},
        "lines": {
            "type": "array",
            "items": {"properties": {"name": {"type": "string"}, "n": {"type": "integer"}}},
        },
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    },
}
PAYLOAD = {
    "to": "dana@acme.example",
    "subject": "Hello Dana",
    "amount": 18450.5,
    "urgent": False,
    "kind": "offer",
    "body": "Dear Dana,\n" * 40,
    "cc": ["a@acme.example", "b@acme.example"],
    "lines": [{"name": "Pallet", "n": 2}, {"name": "Box", "n": 3}],
    "note": None,
}


def test_axe_would_find_a_fault(sign_in: Callable[..., Page]) -> None:
    make_user()
    page = sign_in("sales@example.com")

    page.evaluate("document.documentElement.removeAttribute('lang')")

    assert len(faults(page)) == 4


def test_axe_finds_nothing_where_nothing_is_yet(sign_in: Callable[..., Page]) -> None:
    make_user("approver@example.com", **EVERYWHERE)
    page = sign_in("approver@example.com")

    assert faults_on(page, LISTS) == []


def test_axe_finds_nothing_where_much_is(sign_in: Callable[..., Page]) -> None:
    person = make_user("approver@example.com", name="Maximiliane von Habsburg-Lothringen", **EVERYWHERE)
    make_approver()
    make_policy("a_kind_of_action_with_a_long_name", title="Kinds of action whose names are long")
    policy = make_policy(headline=["/amount", "/to"])
    grant = make_grant(person, make_user("deputy@example.com"))
    for number in range(6):
        make_approval(
            action=f"Send mail to Acme, number {number}", policy=policy, payload=PAYLOAD, assignees=ME
        )
    page = sign_in("approver@example.com")

    paths = [*LISTS, grant.get_absolute_url(), reverse("approvals:policy", args=["external_email"])]

    assert faults_on(page, [*paths, "/approvals/?tab=pool&risk=low", "/approvals/?q=nothing+like+it"]) == []


def test_axe_finds_nothing_on_a_request_and_what_opens_from_it(sign_in: Callable[..., Page]) -> None:
    person = make_user("approver@example.com")
    other = make_user("sales@example.com")
    make_approver()
    waiting = make_approval(
        risk="critical", evidence=AMBER_AND_RED, payload=PAYLOAD, schema=SCHEMA, assignees=(*ME, other.email)
    )
    approved = approve(make_approval(action="Done", assignees=ME), by=person)
    rejected = reject(make_approval(action="Not done", assignees=ME), by=person, comment="No")
    draft = make_approval(action="A draft", policy=make_policy("note", pattern="draft_only"), assignees=ME)
    page = sign_in("approver@example.com")

    paths = [one.get_absolute_url() for one in (waiting, approved, rejected, draft)]
    paths += [f"{waiting.get_absolute_url()}{name}/" for name in ("review", "rejection", "reassignment")]
    found = faults_on(page, [*paths, f"{draft.get_absolute_url()}discarding/"])
    page.goto(waiting.get_absolute_url())
    page.get_by_role("button", name="Edit all").click()
    found += faults(page, TWO)
    page.keyboard.press("Escape")
    page.locator("h1").focus()
    page.keyboard.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()

    assert [*found, *faults(page, TWO)] == []


def test_axe_finds_nothing_where_a_form_was_refused(sign_in: Callable[..., Page]) -> None:
    make_user("approver@example.com")
    make_approver()
    waiting = make_approval(
        risk="critical",
        evidence=AMBER_AND_RED,
        payload=PAYLOAD,
        schema=SCHEMA,
        assignees=(*ME, "other@example.com"),
    )
    page = sign_in("approver@example.com")
    refused = [
        (f"{waiting.get_absolute_url()}review/", "Approve"),
        (f"{waiting.get_absolute_url()}rejection/", "Reject"),
        (f"{waiting.get_absolute_url()}reassignment/", "Reassign"),
        (reverse("approvals:lending"), "Lend it"),
    ]

    found = []
    for path, button in refused:
        page.goto(path)
        page.get_by_role("button", name=button).last.click()
        expect(page.locator(".notice.bad")).to_be_visible()
        found += faults(page, TWO)
    page.goto(waiting.get_absolute_url())
    page.get_by_role("button", name="Edit all").click()
    page.locator("[name='payload/to']").fill("nobody")
    page.get_by_role("button", name="Review decision").click()
    expect(page.locator(".notice.bad")).to_be_visible()

    assert [*found, *faults(page, TWO)] == []


def test_axe_finds_nothing_where_somebody_decided_meanwhile(sign_in: Callable[..., Page]) -> None:
    make_user("approver@example.com")
    make_approver()
    waiting = make_approval(payload=PAYLOAD, schema=SCHEMA, assignees=ME)
    page = sign_in("approver@example.com")

    page.goto(f"{waiting.get_absolute_url()}rejection/")
    page.locator("[value=declined]").check()
    page.locator("#comment").fill("We never asked for this.")
    approve(waiting, by=make_approver("other@example.com"))
    page.get_by_role("button", name="Reject").click()
    expect(page.locator("#kept")).to_be_visible()

    assert faults(page, TWO) == []


def test_axe_finds_nothing_without_an_account(chromium: Browser, site: str) -> None:
    context = chromium.new_context(base_url=site)
    page = context.new_page()

    try:
        found = faults_on(page, ["/sign-in/", "/admin/login/"])
        page.goto("/nowhere/")
        found += faults(page, TWO)
        page.goto("/sign-in/")
        page.get_by_label("E-mail address").fill("nobody@example.com")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_be_visible()
        assert [*found, *faults(page, TWO)] == []
    finally:
        context.close()


ADMIN = [
    "approvals_agent",
    "approvals_policy",
    "approvals_channel",
    "grants_user",
    "grants_approvermembership",
    "approvals_approval",
    "approvals_vote",
    "audit_event",
]
ADDED = ADMIN[:5]


def test_axe_finds_nothing_in_the_admin(sign_in: Callable[..., Page]) -> None:
    make_user("admin@example.com", is_staff=True)
    make_approver()
    approve(make_approval(assignees=ME), by=make_approver("other@example.com"))
    Channel.objects.create(
        kind="slack", name="Everybody", sealed=b"x", action_type="external_email", created_at=clock.now()
    )
    page = sign_in("admin@example.com")

    found = faults_on(page, ["/admin/", *(reverse(f"admin:{name}_changelist") for name in ADMIN)])
    found += faults_on(page, [reverse(f"admin:{name}_add") for name in ADDED])
    for name in ADMIN:
        page.goto(reverse(f"admin:{name}_changelist"))
        page.goto(page.locator("#result_list tbody th a").first.get_attribute("href"))
        found += faults(page, TWO)

    assert found == []


def test_axe_finds_nothing_where_a_form_of_the_admin_was_refused(sign_in: Callable[..., Page]) -> None:
    make_user("admin@example.com", is_staff=True)
    page = sign_in("admin@example.com")

    found = []
    for name in ("approvals_policy", "grants_user"):
        page.goto(reverse(f"admin:{name}_add"))
        page.locator("form[novalidate] [type=submit], [name=_save]").first.click()
        expect(page.locator(".errornote, .errorlist").first).to_be_visible()
        found += faults(page, TWO)

    assert found == []


def test_axe_finds_nothing_where_each_part_is_drawn(sign_in: Callable[..., Page], settings: Any) -> None:
    client = Client()
    client.force_login(make_user())
    page = sign_in("sales@example.com")
    settings.DEBUG = True  # of this process alone: the server in front of the browser runs apart
    html = client.get("/style/").content.decode()

    page.route("**/style/", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto("/style/")
    expect(page.locator(".field--locked")).to_be_visible()

    assert faults(page) == []
