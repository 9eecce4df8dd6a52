"""An administrator creates a key that may do little and rotates it, and axe finds nothing on those pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from approvals import keys
from approvals.models import AgentKey
from audit.message import SYSTEM
from tests.browser.accessibility import TWO, faults
from tests.factories import make_agent, make_key, make_user

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_key_is_created_with_two_scopes_and_rotated(sign_in: Callable[..., Page]) -> None:
    make_user("admin@example.com", is_staff=True)
    agent = make_agent()
    page = sign_in("admin@example.com")

    page.goto(reverse("admin:approvals_agent_change", args=[agent.pk]))
    page.get_by_role("link", name="Create key").click()
    group = page.get_by_role("group", name="May")
    group.get_by_label("evaluate").uncheck()
    group.get_by_label("claim").uncheck()
    page.get_by_role("button", name="Create key").click()
    first = page.get_by_label("Key").input_value()
    page.get_by_role("link", name="Back to").click()
    page.get_by_role("link", name="Rotate").click()
    page.get_by_label("Both work for").select_option("7 days")
    page.get_by_role("button", name="Rotate the key").click()
    second = page.get_by_label("Key").input_value()

    expect(page.get_by_text("It takes the place of")).to_be_visible()
    assert [keys.authenticate(text).scopes for text in (first, second)] == [["submit", "read"]] * 2
    old, new = AgentKey.objects.order_by("created_at")
    assert new.replaces == old
    assert timedelta(days=6) < old.expires_at - new.created_at <= timedelta(days=7)


def test_axe_finds_nothing_on_the_pages_of_keys(sign_in: Callable[..., Page]) -> None:
    make_user("admin@example.com", is_staff=True)
    key, _ = make_key()
    keys.rotate_key(make_key(key.agent)[0], by=SYSTEM, overlap=timedelta(hours=1))
    page = sign_in("admin@example.com")

    found = []
    for name, *of in (("agent_change",), ("agentkey_create",), ("agentkey_rotate", key.pk)):
        page.goto(reverse(f"admin:approvals_{name}", args=[key.agent_id, *of]))
        found += faults(page, TWO)
    page.locator("[name=expires_at_0]").fill("")
    page.locator("[name=expires_at_1]").fill("")
    page.get_by_role("button", name="Rotate the key").click()
    expect(page.get_by_text("tick that it never expires")).to_be_visible()
    found += faults(page, TWO)

    assert found == []
