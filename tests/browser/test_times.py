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


def test_a_chosen_zone_comes_before_the_browsers_and_forms_say_which_it_is(
    sign_in: Callable[..., Page],
) -> None:
    person = make_user()
    grant = make_grant(person, make_user("deputy@example.com"))
    page = sign_in("sales@example.com", timezone_id="Europe/Berlin")

    page.get_by_role("link", name="Preferences").click()
    expect(page.get_by_text("It is now")).to_contain_text(re.compile("CES?T"))
    page.get_by_role("button", name="Use it").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")
    page.get_by_label("Time zone").select_option("Asia/Kathmandu")
    page.get_by_label("Days and numbers").select_option("de")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("It is now")).to_contain_text("UTC+05:45")
    page.goto(grant.get_absolute_url())
    expect(page.locator("time").first).to_contain_text("UTC+05:45")
    page.goto("/approvals/delegated/new/")
    expect(page.get_by_label("Until")).to_be_visible()
    expect(page.get_by_text("(Asia/Kathmandu)")).to_be_visible()


def test_a_date_time_is_read_with_the_zone_it_was_entered_in(sign_in: Callable[..., Page]) -> None:
    make_user(time_zone="Europe/Berlin")
    approval = make_approval(
        payload={"starts": "2026-11-27T14:00:00+02:00", "amount": 18450.5, "currency": "EUR"}
    )
    page = sign_in("sales@example.com", timezone_id="America/New_York", locale="de-DE")
    page.goto(approval.get_absolute_url())
    seen = page.locator("[data-seen]").first
    expect(seen).to_contain_text("27. November 2026, 14:00 UTC+02:00")
    expect(seen).to_contain_text("= 27. November 2026, 13:00 CET")
    expect(page.get_by_text("18.450,50 EUR")).to_be_visible()

    page.locator("details.edit summary").first.click()
    page.get_by_label("Starts", exact=True).fill("2026-11-27T15:30")
    page.get_by_label("Time zone of Starts").select_option("Europe/Berlin")
    page.locator("details.edit summary").first.click()
    expect(seen).to_have_text("2026-11-27 15:30 Europe/Berlin")
    page.get_by_role("button", name="Review decision").click()

    expect(page.locator("table.changes")).to_contain_text("2026-11-27T15:30:00+01:00")


def test_what_is_late_says_by_how_much_as_the_server_does(sign_in: Callable[..., Page]) -> None:
    make_user()
    age(make_approval(policy=make_policy(breach_action="notify")), minutes=72)
    page = sign_in("sales@example.com")

    expect(page.locator("a.row .left")).to_have_text("overdue by 12 min")
