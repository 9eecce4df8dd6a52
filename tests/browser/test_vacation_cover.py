"""A finance manager goes on leave: the deputy decides in their place, both names stand, and it ends when they say so."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from approvals.models import Approval, Vote
from audit import clock
from audit.models import Event
from grants.models import DelegatedGrant
from tests.browser.accessibility import faults
from tests.factories import make_approval, make_grant, make_policy, make_user

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

MANAGER, DEPUTY = "finance@example.com", "deputy@example.com"
TERMS = "Change payment terms of Halden Logistics"
ACCOUNT = "Change the account of Halden Logistics"
SignIn = Callable[..., Page]


@pytest.fixture
def requests(site: str) -> dict[str, Approval]:
    """What waits for the finance manager: two changes of a vendor, and a payment."""
    make_user(MANAGER, name="Priya Raman")
    make_user(DEPUTY, name="Tomas Lindqvist")
    vendor, payment = (
        make_policy("account_modification", risk="medium"),
        make_policy("payment", risk="medium"),
    )
    named = {"assignees": (MANAGER,), "workflow": "vendor-operations"}
    return {
        "terms": make_approval(policy=vendor, action=TERMS, **named),
        "account": make_approval(policy=vendor, action=ACCOUNT, **named),
        "payment": make_approval(policy=payment, action="Pay 12,000 EUR", **named),
    }


def fill_in(page: Page) -> None:
    page.goto("/approvals/delegated/")
    page.get_by_role("link", name="Lend your authority").click()
    page.get_by_label("Whom").fill(DEPUTY)
    page.get_by_label("account_modification").check()
    page.get_by_label("Up to which risk").select_option("high")
    until = clock.now() + timedelta(days=14)
    page.get_by_label("Until").fill(until.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_label("Why").fill("On leave.")


def lend(page: Page) -> DelegatedGrant:
    fill_in(page)
    page.get_by_role("button", name="Lend it").click()
    expect(page.get_by_role("heading", name="Priya Raman lends Tomas Lindqvist")).to_be_visible()
    return DelegatedGrant.objects.get()


def review(page: Page, action: str) -> None:
    page.goto("/approvals/")
    page.get_by_role("link", name=re.compile(action)).click()
    page.get_by_role("button", name="Review decision").click()
    expect(page.get_by_role("button", name=re.compile("^Approve"))).to_be_visible()


def approve(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Approve")).click()


def voted(approval: Approval) -> dict[str, Any]:
    """What the log says of the vote."""
    return Event.objects.about("approval", approval.pk).get(type="approval.voted").content


def test_the_deputy_decides_until_the_manager_takes_it_back(
    requests: dict[str, Approval], sign_in: SignIn
) -> None:
    manager, deputy = sign_in(MANAGER), sign_in(DEPUTY)
    expect(deputy.get_by_text("You can\u2019t decide anything yet")).to_be_visible()
    grant = lend(manager)
    expect(manager.locator("main")).to_contain_text("It covers 2 pending requests now.")

    deputy.goto("/approvals/")
    expect(deputy.locator(".chip")).to_have_text(["for Priya Raman", "for Priya Raman"])
    expect(deputy.get_by_text("Pay 12,000 EUR")).to_have_count(0)
    review(deputy, TERMS)
    approve(deputy)
    deputy.get_by_role("status").get_by_role("link", name=TERMS).click()
    expect(deputy.locator("#decision-panel")).to_contain_text("Approved by Tomas Lindqvist")
    expect(deputy.locator(".history")).to_contain_text("on behalf of Priya Raman")

    review(deputy, ACCOUNT)
    manager.goto(grant.get_absolute_url())
    expect(manager.get_by_role("link", name=TERMS)).to_be_visible()
    manager.get_by_text("Take it back").click()
    manager.get_by_role("button", name="Revoke").click()
    expect(manager.locator("main")).to_contain_text("Revoked")
    approve(deputy)

    expect(deputy.locator("body")).to_contain_text("The authority that Priya Raman lent you has ended.")
    requests["account"].refresh_from_db()
    assert (requests["account"].is_pending, Vote.objects.count()) == (True, 1)
    told = voted(requests["terms"])
    assert told["actor"]["label"] == "Tomas Lindqvist"
    assert told["data"]["on_behalf_of"]["name"] == "Priya Raman"
    assert told["authority"]["grant_id"] == str(grant.pk)
    call_command("verify_audit", "--subject", f"grant:{grant.pk}")


def test_the_sentence_and_the_count_follow_what_is_chosen(
    requests: dict[str, Approval], sign_in: SignIn
) -> None:
    page = sign_in(MANAGER)
    preview = page.locator("#lending-preview")
    fill_in(page)
    expect(preview).to_contain_text("account_modification, in any workflow, up to high risk")
    expect(preview).to_contain_text("It would cover 2 pending requests now.")

    page.get_by_label("payment", exact=True).check()
    expect(preview).to_contain_text("It would cover 3 pending requests now.")
    expect(page.get_by_label("payment", exact=True)).to_be_focused()
    page.get_by_label("Whom").press("Enter")

    expect(preview).to_contain_text("It would cover 3 pending requests now.")
    assert not DelegatedGrant.objects.exists()


def test_it_is_lent_and_taken_back_without_javascript(requests: dict[str, Approval], sign_in: SignIn) -> None:
    page = sign_in(MANAGER, javascript=False)
    fill_in(page)
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#lending-preview")).to_contain_text("It would cover 2 pending requests now.")
    expect(page.get_by_label("Why")).to_have_value("On leave.")
    page.get_by_role("button", name="Lend it").click()
    page.get_by_text("Take it back").click()
    page.get_by_role("button", name="Revoke").click()

    expect(page.locator("main")).to_contain_text("Revoked")
    assert DelegatedGrant.objects.get().revoked_by is not None


def test_axe_finds_nothing_on_the_pages_of_grants(requests: dict[str, Approval], sign_in: SignIn) -> None:
    manager, deputy = sign_in(MANAGER), sign_in(DEPUTY)
    manager.goto("/approvals/delegated/new/")
    manager.get_by_role("button", name="Lend it").click()
    expect(manager.get_by_role("alert")).to_be_focused()
    found = faults(manager)

    grant = lend(manager)
    manager.get_by_text("Take it back").click()
    found += faults(manager)
    make_grant(grant.grantee, grant.grantor, expires_at=clock.now() - timedelta(minutes=1))
    for path in ("/approvals/delegated/", "/approvals/delegated/?tab=ended", "/approvals/delegated/new/"):
        manager.goto(path)
        found += faults(manager)
    deputy.goto("/approvals/")
    found += faults(deputy)

    assert found == []
