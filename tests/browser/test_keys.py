"""Single keys move through the list and open what the page shows; none decides."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from approvals.models import Approval
from tests.browser.accessibility import faults
from tests.factories import make_approval, make_key, make_policy, make_user

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def requests(site: str) -> list[Approval]:
    """Three for one person, the next deadline first."""
    make_user("sales@example.com")
    make_policy()
    key, _ = make_key()
    return [make_approval(key=key, action=f"Send number {n}", sla_minutes=60 + n) for n in range(3)]


def row(page: Page, number: int) -> object:
    return page.locator("a.row", has_text=f"Send number {number}")


@pytest.mark.usefixtures("requests")
def test_keys_move_through_the_list_and_open_a_request(sign_in: Callable[..., Page]) -> None:
    page = sign_in("sales@example.com")

    page.keyboard.press("j")
    expect(row(page, 0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(row(page, 2)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("o")

    expect(page.get_by_role("heading", name="Send number 1")).to_be_focused()
    expect(page.get_by_text("2 of 3", exact=True)).to_be_visible()
    page.keyboard.press("j")
    expect(row(page, 2)).to_be_focused()


@pytest.mark.usefixtures("requests")
def test_on_a_phone_they_lead_from_request_to_request(sign_in: Callable[..., Page]) -> None:
    page = sign_in("sales@example.com", viewport={"width": 390, "height": 800})
    row(page, 0).click()
    expect(page.get_by_text("1 of 3", exact=True)).to_be_visible()

    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="Send number 1")).to_be_visible()
    expect(page.get_by_text("2 of 3", exact=True)).to_be_visible()
    page.keyboard.press("k")
    expect(page.get_by_role("heading", name="Send number 0")).to_be_visible()
    expect(page.get_by_role("link", name="Previous")).to_be_hidden()


def test_keys_open_forms_and_decide_nothing(sign_in: Callable[..., Page], requests: list[Approval]) -> None:
    page = sign_in("sales@example.com")
    address = requests[0].get_absolute_url()

    page.goto(address)
    page.keyboard.press("e")
    expect(page.locator("#review-form :focus")).to_have_count(1)
    page.keyboard.type("ars?")
    expect(page).to_have_url(re.compile(re.escape(address)))
    page.goto(address)
    page.keyboard.press("r")
    expect(page).to_have_url(re.compile("/rejection/"))
    page.goto(address)
    page.keyboard.press("s")
    expect(page).to_have_url(re.compile("/reassignment/"))
    page.goto(address)
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Approve")).to_be_visible()
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)

    assert {one.status for one in Approval.objects.all()} == {"pending"}


@pytest.mark.usefixtures("requests")
def test_the_search_and_the_help_are_one_key_away(sign_in: Callable[..., Page]) -> None:
    page = sign_in("sales@example.com")

    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("j?")
    expect(page.get_by_role("searchbox")).to_have_value("j?")
    page.get_by_role("searchbox").blur()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys")
    expect(sheet).to_be_visible()
    assert faults(page) == []
    sheet.get_by_text("search the list").click()
    page.keyboard.press("j")
    expect(page.locator("a.row:focus")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


@pytest.mark.usefixtures("requests")
def test_they_can_be_turned_off(sign_in: Callable[..., Page]) -> None:
    page = sign_in("sales@example.com")
    page.goto("/preferences/notifications/")
    page.get_by_role("button", name="Show the keys").click()
    page.keyboard.press("Escape")
    page.get_by_label("Single keys move").uncheck()
    page.goto("/approvals/")

    page.keyboard.press("j")
    page.keyboard.press("?")

    expect(page.locator("a.row:focus")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)


def tab_to(page: Page, name: str) -> None:
    button = page.get_by_role("button", name=name)
    expect(button).to_be_visible()
    for _ in range(40):
        if button.evaluate("button => button === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"The keyboard does not reach {name}.")


def test_ten_are_decided_one_after_another_by_the_keyboard_alone(
    site: str, sign_in: Callable[..., Page]
) -> None:
    reviewer = make_user("sales@example.com")
    make_policy()
    key, _ = make_key()
    for n in range(10):
        make_approval(key=key, action=f"Send number {n}", sla_minutes=60 + n)
    page = sign_in(reviewer.email)
    page.keyboard.press("j")
    page.keyboard.press("o")

    for n in range(10):
        expect(page.locator("h1#action")).to_have_text(f"Send number {n}")
        if n < 9:
            expect(page.get_by_text(f"1 of {10 - n}", exact=True)).to_be_visible()
        page.keyboard.press("a")
        tab_to(page, "Approve")
        page.keyboard.press("Enter")
        if n < 9:
            expect(page.get_by_role("status").get_by_text("Approved:")).to_be_focused()
            expect(page.get_by_role("link", name=f"Send number {n}", exact=True)).to_be_visible()

    expect(page.locator("#decision-panel")).to_contain_text("Approved by")
    assert {one.status for one in Approval.objects.all()} == {"approved"}


def test_the_help_names_every_key() -> None:
    root = Path(settings.BASE_DIR)
    acts = re.search(r"const ACTS = \{(.*?)\n  \};", (root / "static/js/keys.js").read_text(), re.DOTALL)
    assert acts
    known = set(re.findall(r'^    "?([^":]+)"?:', acts[1], re.MULTILINE)) | set(
        re.findall(r"^    (\w),", acts[1], re.MULTILINE)
    )

    assert known == set(re.findall(r"<kbd>(.*?)</kbd>", (root / "templates/_keys.html").read_text()))
