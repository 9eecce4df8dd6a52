"""Each rendering of a payload is accessible, fits a phone, and tells times in the reader's zone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from tests.browser.accessibility import faults
from tests.factories import make_approval, make_user

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

EVENT = {
    "title": "Kick-off",
    "start": "2026-12-04T10:00:00+01:00",
    "durationMinutes": 90,
    "attendees": ["a@b.example"],
}
KINDS: dict[str, dict[str, Any]] = {
    "e-mail": {"to": "d\u0430na@acme.example", "subject": "Hi\u202e", "html": "<p>Dear Dana</p>" * 30},
    "order": {
        "currency": "EUR",
        "lines": [
            {
                "description": "Pallet, heat treated",
                "quantity": 100000,
                "unitPrice": 123456.75,
                "lineTotal": 5,
            }
        ],
        "total": 18450.5,
    },
    "change": {"path": "deploy.yml", "before": {"replicas": 3}, "after": {"replicas": 5, "note": "x" * 200}},
    "event": EVENT,
    "message": {"channel": "#ops", "text": "All is well", "blocks": [{"type": "divider"}]},
    "records": {"records": [{f"column{n}": "word" for n in range(12)}] * 3},
}


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_and_the_page_fits_a_phone(sign_in: Callable[..., Page], kind: str) -> None:
    make_user()
    approval = make_approval(payload=KINDS[kind])
    page = sign_in("sales@example.com")

    page.goto(reverse("approvals:request", args=[approval.pk]))

    assert page.locator(".rendered").is_visible()
    assert faults(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_time_of_an_event_is_the_readers(sign_in: Callable[..., Page]) -> None:
    make_user()
    approval = make_approval(payload=EVENT)
    page = sign_in("sales@example.com", timezone_id="America/New_York")

    page.goto(reverse("approvals:request", args=[approval.pk]))

    assert "Dec 2026, 04:00 EST" in page.locator(".rendered time").inner_text()
