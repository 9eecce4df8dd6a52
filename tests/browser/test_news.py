"""An open inbox offers what is new, and moves nothing by itself."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.factories import make_approval, make_key, make_policy, make_user

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_new_requests_are_offered_and_shown_on_demand(sign_in: Callable[..., Page]) -> None:
    make_user("sales@example.com")
    make_policy()
    key, _ = make_key()
    make_approval(key=key, action="The first request")
    page = sign_in("sales@example.com")
    expect(page).to_have_title(re.compile(r"^\(1\) "))

    make_approval(key=key, action="The second request")
    offer = page.get_by_role("link", name="1 new request")
    expect(offer).to_be_visible()
    expect(page.get_by_text("The second request")).to_have_count(0)
    offer.click()

    expect(page.get_by_text("The second request")).to_be_visible()
    expect(offer).to_be_hidden()
    expect(page).to_have_title(re.compile(r"^\(2\) "))
