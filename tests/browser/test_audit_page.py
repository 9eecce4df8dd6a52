"""The page about the log can be read by everybody, in good times and in bad."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from audit.tasks import sequence
from tests.audit.receipts.stories import told
from tests.audit.superuser import OldCopy
from tests.audit.test_sequencer import write
from tests.browser.accessibility import faults
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_axe_finds_nothing_on_the_page_about_the_log(sign_in: Callable[..., Page]) -> None:
    make_user("ada@example.com", is_auditor=True)
    page = sign_in("ada@example.com")

    write(3)
    sequence()
    page.get_by_role("link", name="Audit log").click()
    expect(page.get_by_role("heading", name="Last checkpoint")).to_be_visible()
    found = faults(page)
    copy = OldCopy()
    sequence()
    copy.restore()
    sequence()
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("No checkpoint is signed.")
    found += faults(page)

    assert found == []


def test_axe_finds_nothing_on_a_receipt(sign_in: Callable[..., Page]) -> None:
    make_user("ada@example.com", is_auditor=True)
    approval = told()
    page = sign_in("ada@example.com")

    page.goto(f"/audit/approvals/{approval.pk}/receipt/")

    expect(page.get_by_role("heading", name="How it is proven")).to_be_visible()
    assert faults(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
