"""The journeys of a deadline that passes: who is told, by a real mail server, and what page and agent then say."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Page, expect

from approvals import trying
from approvals.models import Approval, Notification
from approvals.notifications import deliver_due, preferences
from audit.models import Event
from tests.browser.accessibility import faults
from tests.factories import age, make_approval, make_approver, make_key, make_policy, make_user
from tests.receivers import Postbox, hook, postbox

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LINK = re.compile(r"https?://\S+/approvals/[0-9a-f-]{36}/")


@pytest.fixture
def mail(settings: Any, site: str) -> Iterator[Postbox]:
    with postbox() as box:
        for name, value in box.settings.items():
            setattr(settings, name, value)
        settings.PUBLIC_URL = site
        yield box


def sweep_twice_and_deliver() -> None:
    for _ in range(2):
        call_command("sweep")
        deliver_due()


def test_a_critical_request_is_held_and_escalated_to_both_approvers(
    sign_in: Callable[..., Page], mail: Postbox
) -> None:
    for address in ("david@example.com", "hannah@example.com"):
        make_approver(address)
    make_user("security@example.com")
    ladder = [{"emails": ["david@example.com", "hannah@example.com"], "after_minutes": 0}]
    policy = make_policy(risk="critical", sla_minutes=30, escalation=ladder)
    approval = make_approval(risk="critical", policy=policy, assignees=("security@example.com",))
    deliver_due()
    asked = len(mail.messages)

    age(approval, minutes=31)
    sweep_twice_and_deliver()

    late = mail.messages[asked:]
    assert Counter(message["To"] for message in late) == {
        "david@example.com": 1,
        "hannah@example.com": 1,
        "security@example.com": 1,
    }
    (escalation,) = [message for message in late if message["To"] == "david@example.com"]
    assert escalation["Subject"] == "[Critical] Escalated to you: external_email"
    assert escalation.get_body(("html",)) is not None

    link = LINK.search(escalation.get_body(("plain",)).get_content())[0]  # type: ignore[union-attr, index]
    page = sign_in("david@example.com")
    page.goto(link)
    expect(page.locator("[data-at-deadline]")).to_contain_text("held until somebody decides")
    expect(page.get_by_role("button", name="Review decision")).to_be_visible()
    assert faults(page) == []
    assert Approval.objects.get(pk=approval.pk).status == "pending"
    assert Event.objects.filter(type="approval.sla_breach").count() == 1


def test_a_low_one_ends_as_expired_and_the_agent_reads_so(
    sign_in: Callable[..., Page], site: str, mail: Postbox
) -> None:
    make_user("sales@example.com")
    key, token = make_key()
    approval = make_approval(key=key, policy=make_policy(breach_action="reject"))
    age(approval, hours=2)

    page = sign_in("sales@example.com")
    page.goto(reverse("approvals:request", args=[approval.pk]))
    expect(page.locator("[data-at-deadline]")).to_contain_text("No decision counts any more")
    expect(page.get_by_role("button", name="Review decision")).to_have_count(0)
    sweep_twice_and_deliver()
    page.reload()
    expect(page.locator("#decision-panel")).to_contain_text("Rejected (deadline passed)")
    expect(page.locator(".history")).to_contain_text("because nobody decided in time")

    answer = agent_reads(f"{site}/api/v1/approvals/{approval.pk}/wait?timeout=1", token)
    assert (answer["status"], answer["disposition"]) == ("rejected", "stop")
    assert answer["decision"]["resolution"] == "sla_expired"
    assert answer["decision"]["votes"] == []
    assert len(mail.to("sales@example.com")) == 2


def agent_reads(url: str, token: str) -> dict[str, Any]:
    with urlopen(Request(url, headers={"Authorization": f"Bearer {token}"}), timeout=20) as response:
        found: dict[str, Any] = json.load(response)
    return found


def test_an_open_page_shows_the_breach_when_it_happens(sign_in: Callable[..., Page], site: str) -> None:
    make_user("sales@example.com")
    approval = make_approval(policy=make_policy(sla_minutes=1))
    page = sign_in("sales@example.com")
    age(approval, seconds=52)

    page.goto(reverse("approvals:request", args=[approval.pk]))
    before = page.locator("[data-at-deadline]").is_visible()
    expect(page.locator("[data-at-deadline]")).to_be_visible(timeout=15_000)

    assert not before
    assert Approval.objects.get(pk=approval.pk).breached_at is None


@pytest.mark.shows("links-decide-nothing")
def test_a_scanner_that_follows_every_link_of_every_message_changes_nothing(
    sign_in: Callable[..., Page], mail: Postbox
) -> None:
    make_user("sales@example.com")
    approval = make_approval()
    Notification.objects.all().delete()
    for kind in ("requested", "reminder", "breached", "escalated", "decided", "votes_voided"):
        Notification.objects.create(kind=kind, approval=approval, recipient="sales@example.com")
    deliver_due()
    events = Event.objects.count()

    links = {
        link
        for message in mail.messages
        for part in message.walk()
        if part.get_content_maintype() == "text"
        for link in re.findall(r"https?://[^\s\"'<>]+", part.get_content())
    }
    page = sign_in("sales@example.com", javascript=False)
    for link in links:
        assert page.goto(link).status == 200  # type: ignore[union-attr]

    assert len(mail.messages) == 6
    assert len(links) == 1
    assert Event.objects.count() == events
    assert Approval.objects.get(pk=approval.pk).status == "pending"


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_preferences_are_chosen_tested_and_answered(
    sign_in: Callable[..., Page], site: str, settings: Any, javascript: bool
) -> None:
    person = make_user("sales@example.com")
    with hook() as receiver:
        settings.SLACK_ORIGINS = [receiver.origin]
        preferences.add_own(person, kind="slack", name="My Slack", address=receiver.url)
    page = sign_in("sales@example.com", javascript=javascript)

    page.goto("/preferences/notifications/")
    page.get_by_label("A deadline passed: E-mail").uncheck()
    page.get_by_label("A deadline passed: My Slack").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("leave at least one channel on")
    page.get_by_label("A deadline passed: E-mail").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text("Saved.")
    send_test(page)
    expect(page.get_by_role("heading", name="Did it arrive?")).to_be_visible()
    page.get_by_role("button", name="Yes, it arrived").click()

    expect(page.get_by_role("status")).to_contain_text("You said that it arrived")
    assert ("breached", None) in preferences.chosen(person)


def send_test(page: Page) -> None:
    """A worker sends it; the page asks for the result, or is asked for again where there is no script."""
    page.get_by_role("button", name="Send test to E-mail").click()
    expect(page.get_by_text("It is on its way.")).to_be_visible()
    trying.send_due()
    if (again := page.get_by_role("link", name="Look again")).is_visible():
        again.click()


def test_axe_finds_nothing_on_the_preferences(sign_in: Callable[..., Page]) -> None:
    make_user("sales@example.com")
    page = sign_in("sales@example.com")

    page.goto("/preferences/notifications/")
    page.get_by_text("Add a channel").click()
    found = faults(page)
    send_test(page)
    page.get_by_role("heading", name="Did it arrive?").wait_for()

    assert found + faults(page) == []
