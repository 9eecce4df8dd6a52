"""Enter in a field approves nothing, whatever the field: Chromium skips a disabled first button in some."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from approvals.models import Vote
from tests.factories import AMBER_AND_RED, make_approval, make_user

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SCHEMA = {
    "type": "object",
    "properties": {"day": {"type": "string", "format": "date"}, "to": {"type": "string"}},
}


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_enter_in_any_field_of_the_review_page_approves_nothing(
    sign_in: Callable[..., Page], javascript: bool
) -> None:
    make_user("sales@example.com")
    approval = make_approval(risk="critical", evidence=AMBER_AND_RED)
    page = sign_in("sales@example.com", javascript=javascript)
    path = f"{approval.get_absolute_url()}review/"

    for field in ("input[type=checkbox]", "input[type=password]"):
        page.goto(path)
        for box in page.locator("input[type=checkbox]").all():
            box.check()
        page.fill("#sentence", "I checked the contract.")
        page.fill("#password", "correct horse battery staple")
        page.locator(field).first.press("Enter")
        page.wait_for_load_state()

    assert not Vote.objects.exists()


def test_enter_in_a_field_of_the_payload_stays_on_the_page(sign_in: Callable[..., Page]) -> None:
    make_user("sales@example.com")
    approval = make_approval(payload={"to": "Ada", "day": "2026-04-12"}, schema=SCHEMA)
    page = sign_in("sales@example.com")
    page.goto(approval.get_absolute_url())

    for field in ("input[type=text]", "input[type=date]"):
        page.locator(f"#review-form {field}").first.press("Enter")

    assert page.url.endswith(approval.get_absolute_url())
