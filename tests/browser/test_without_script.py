"""Ten decisions in a row without JavaScript: each opens the next, an edit among them reaches the agent."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from approvals.models import Approval
from tests.browser.fields import field
from tests.factories import EMAIL_PAYLOAD, make_approval, make_key, make_policy, make_user

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_ten_decisions_in_a_row(sign_in: Callable[..., Page]) -> None:
    make_user()
    make_policy()
    key, _ = make_key()
    for number in range(10):
        make_approval(key=key, action=f"Send mail number {number}")
    page = sign_in("sales@example.com", javascript=False)
    page.locator("a.row").first.click()

    for number in range(10):
        expect(page.locator("h1")).to_have_text(f"Send mail number {number}")
        if number == 4:
            field(page, "payload/subject").fill("Another subject")
        page.get_by_role("button", name="Review decision").click()
        page.get_by_role("button", name=re.compile("^Approve")).click()

    expect(page.locator("#decision-panel")).to_contain_text("Approved by")
    assert Approval.objects.filter(status="approved").count() == 10
    edited = Approval.objects.get(current_version=2)
    assert edited.version().value == {**EMAIL_PAYLOAD, "subject": "Another subject"}
