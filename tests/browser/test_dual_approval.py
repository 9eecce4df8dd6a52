"""Two people decide over one critical action, each on their own; an edit by the second asks the first again."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from approvals.models import Approval, Notification
from audit.models import Event
from tests.browser.fields import field
from tests.factories import PASSWORD, make_approval, make_policy, make_user

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LEAD, OFFICER = "security@example.com", "compliance@example.com"
ACTION = "Revoke the API key of Jordan Keller"
SignIn = Callable[..., Page]


@pytest.fixture
def approval(site: str) -> Approval:
    """What both are asked: one item of evidence to tick, a reason to correct."""
    make_user(LEAD, name="Marcus Lead")
    make_user(OFFICER, name="Hannah Officer")
    policy = make_policy("access_change", risk="critical", reviewers=[LEAD, OFFICER])
    risk = {"label": "Records read", "value": "1,842", "tone": "red", "url": None}
    payload = {"key": "ak_live_7f3e91c2", "reason": "The key read records outside its region."}
    return make_approval(
        policy=policy, risk="critical", action=ACTION, assignees=(), payload=payload, evidence=(risk,)
    )


def approve(page: Page, approval: Approval, *, reason: str | None = None, comment: str = "") -> None:
    page.goto(approval.get_absolute_url())
    if reason:
        field(page, "payload/reason").fill(reason)
    page.get_by_role("button", name="Review decision").click()
    page.get_by_label(re.compile("Records read")).check()
    if not reason:
        page.get_by_label(re.compile("What did you check")).fill("I compared it with the alert.")
    page.get_by_label(re.compile("Your password")).fill(PASSWORD)
    page.get_by_label(re.compile("^Comment")).fill(comment)
    page.get_by_role("button", name=re.compile("^Approve")).click()
    expect(page.locator("#decision-panel")).not_to_contain_text("Back to the request")


def test_security_and_compliance_approve_independently(approval: Approval, sign_in: SignIn) -> None:
    lead, officer = sign_in(LEAD), sign_in(OFFICER)
    approve(lead, approval, comment="Certainly compromised.")
    expect(lead.locator("#decision-panel")).to_contain_text("Approvals: 1 of 2")
    expect(lead.locator("#decision-panel")).to_contain_text("Waiting for Hannah Officer")

    officer.goto(approval.get_absolute_url())
    expect(officer.locator("#request")).to_contain_text("Approvals: 1 of 2")
    expect(officer.locator("#request")).not_to_contain_text("Certainly compromised.")
    expect(officer.locator(".history")).not_to_contain_text("Marcus Lead")
    approve(officer, approval)

    expect(officer.locator("#decision-panel")).to_contain_text("Approved by Marcus Lead and Hannah Officer")
    expect(officer.locator(".history")).to_contain_text("Certainly compromised.")
    approval.refresh_from_db()
    assert approval.status == "approved"


@pytest.mark.shows("an-edit-asks-again")
def test_when_the_second_edits_the_first_is_asked_again(approval: Approval, sign_in: SignIn) -> None:
    lead, officer = sign_in(LEAD), sign_in(OFFICER)
    approve(lead, approval)
    approve(officer, approval, reason="The key read 1,842 records outside its region.")

    expect(officer.locator("#decision-panel")).to_contain_text("Waiting for Marcus Lead")
    assert list(Notification.objects.filter(kind="votes_voided").values_list("recipient", flat=True)) == [
        LEAD
    ]
    lead.goto("/approvals/")
    lead.get_by_role("link", name=re.compile(ACTION)).first.click()
    expect(lead.locator("#request")).to_contain_text("What reviewers changed")
    expect(lead.locator("#request ins").first).to_be_visible()
    approve(lead, approval)

    expect(lead.locator("#decision-panel")).to_contain_text("with 1 edit")
    approval.refresh_from_db()
    assert (approval.status, approval.current_version) == ("approved", 2)
    types = Event.objects.about("approval", approval.pk).values_list("type", flat=True)
    assert [one for one in types if one not in ("approval.requested", "approval.opened")] == [
        "approval.voted",
        "approval.edited",
        "approval.votes_voided",
        "approval.voted",
        "approval.voted",
        "approval.granted",
    ]
