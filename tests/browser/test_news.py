"""An open inbox offers what is new, and moves nothing by itself."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.factories import make_approval, make_key, make_policy, make_user

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_new_requests_are_offered_and_shown_on_demand(sign_in: Callable[..., Page]) -> None:
    make_user("sales@example.com")
    make_policy()
    key, _ = make_key()
    make_approval(key=key, action="The first request")
    page = sign_in("sales@example.com")
    expect(page).to_have_title(re.compile(r"^\(1\) "))

    make_approval(key=key, action="The second request")
    offer = page.get_by_role("link", name="1 new request")
    expect(offer).to_be_visible()
    expect(page.get_by_text("The second request")).to_have_count(0)
    offer.click()

    expect(page.get_by_text("The second request")).to_be_visible()
    expect(offer).to_be_hidden()
    expect(page.locator("#rows")).to_be_focused()
    expect(page.locator("[data-count=me]")).to_have_text("2")
    expect(page).to_have_title(re.compile(r"^\(2\) "))


def test_a_search_is_offered_what_it_finds_and_stays_in_the_list(sign_in: Callable[..., Page]) -> None:
    make_user("sales@example.com")
    make_policy()
    key, _ = make_key()
    first = make_approval(key=key, action="Wire to Acme")
    make_approval(key=key, action="Send a mail")
    page = sign_in("sales@example.com")
    page.goto(f"{first.get_absolute_url()}?q=wire")
    page.get_by_role("searchbox").fill("half typed")
    expect(page.locator("[data-count=me]")).to_have_text("2")

    make_approval(key=key, action="Another mail")
    expect(page.locator("[data-count=me]")).to_have_text("3")
    expect(page.locator("[data-news]")).to_be_hidden()
    make_approval(key=key, action="Wire to Nordwind")
    page.get_by_role("link", name="1 new request").click()

    rows = page.locator("a.row .action")
    expect(rows).to_have_text(["Wire to Acme", "Wire to Nordwind"])
    expect(page.locator("a.row[aria-current=page]")).to_contain_text("Wire to Acme")
    expect(page.get_by_role("searchbox")).to_have_value("half typed")
    expect(page).to_have_title("(4) Wire to Acme · Countersign")
