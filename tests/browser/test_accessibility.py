"""axe-core finds nothing on the pages where people read and decide."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from tests.browser.accessibility import faults
from tests.factories import AMBER_AND_RED, make_approval, make_policy, make_user

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_axe_would_find_a_fault(sign_in: Callable[..., Page]) -> None:
    make_user()
    page = sign_in("sales@example.com")

    page.evaluate("document.documentElement.removeAttribute('lang')")

    assert len(faults(page)) == 4


def test_axe_finds_nothing_from_the_inbox_to_the_decision(sign_in: Callable[..., Page]) -> None:
    make_policy(risk="medium")
    make_user()
    approval = make_approval(evidence=AMBER_AND_RED)
    make_approval(action="Another")
    page = sign_in("sales@example.com")

    found = faults(page)
    for name in ("request", "review", "rejection"):
        page.goto(reverse(f"approvals:{name}", args=[approval.pk]))
        found += faults(page)

    assert found == []
