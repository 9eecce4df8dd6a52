"""A critical approval with edits, signed by a passkey in Chromium's virtual authenticator; its event verifies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Browser, expect

from approvals.models import Approval, Vote
from audit import clock
from audit.message import Subject
from audit.models import Event
from audit.verify import chain, signatures
from tests.browser.conftest import _wait_until_nothing_is_under_way
from tests.browser.fields import field
from tests.browser.test_passkeys import Device
from tests.factories import PASSWORD, make_approval, make_user

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def device(chromium: Browser, site: str) -> Iterator[Device]:
    """Signed in, with a passkey of two days ago."""
    make_user()
    found = Device(chromium, site)
    found.sign_in_by_password()
    found.page.wait_for_url("**/approvals/**")
    found.make_passkey()
    expect(found.page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    Authenticator.objects.update(created_at=clock.now() - timedelta(days=2))
    yield found
    found.context.close()
    _wait_until_nothing_is_under_way()
    assert found.faults == []


def correct(device: Device, approval: Approval) -> None:
    device.page.goto(approval.get_absolute_url())
    field(device.page, "payload/subject").fill("Corrected")
    device.page.get_by_role("button", name="Review decision").click()
    expect(device.page.locator("#decision-form")).to_be_visible()


@pytest.mark.shows("a-passkey-signs-one-decision", "every-decision-says-what-it-means")
def test_a_passkey_signs_a_critical_approval_with_edits(device: Device) -> None:
    approval = make_approval(risk="critical")
    correct(device, approval)

    device.page.get_by_role("button", name=re.compile("^Approve")).click()

    expect(device.page.locator("#decision-panel")).to_contain_text("Approvals: 1 of 2")
    expect(device.page.locator(".history")).to_contain_text("approved with 1 change")
    body = Event.objects.about("approval", approval.pk).get(type="approval.voted").content
    signatures.check(body)
    assert body["data"]["manifest"]["signed_with"] == "passkey"
    assert len(chain(Subject("approval", str(approval.pk))).events) == 4


@pytest.mark.shows("a-passkey-signs-one-decision")
def test_a_passkey_signs_a_rejection(device: Device) -> None:
    approval = make_approval(risk="critical")
    device.page.goto(f"{approval.get_absolute_url()}rejection/")
    device.page.get_by_label("Decline").check()

    device.page.get_by_role("button", name=re.compile("^Reject")).click()

    expect(device.page.locator("#decision-panel")).to_contain_text("Rejected")
    assert Vote.objects.get().signed_with == "passkey"


@pytest.mark.shows("each-signing-takes-its-own-proof")
def test_where_the_passkey_fails_all_stays_and_the_password_decides(device: Device) -> None:
    approval = make_approval(risk="critical")
    correct(device, approval)
    device.page.get_by_label(re.compile("^Comment")).fill("Fine with me.")
    device.verifies(yes=False)

    device.page.get_by_role("button", name=re.compile("^Approve")).click()
    expect(device.page.locator("[data-passkey-failed]")).to_contain_text("Nothing was decided")
    expect(device.page.get_by_label(re.compile("^Comment"))).to_have_value("Fine with me.")
    assert not Vote.objects.exists()
    device.page.get_by_label(re.compile("Your password")).fill(PASSWORD)
    device.page.get_by_role("button", name=re.compile("^Approve")).click()

    expect(device.page.locator("#decision-panel")).to_contain_text("Approvals: 1 of 2", timeout=20_000)
    assert (Vote.objects.get().signed_with, Vote.objects.get().comment) == ("password", "Fine with me.")
