"""A moment reads the same everywhere: the day, the month's name, the clock and its zone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.factories import age, make_approval, make_grant, make_policy, make_user

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

WORDS = re.compile(
    r"\d{1,2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) 20\d\d, \d\d:\d\d (UTC|CEST|CET)"
)


@pytest.mark.parametrize(
    ("javascript", "zones"), [(True, {"CET", "CEST"}), (False, {"UTC"})], ids=["with", "without JavaScript"]
)
def test_every_moment_carries_its_zone(
    sign_in: Callable[..., Page], javascript: bool, zones: set[str]
) -> None:
    person = make_user(is_auditor=True)
    approval, grant = make_approval(), make_grant(person, make_user("deputy@example.com"))
    page = sign_in("sales@example.com", javascript=javascript, timezone_id="Europe/Berlin", locale="en-US")

    found = []
    for path in (approval.get_absolute_url(), grant.get_absolute_url()):
        page.goto(path)
        found += page.locator("time:not(.left)").all_inner_texts()
        found += [row.get_attribute("title") or "" for row in page.locator("time.left").all()]

    assert len(found) >= 5
    assert {WORDS.match(text)[2] if WORDS.match(text) else text for text in found} <= zones  # type: ignore[index]


def test_what_is_late_says_by_how_much_as_the_server_does(sign_in: Callable[..., Page]) -> None:
    make_user()
    age(make_approval(policy=make_policy(breach_action="notify")), minutes=72)
    page = sign_in("sales@example.com")

    expect(page.locator("a.row .left")).to_have_text("overdue by 12 min")
