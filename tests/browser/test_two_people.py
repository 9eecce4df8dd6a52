"""Two people at one request: each sees the other, and what the other does, within a second, and loses no typing."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from approvals.models import Approval
from tests import factories
from tests.browser.fields import field
from tests.factories import EMAIL_PAYLOAD, make_approval, make_approver, make_policy, make_user

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SALES, DEPUTY = "sales@example.com", "deputy@example.com"
PATIENCE = 3_000
"""Milliseconds until the other browser shows it: a second, and more on a busy machine."""


@pytest.fixture
def approval(site: str) -> Approval:
    make_user(SALES, name="Elena Marsh")
    make_user(DEPUTY, name="Hannah Weiss")
    make_policy(quorum=2)
    return make_approval(assignees=(SALES, DEPUTY))


def open_request(sign_in: Callable[..., Page], email: str, approval: Approval) -> Page:
    page = sign_in(email)
    page.goto(approval.get_absolute_url())
    return page


def viewing(page: Page) -> object:
    return page.locator("[data-viewing]")


def meanwhile(page: Page) -> object:
    return page.locator("[data-meanwhile]")


def test_each_sees_that_the_other_is_there_and_that_they_left(
    sign_in: Callable[..., Page], approval: Approval
):
    mine = open_request(sign_in, SALES, approval)
    theirs = open_request(sign_in, DEPUTY, approval)

    expect(viewing(mine)).to_have_text("Hannah Weiss is viewing", timeout=PATIENCE)
    expect(viewing(theirs)).to_have_text("Elena Marsh is viewing", timeout=PATIENCE)

    theirs.goto("/approvals/delegated/")
    expect(viewing(mine)).to_have_text("", timeout=PATIENCE)


def test_the_list_says_who_looks_at_a_row_as_of_its_last_news(
    sign_in: Callable[..., Page], approval: Approval
):
    theirs = open_request(sign_in, DEPUTY, approval)
    expect(theirs.locator("[data-count=me]")).to_have_text("1")
    mine = sign_in(SALES)
    mine.goto("/approvals/")
    row = mine.locator(f'a.row[href*="{approval.pk}"]')
    expect(row.locator(".viewing")).to_have_text("Hannah Weiss is viewing", timeout=PATIENCE)
    height = row.bounding_box()["height"]

    theirs.goto("/approvals/delegated/")
    theirs.wait_for_timeout(500)
    make_approval(assignees=(SALES,))  # news of the list

    expect(row.locator(".viewing")).to_have_text("", timeout=PATIENCE)
    assert row.bounding_box()["height"] == height


def test_a_vote_an_edit_and_a_decision_are_seen_and_the_typing_stays(
    sign_in: Callable[..., Page], approval: Approval
):
    page = open_request(sign_in, SALES, approval)
    expect(page.locator("[data-count=me]")).to_have_text("1")
    field(page, "payload/subject").fill("My own subject")
    edited = {**EMAIL_PAYLOAD, "body": "Shorter."}

    factories.approve(approval, by=make_user(DEPUTY), edited=edited)
    expect(meanwhile(page)).to_contain_text("Hannah Weiss", timeout=PATIENCE)
    expect(field(page, "payload/subject")).to_have_value("My own subject")
    expect(page.get_by_role("button", name="Review decision")).to_be_visible()

    factories.approve(approval, by=make_approver("third@example.com"))
    expect(meanwhile(page)).to_contain_text("Approved by", timeout=PATIENCE)
    expect(meanwhile(page)).to_contain_text("with 1 edit")
    expect(page.get_by_role("button", name="Review decision")).to_be_hidden()
    expect(page.get_by_role("link", name="Reject")).to_be_hidden()
    expect(field(page, "payload/subject")).to_have_value("My own subject")

    meanwhile(page).get_by_role("link", name=re.compile("^Show")).click()
    expect(page.locator("#decision-panel")).to_contain_text("Approved by")


def test_a_comment_of_ones_own_is_no_news(sign_in: Callable[..., Page], approval: Approval):
    page = open_request(sign_in, SALES, approval)
    expect(page.locator("[data-count=me]")).to_have_text("1")

    page.locator("#text").fill("Looks odd")
    page.get_by_role("button", name="Comment").click()
    expect(page.locator(".timeline")).to_contain_text("Looks odd")
    time.sleep(2)

    expect(meanwhile(page)).to_be_hidden()


def test_a_stream_that_is_gone_is_said(sign_in: Callable[..., Page], approval: Approval):
    page = open_request(sign_in, SALES, approval)
    expect(page.locator("[data-count=me]")).to_have_text("1")

    page.route("**/live/**", lambda route: route.abort())
    page.reload()

    expect(viewing(page)).to_have_text("Live updates paused", timeout=10_000)

    page.unroute("**/live/**")
    expect(viewing(page)).to_have_text("", timeout=15_000)
