"""However much an agent writes, what it wants to do stands in sight when the page opens."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.factories import make_approval, make_policy, make_user

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.shows("the-action-out-of-sight"),
]

WIDE, PHONE = {"width": 1280, "height": 700}, {"width": 390, "height": 700}
PADDED = {
    "action": "Pay 12,000 EUR to Acme",
    "rationale": "\n" * 7_000 + "because",
    "summary": "\n" * 900 + "in short",
    "evidence": [{"label": "Invoice", "value": "\n" * 400 + "7", "tone": "slate", "url": None}],
    "payload": {"body": "\n" * 10_000 + "the end of it", "amount": 12_000},
}


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_padding_leaves_the_action_in_the_viewport(
    sign_in: Callable[..., Page], viewport: dict[str, int]
) -> None:
    make_user()
    approval = make_approval(**PADDED)  # type: ignore[arg-type]
    page = sign_in("sales@example.com", viewport=viewport)

    page.goto(approval.get_absolute_url())

    heading = page.locator("#request h1")
    box = heading.bounding_box()
    expect(heading).to_have_text("Pay 12,000 EUR to Acme")
    assert box
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= viewport["height"]


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_critical_payload_stands_open_to_its_last_word(
    sign_in: Callable[..., Page], viewport: dict[str, int]
) -> None:
    make_user()
    policy = make_policy("payment", risk="critical")
    approval = make_approval(**PADDED, policy=policy, risk="critical")  # type: ignore[arg-type]
    page = sign_in("sales@example.com", viewport=viewport)

    page.goto(approval.get_absolute_url())

    expect(page.locator("#request").get_by_text("the end of it").first).to_be_visible()
