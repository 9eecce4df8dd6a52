"""A reviewer narrows the inbox, goes through what is left, and sees what is alike as one line."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import faults
from tests.factories import approve, make_agent, make_approval, make_approver, make_key, make_user

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def make_refunds(count: int) -> None:
    key = make_key(make_agent("Billing agent"))[0]
    for number in range(1, count + 1):
        make_approval(
            action=f"Refund order {number}",
            key=key,
            workflow="billing-disputes",
            payload={"order": str(number), "amount": number},
            sla_minutes=10 + number,
        )


def rows_of(page: Page) -> list[str]:
    return page.locator("a.row .action").all_inner_texts()


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_a_filter_stays_until_its_chip_is_pressed(sign_in: Callable[..., Page], javascript: bool) -> None:
    make_user()
    make_refunds(2)
    make_approval(action="Send a mail")
    page = sign_in("sales@example.com", javascript=javascript)

    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Agent", exact=True).select_option("Billing agent")
    page.get_by_label("Workflow", exact=True).select_option("billing-disputes")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("2 match the filter")).to_be_visible()
    page.get_by_role("link", name="Refund order 1").click()
    page.get_by_role("link", name="Decided").first.click()
    expect(page.get_by_text("No request matches")).to_be_visible()
    page.get_by_role("link", name="For me").click()
    assert rows_of(page) == ["Refund order 1", "Refund order 2"]
    page.get_by_role("link", name="Drop the filter Agent: Billing agent").click()
    page.get_by_role("link", name="Drop the filter Workflow: billing-disputes").click()

    assert rows_of(page) == ["Refund order 1", "Refund order 2", "Send a mail"]
    assert "agent=&" not in page.url


def test_what_is_decided_is_searched_by_its_words(sign_in: Callable[..., Page]) -> None:
    person = make_user()
    for action in ("Refund order 4821", "Refund order 4822"):
        approve(make_approval(action=action), by=person)
    page = sign_in("sales@example.com")
    page.goto("/approvals/?tab=decided")

    page.get_by_label("Whole words in the action or workflow").fill("4821 refund")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 matches the filter")).to_be_visible()
    assert rows_of(page) == ["Refund order 4821"]
    page.get_by_label("Whole words in the action or workflow").fill("482")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Drop the filter Text: “482”").click()

    assert len(rows_of(page)) == 2


def test_a_group_of_alike_requests_is_decided_one_by_one(sign_in: Callable[..., Page]) -> None:
    make_user()
    make_refunds(3)
    make_approval(action="Send a mail", sla_minutes=5)
    page = sign_in("sales@example.com")

    page.get_by_role("link", name="Group alike").click()
    expect(page.locator("a.row")).to_have_count(2)
    page.get_by_role("link", name="3 alike: Refund order … from Billing agent").click()
    expect(page.locator("a.row")).to_have_count(3)
    for number in (1, 2):
        page.get_by_role("link", name=f"Refund order {number}").first.click()
        expect(page.locator("#request h1")).to_have_text(f"Refund order {number}")
        page.get_by_role("button", name="Review decision").click()
        page.get_by_role("button", name="Approve").click()
        expect(page.locator("#request h1")).to_have_text(f"Refund order {number + 1}")

    assert "alike=" in page.url
    assert "group=1" in page.url
    assert rows_of(page) == ["Refund order 3"]


def test_news_of_a_grouped_list_counts_no_request_that_its_groups_hold(sign_in: Callable[..., Page]) -> None:
    make_user()
    make_refunds(3)
    page = sign_in("sales@example.com")
    page.goto("/approvals/?group=1")
    expect(page.locator("a.row")).to_have_count(1)

    make_approval(action="Send a mail")

    expect(page.locator("[data-news]")).to_have_text("1 new request")


def test_chips_groups_and_no_match_are_accessible(sign_in: Callable[..., Page]) -> None:
    make_approver()
    make_user()
    make_refunds(3)
    page = sign_in("sales@example.com")

    found = []
    for query in (
        "group=1",
        "workflow=billing-disputes&risk=low&q=refund",
        f"q=zeppelin&workflow={'x' * 60}",
    ):
        page.goto(f"/approvals/?{query}")
        page.get_by_text("Filter", exact=True).click()
        found += faults(page)

    assert found == []
