"""Passkeys, in Chromium with its virtual authenticator: made, signed in with, asked for after the password, removed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Browser, CDPSession, Page, expect

from audit.models import Event
from tests.browser.conftest import _wait_until_nothing_is_under_way
from tests.factories import PASSWORD, make_user

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

FACTORS = "/preferences/factors/"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Device:
    """A browser at localhost, where passkeys work, with an authenticator of its own."""

    def __init__(self, browser: Browser, site: str) -> None:
        self.faults: list[str] = []
        self.context = browser.new_context(base_url=site.replace("127.0.0.1", "localhost"))
        self.page: Page = self.context.new_page()
        self.page.on(
            "console", lambda said: self.faults.append(said.text) if "Content Security" in said.text else None
        )
        self.cdp: CDPSession = self.context.new_cdp_session(self.page)
        self.cdp.send("WebAuthn.enable")
        added = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        self.authenticator: str = added["authenticatorId"]

    def verifies(self, *, yes: bool) -> None:
        """Whether the owner's finger fits."""
        self.cdp.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self.authenticator, "isUserVerified": yes}
        )

    def sign_in_by_password(self) -> None:
        self.page.goto("/sign-in/")
        self.page.get_by_label("E-mail address").fill("sales@example.com")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()

    def sign_out(self) -> None:
        self.context.clear_cookies()

    def make_passkey(self, name: str = "Work laptop") -> None:
        """From a session; ends at the recovery codes where it is the first."""
        self.page.goto(FACTORS)
        self.page.get_by_role("link", name="Add a passkey").click()
        if self.page.get_by_label("Your password").is_visible():
            self.page.get_by_label("Your password").fill(PASSWORD)
            self.page.get_by_role("button", name="Go on").click()
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_role("button", name="Make the passkey").click()


@pytest.fixture
def device(chromium: Browser, site: str) -> Iterator[Device]:
    make_user()
    found = Device(chromium, site)
    found.sign_in_by_password()
    found.page.wait_for_url("**/approvals/**")
    yield found
    found.context.close()
    _wait_until_nothing_is_under_way()
    assert found.faults == []


def test_a_passkey_is_made_and_signs_in_without_the_password(device: Device) -> None:
    device.make_passkey()
    expect(device.page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    device.sign_out()

    device.page.goto(f"/sign-in/?next={FACTORS}")
    device.page.get_by_role("button", name="Sign in with a passkey").click()

    expect(device.page.get_by_role("strong")).to_have_text("Work laptop")
    assert Event.objects.filter(type="person.factor_added").count() == 1


@pytest.mark.shows("a-known-password")
def test_the_password_alone_opens_nothing_where_there_is_a_passkey(device: Device) -> None:
    device.make_passkey()
    expect(device.page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    device.sign_out()
    device.sign_in_by_password()
    expect(device.page.get_by_role("heading", name="Second factor")).to_be_visible()
    device.page.goto("/approvals/")
    expect(device.page.get_by_role("heading", name="Second factor")).to_be_visible()

    device.page.get_by_role("button", name="Use a passkey").click()

    device.page.wait_for_url("**/approvals/")


@pytest.mark.shows("a-known-password")
def test_a_passkey_whose_owner_is_not_there_signs_nobody_in(device: Device) -> None:
    device.make_passkey()
    expect(device.page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    device.sign_out()
    device.verifies(yes=False)

    device.page.goto("/sign-in/")
    device.page.get_by_role("button", name="Sign in with a passkey").click()

    expect(device.page.get_by_role("alert")).to_contain_text("That did not work")


def test_a_removed_passkey_signs_nobody_in(device: Device) -> None:
    device.make_passkey()
    device.page.get_by_role("link", name="I have kept them").click()
    device.page.get_by_role("button", name="Remove Work laptop").click()
    expect(device.page.get_by_text("It was removed.")).to_be_visible()
    assert not Authenticator.objects.exists()
    device.sign_out()

    device.page.goto("/sign-in/")
    device.page.get_by_role("button", name="Sign in with a passkey").click()

    expect(device.page.get_by_role("alert")).to_contain_text("That did not work")


def test_a_passkey_shows_who_one_is_before_a_change(device: Device) -> None:
    device.make_passkey()
    expect(device.page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    device.sign_out()
    device.page.goto("/sign-in/")
    device.page.get_by_role("button", name="Sign in with a passkey").click()
    device.page.wait_for_url("**/approvals/")

    device.page.goto(f"{FACTORS}app/")
    device.page.get_by_role("link", name="Use a passkey").click()
    device.page.get_by_role("button", name="Use a passkey").click()

    expect(device.page.get_by_label("Code that the app shows now")).to_be_visible()
