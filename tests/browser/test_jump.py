"""Ctrl K opens a search on every page; arrows and Enter lead on, Escape leads back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from approvals.models import Approval
from tests.browser.accessibility import faults
from tests.factories import make_approval, make_key, make_policy, make_user

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def requests(site: str) -> list[Approval]:
    make_user("sales@example.com")
    make_policy("wire_transfer", reviewers=["sales@example.com"])
    make_policy()
    key, _ = make_key()
    return [make_approval(key=key, action=f"Wire number {n}", sla_minutes=60 + n) for n in range(3)]


def typed(page: Page, text: str) -> None:
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="A request, a policy or a person")).to_be_focused()
    page.keyboard.type(text)


@pytest.mark.usefixtures("requests")
def test_arrows_choose_and_enter_opens(sign_in: Callable[..., Page]) -> None:
    page = sign_in("sales@example.com")
    typed(page, "wire")

    options, box = page.locator("#jump-found [role=option]"), page.locator("#jump-text")
    expect(options).to_have_count(4)
    expect(page.locator("#jump-said")).to_have_text("4 found")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    expect(options.nth(3)).to_contain_text("wire_transfer")
    expect(box).to_have_attribute("aria-activedescendant", options.nth(3).get_attribute("id") or "-")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Wire number 1")).to_be_visible()
    expect(page.locator("#jump")).to_be_hidden()


def test_escape_gives_the_focus_back_and_forgets(
    sign_in: Callable[..., Page], requests: list[Approval]
) -> None:
    page = sign_in("sales@example.com")
    page.goto(requests[0].get_absolute_url())
    page.locator("a.row").nth(1).focus()
    typed(page, "zeppelin")
    expect(page.locator("#jump-said")).to_have_text("Nothing that you may read matches")
    expect(page.get_by_role("listbox")).to_be_hidden()

    page.keyboard.press("Escape")

    expect(page.locator("a.row").nth(1)).to_be_focused()
    page.keyboard.press("Control+k")
    expect(page.locator("#jump-text")).to_have_value("")
    page.keyboard.press("Control+k")
    expect(page.locator("#jump")).to_be_hidden()


@pytest.mark.usefixtures("requests")
def test_it_opens_where_single_keys_are_off(sign_in: Callable[..., Page]) -> None:
    page = sign_in("sales@example.com")
    page.evaluate("localStorage.setItem('keys', 'off')")

    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("Control+k")

    expect(page.locator("#jump")).to_be_visible()


@pytest.mark.usefixtures("requests")
def test_it_stays_shut_behind_the_help_sheet_which_lists_it(sign_in: Callable[..., Page]) -> None:
    page = sign_in("sales@example.com")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("jump to a request, a policy or a person")

    page.keyboard.press("Control+k")

    expect(page.locator("#jump")).to_be_hidden()


@pytest.mark.usefixtures("requests")
def test_a_search_that_fails_replaces_nothing(sign_in: Callable[..., Page]) -> None:
    page = sign_in("sales@example.com")

    def fail(route: Route) -> None:
        route.fulfill(status=503, body="<p>Out of order</p>", content_type="text/html")

    page.route(re.compile("/jump/"), fail)
    typed(page, "wire")

    expect(page.locator("#jump-said")).to_have_text("The search does not answer just now.")
    expect(page.locator("a.row")).to_have_count(3)


@pytest.mark.usefixtures("requests")
def test_without_javascript_the_header_leads_to_a_page(sign_in: Callable[..., Page]) -> None:
    page = sign_in("sales@example.com", javascript=False)

    page.get_by_role("link", name="Jump").click()
    page.get_by_role("searchbox").fill("number 2")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Wire number 2").click()

    expect(page.get_by_role("heading", name="Wire number 2")).to_be_visible()


@pytest.mark.usefixtures("requests")
def test_axe_finds_nothing_in_the_dialog_and_on_the_page(sign_in: Callable[..., Page]) -> None:
    page = sign_in("sales@example.com")
    page.keyboard.press("Control+k")
    found = faults(page)
    page.keyboard.type("wire")
    expect(page.locator("#jump-found [role=option]")).to_have_count(4)
    found += faults(page)
    for query in ("", "?q=wire", "?q=zeppelin"):
        page.goto(f"/jump/{query}")
        found += faults(page)

    assert found == []
