"""A page's scripts speak the language of the catalogue that was loaded before them; without one, English."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from approvals.views.words import words_of
from tests.factories import make_approval, make_user
from tests.site.tongue import TONGUE, spoken

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_what_scripts_say_comes_from_the_catalogue(sign_in: Callable[..., Page]) -> None:
    make_user()
    approval = make_approval()
    page = sign_in("sales@example.com")
    left = page.locator("[data-left]").first
    expect(left).to_have_text("59 min left")
    with spoken():
        catalogue = words_of(TONGUE).script.decode()

    def with_catalogue(route: Route) -> None:
        own = route.fetch()
        route.fulfill(response=own, body=catalogue + own.text())

    page.route("**/js/words.js", with_catalogue)
    page.goto(approval.get_absolute_url())

    expect(left).to_have_text("⟦59 min left⟧")
