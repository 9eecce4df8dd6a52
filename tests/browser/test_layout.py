"""Every page fits from 320 px to a desk's screen, and at 200 and 400 % zoom."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page

from tests.browser.layout import misfits
from tests.factories import (
    AMBER_AND_RED,
    approve,
    make_approval,
    make_approver,
    make_grant,
    make_policy,
    make_user,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

WHOLE_HOUSE = {"name": "Maximiliane von Habsburg-Lothringen", "is_staff": True, "is_auditor": True}
"""Whose header holds every link there is."""


def test_a_word_that_breaks_and_a_page_that_scrolls_sideways_would_be_found(
    sign_in: Callable[..., Page],
) -> None:
    make_approver()
    page = sign_in("approver@example.com")

    page.evaluate(
        """() => {
          document.querySelector("main").style.minWidth = "1500px";
          for (const tab of document.querySelectorAll(".tabs a"))
            Object.assign(tab.style, { width: "1.5rem", overflowWrap: "anywhere", whiteSpace: "normal" });
        }"""
    )
    found = " ".join(misfits(page))

    assert 'breaks "Decided"' in found
    assert "scrolls sideways: 1500 px" in found


def test_the_pages_of_a_request_fit(sign_in: Callable[..., Page]) -> None:
    make_policy(risk="medium", headline=["/amount", "/to"])
    make_user("approver@example.com", **WHOLE_HOUSE)
    make_approver()
    payload = {"to": "a.very.long.address.of.somebody@a-long-company-name.example", "amount": 18450.5}
    waiting = make_approval(
        action="Pay purchase order PO-20931 to Kestrel Components, 18,450.50 EUR",
        evidence=AMBER_AND_RED,
        payload=payload,
    )
    done = approve(make_approval(action="Done", payload=payload), by=make_user("sales@example.com"))
    draft = make_approval(action="A draft", policy=make_policy("note", pattern="draft_only"))
    page = sign_in("approver@example.com")

    paths = [approval.get_absolute_url() for approval in (waiting, done, draft)]
    paths += [f"{paths[0]}{name}/" for name in ("review", "rejection", "reassignment")]

    assert _misfits(page, paths) == []


def test_the_pages_around_the_requests_fit(sign_in: Callable[..., Page]) -> None:
    make_policy()
    make_policy("a_kind_of_action_with_a_very_long_name", title="Whose title is long as well")
    person = make_user("approver@example.com", **WHOLE_HOUSE)
    make_approver()
    grant = make_grant(person, make_user("deputy@example.com"))
    for number in range(26):
        make_approval(action=f"Number {number}", assignees=("approver@example.com",))
    page = sign_in("approver@example.com")

    names = ("inbox", "grants", "lending", "policies", "reassignments")
    paths = [reverse(f"approvals:{name}") for name in names]
    paths += ["/approvals/?tab=pool&risk=high", reverse("approvals:policy", args=["external_email"])]
    paths += [
        reverse("notification-preferences"),
        reverse("display-preferences"),
        reverse("audit:log"),
        grant.get_absolute_url(),
    ]

    assert _misfits(page, paths) == []


def test_signing_in_and_the_pages_about_a_fault_fit(chromium: Browser, site: str) -> None:
    context = chromium.new_context(base_url=site)
    page = context.new_page()

    try:
        assert _misfits(page, ["/sign-in/", "/nowhere/"]) == []
    finally:
        context.close()


def test_tabs_whose_counts_run_to_99_keep_their_words(sign_in: Callable[..., Page]) -> None:
    make_approver()
    make_approval(policy=make_policy("note", pattern="draft_only"))
    page = sign_in("approver@example.com")

    page.evaluate("for (const count of document.querySelectorAll('.tabs .count')) count.textContent = '99+'")

    assert misfits(page) == []


def _misfits(page: Page, paths: list[str]) -> list[str]:
    found = []
    for path in paths:
        page.goto(path)
        found += misfits(page)
    return found
