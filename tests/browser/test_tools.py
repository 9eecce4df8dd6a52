"""The payloads of fifteen kinds of tool in a browser: to read and with every field open, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.approvals.payload.tools import TOOLS
from tests.browser.layout import MEASURE
from tests.factories import make_approval, make_user

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

NARROW = """
() => [...document.querySelectorAll("section.payload :is(.value, input, select, textarea):not([type=hidden], [type=checkbox], [type=radio])")]
  .filter((element) => element.checkVisibility())
  .map((element) => [element, element.closest("td, dd, li, .field__value, .entry, .forms").getBoundingClientRect().width])
  .filter(([element, width]) => width < 90 && !element.closest("td"))
  .map(([element, width]) => `${Math.round(width)} px for "${(element.value || element.textContent).trim().slice(0, 40)}"`)
"""
"""What has too little room to be read or typed: some ten letters."""

LOOKS = [(1280, "light"), (390, "dark")]


@pytest.mark.parametrize(("width", "scheme"), LOOKS, ids=["wide and light", "narrow and dark"])
def test_every_tools_form_fits_and_axe_finds_nothing(
    sign_in: Callable[..., Page], width: int, scheme: str
) -> None:
    make_user()
    requests = {
        name: make_approval(action=f"Trial of {name}", schema=schema, payload=value)
        for name, (schema, value) in TOOLS.items()
    }
    page = sign_in("sales@example.com", viewport={"width": width, "height": 900}, color_scheme=scheme)
    found = []

    for name, approval in requests.items():
        page.goto(approval.get_absolute_url())
        found += [f"{name}, read: {each}" for each in (*page.evaluate(MEASURE), *page.evaluate(NARROW))]
        page.get_by_role("button", name="Edit all").click()
        left_out = page.locator(".left-out:not([open]) > summary")
        while left_out.count():
            left_out.first.click()
        found += [f"{name}, open: {each}" for each in (*page.evaluate(MEASURE), *page.evaluate(NARROW))]
        result = Axe().run(page)
        found += [f"{name}: {result.generate_report()}"] if result.violations_count else []

    assert found == []
