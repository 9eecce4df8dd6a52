"""A person is picked by name with the keyboard, in a field and after an @; without a script by typing."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from approvals.models import Approval, Assignment, Notification
from grants.models import DelegatedGrant
from tests.browser.accessibility import faults
from tests.factories import make_approval, make_approver, make_grant, make_policy, make_user

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def approval(site: str) -> Approval:
    """It names Sales; Hannah and Hanno could be asked, and the agent's owner could not."""
    sales = make_user("sales@example.com")
    make_user("owner@example.com", name="Hanna Owner")
    make_user("hannah@example.com", name="Hannah Vogel")
    make_approver("hanno@example.com")
    make_grant(make_user("hannah@example.com"), sales)
    return make_approval(policy=make_policy(reviewers=["sales@example.com"]), assignees=())


def named(approval: Approval) -> list[str]:
    rows = Assignment.objects.filter(approval=approval, removed_at=None)
    return list(rows.values_list("email", flat=True))


def test_arrows_choose_enter_picks_and_the_reason_is_read(
    sign_in: Callable[..., Page], approval: Approval
) -> None:
    page = sign_in("sales@example.com")
    page.goto(f"{approval.get_absolute_url()}reassignment/")
    field = page.get_by_role("combobox", name="Whom to ask instead")
    options = page.locator("#to-found [role=option]")
    field.focus()
    page.keyboard.type("han")

    expect(options).to_have_count(3)
    expect(page.locator("#to-said")).to_have_text("3 people")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(field).not_to_have_attribute("aria-activedescendant", re.compile("."))
    expect(options.nth(0)).to_contain_text(re.compile(r"away until \w{3} \d+ \w{3}"))
    expect(options.nth(1)).to_contain_text("approver")
    page.keyboard.press("ArrowUp")
    expect(field).to_have_attribute("aria-activedescendant", options.nth(2).get_attribute("id") or "-")
    expect(options.nth(2)).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#to-said")).to_contain_text("party to this request")
    expect(field).to_have_value("han")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(field).to_have_value("Hannah Vogel <hannah@example.com>")
    expect(page.locator("#to-found")).to_be_hidden()
    page.get_by_label("Why").fill("On leave.")
    page.keyboard.press("Enter")
    expect(page.locator("#history-panel")).to_contain_text("asked hannah@example.com")
    assert named(approval) == ["hannah@example.com"]


def test_escape_closes_the_list_and_keeps_what_was_typed(
    sign_in: Callable[..., Page], approval: Approval
) -> None:
    page = sign_in("sales@example.com")
    page.goto(f"{approval.get_absolute_url()}reassignment/")
    field = page.locator("#to")
    field.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#to-found")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.locator("#to-found")).to_be_hidden()
    expect(field).to_have_attribute("aria-expanded", "false")
    page.keyboard.type("zeppelin")
    expect(page.locator("#to-said")).to_contain_text("Nobody whom you know of here")
    expect(field).to_have_value("zeppelin")


def test_a_search_that_fails_is_said(sign_in: Callable[..., Page], approval: Approval) -> None:
    page = sign_in("sales@example.com")

    def fail(route: Route) -> None:
        route.fulfill(status=503, body="<p>Out of order</p>", content_type="text/html")

    page.route(re.compile("/receivers/"), fail)
    page.goto(f"{approval.get_absolute_url()}reassignment/")
    page.locator("#to").focus()
    page.keyboard.type("han")

    expect(page.locator("#to-said")).to_have_text("The search does not answer just now.")
    expect(page.locator("#to-found")).to_be_hidden()


def test_an_at_sign_in_a_comment_picks_a_reader(sign_in: Callable[..., Page], approval: Approval) -> None:
    page = sign_in("sales@example.com")
    page.goto(approval.get_absolute_url())
    text, options = page.locator("#text"), page.locator("#text-found [role=option]")
    text.focus()
    page.keyboard.type("Please look, @han")

    expect(options).to_have_count(2)
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    expect(options.nth(1)).to_contain_text("Cannot read this request")
    page.keyboard.press("Enter")

    expect(text).to_have_value("Please look, @hanno@example.com ")
    page.get_by_role("button", name="Comment").click()
    expect(page.locator("#history-panel")).to_contain_text("commented, telling hanno@example.com")
    told = Notification.objects.filter(kind="mentioned").values_list("recipient", flat=True)
    assert list(told) == ["hanno@example.com"]
    text.focus()
    page.keyboard.type("Once more, @hanno")
    expect(options).to_have_count(1)


@pytest.mark.usefixtures("approval")
def test_authority_is_lent_to_a_person_picked_with_the_mouse(sign_in: Callable[..., Page]) -> None:
    page = sign_in("sales@example.com")
    page.goto("/approvals/delegated/new/")
    page.locator("#grantee").press_sequentially("vogel")

    page.locator("#grantee-found").get_by_text("Hannah Vogel").click()

    expect(page.locator("#grantee")).to_have_value("Hannah Vogel <hannah@example.com>")
    expect(page.locator("#grantee")).to_be_focused()
    page.get_by_label("Everything").check()
    page.get_by_label("Up to which risk").select_option("low")
    expect(page.locator("#lending-preview")).to_contain_text("Hannah Vogel decides in the place of Sales")


def test_without_javascript_a_name_is_typed_and_an_unclear_one_asked_about(
    sign_in: Callable[..., Page], approval: Approval
) -> None:
    page = sign_in("sales@example.com", javascript=False)
    page.goto(f"{approval.get_absolute_url()}reassignment/")
    page.get_by_label("Whom to ask instead").fill("han")
    page.get_by_label("Why").fill("On leave.")
    page.get_by_role("button", name="Reassign").click()

    choices = page.get_by_role("group", name="Which person?")
    expect(choices.get_by_role("radio")).to_have_count(3)
    expect(choices.get_by_role("radio", name="Hanna Owner")).to_be_disabled()
    choices.get_by_role("radio", name="Hannah Vogel").check()
    page.get_by_role("button", name="Reassign").click()

    expect(page.locator("#history-panel")).to_contain_text("asked hannah@example.com")
    page.goto("/approvals/delegated/new/")
    page.get_by_label("Whom").fill("Hannah Vogel")
    page.get_by_label("Everything").check()
    page.get_by_label("Up to which risk").select_option("low")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#lending-preview")).to_contain_text("Hannah Vogel decides in the place of Sales")
    assert not DelegatedGrant.objects.filter(grantor__email="sales@example.com").exists()


def test_axe_finds_nothing_in_the_open_lists_the_choice_and_the_page_of_being_away(
    sign_in: Callable[..., Page], approval: Approval
) -> None:
    page = sign_in("sales@example.com")
    found = []
    page.goto(f"{approval.get_absolute_url()}reassignment/")
    page.locator("#to").press_sequentially("han")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#to-found [role=option]")).to_have_count(3)
    found += faults(page)
    page.keyboard.press("Escape")
    page.get_by_label("Why").fill("On leave.")
    page.get_by_role("button", name="Reassign").click()
    expect(page.get_by_role("group", name="Which person?")).to_be_visible()
    found += faults(page)
    page.goto(approval.get_absolute_url())
    page.locator("#text").press_sequentially("@han")
    expect(page.locator("#text-found [role=option]")).to_have_count(2)
    found += faults(page)
    page.goto("/preferences/away/")
    found += faults(page)

    assert found == []
