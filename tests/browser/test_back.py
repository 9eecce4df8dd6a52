"""Back leads to where the list stood: nobody looks twice for the row that they came from."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.factories import make_approval, make_key, make_policy, make_user

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ROW = 15


@pytest.mark.parametrize("width", [390, 1280])
def test_the_list_keeps_its_place(site: str, sign_in: Callable[..., Page], width: int) -> None:
    make_user("sales@example.com")
    make_policy()
    key, _ = make_key()
    for number in range(24):
        make_approval(key=key, action=f"Send number {number}", sla_minutes=60 + number)
    page = sign_in("sales@example.com", viewport={"width": width, "height": 800})
    row = page.locator("a.row").nth(ROW)
    row.scroll_into_view_if_needed()
    place = row.bounding_box()
    row.click()
    expect(page.get_by_role("heading", name=f"Send number {ROW}")).to_be_visible()

    page.go_back()

    expect(page.get_by_role("heading", name=f"Send number {ROW}")).to_be_hidden()
    page.wait_for_function(
        "y => Math.abs(document.querySelectorAll('a.row')[15].getBoundingClientRect().y - y) < 2",
        arg=place["y"],
    )
