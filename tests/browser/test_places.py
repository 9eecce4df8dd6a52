"""One goes on where one was: in the list after Back, and beside a row that was removed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fields import field
from tests.factories import make_approval, make_user

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

WIDE, PHONE = {"width": 1280, "height": 700}, {"width": 390, "height": 700}
TAGS = {"type": "object", "properties": {"tags": {"type": "array", "items": {"type": "string"}}}}
IS_AT = "(top) => Math.abs((document.getElementById('inbox').scrollTop || scrollY) - top) < 3"


def scroll_list(page: Page, to: int) -> None:
    """By whichever of the two scrolls: the list beside the request, or the window."""
    page.evaluate("(to) => { document.getElementById('inbox').scrollTop = to; scrollTo(0, to); }", to)


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("way", ["back", "link"])
def test_back_in_the_list_one_is_where_one_left_it(
    sign_in: Callable[..., Page], viewport: dict[str, int], way: str
) -> None:
    make_user()
    for number in range(20):
        make_approval(action=f"Request number {number:02}", sla_minutes=60 + number)
    page = sign_in("sales@example.com", viewport=viewport)
    scroll_list(page, 900)

    # A click of Playwright's own would scroll the row into sight first.
    page.locator("a.row", has_text="Request number 10").evaluate("(row) => row.click()")
    expect(page.locator("#request h1")).to_have_text("Request number 10")
    if way == "back":
        page.go_back()
    else:
        page.goto(
            page.locator("#request .back a").get_attribute("href", timeout=5000) or "", referer=page.url
        )

    expect(page.locator("#request")).to_have_count(0)
    page.wait_for_function(IS_AT, arg=900)


def test_another_list_starts_at_its_top(sign_in: Callable[..., Page]) -> None:
    make_user()
    for number in range(20):
        make_approval(action=f"Request number {number:02}")
    page = sign_in("sales@example.com", viewport=WIDE)
    scroll_list(page, 900)

    page.get_by_role("link", name="Decided").click()
    page.wait_for_url("**tab=decided")

    assert page.evaluate(IS_AT, 0)


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_removed_row_leaves_the_focus_near(sign_in: Callable[..., Page], javascript: bool) -> None:
    make_user()
    approval = make_approval(payload={"tags": ["a", "b", "c"]}, schema=TAGS)
    page = sign_in("sales@example.com", javascript=javascript)
    page.goto(approval.get_absolute_url())
    field(page, "payload/tags/0")
    remove, rows = page.get_by_role("button", name="Remove"), page.locator(".items__row input")

    for index, left, focused in ((1, 2, "Remove row 2"), (1, 1, "Remove row 1"), (0, 0, "Add to Tags")):
        remove.nth(index).click()
        expect(rows).to_have_count(left)
        expect(page.locator(":focus")).to_have_attribute("aria-label", re.compile(f"^{focused}"))
