"""An administrator gives a policy a channel for its breaches, and tries it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from approvals import trying
from approvals.models import Channel, ChannelTest, Policy
from approvals.notifications import preferences
from tests.approvals.admin.second import agree
from tests.factories import make_policy, make_user
from tests.receivers import Hook, hook

pytestmark = pytest.mark.django_db

ADD = "admin:approvals_channel_add"


@pytest.fixture
def receiver(settings: Any) -> Iterator[Hook]:
    with hook() as state:
        settings.SLACK_ORIGINS, settings.SLACK_TIMEOUT = [state.origin], 1
        yield state


@pytest.fixture
def policy() -> Policy:
    return make_policy("vendor_terms")


def typed(policy: Policy, address: str) -> dict[str, Any]:
    return {"policy": str(policy.pk), "kind": "slack", "name": "#vendors", "address": address}


def test_a_channel_is_added_for_a_policy_and_its_address_is_shown_nowhere(
    admin: Client, policy: Policy, receiver: Hook
) -> None:
    response = admin.post(reverse(ADD), typed(policy, receiver.url), follow=True)
    agree()

    channel = Channel.objects.get()
    assert (channel.action_type, channel.name, channel.address) == ("vendor_terms", "#vendors", receiver.url)
    page = admin.get(reverse("admin:approvals_channel_change", args=[channel.pk]))
    assert "verysecretpath" not in (response.content + page.content).decode()


def test_an_address_that_is_none_of_slacks_is_refused_beside_its_field(admin: Client, policy: Policy) -> None:
    response = admin.post(reverse(ADD), typed(policy, "https://evil.example/verysecretpath"))

    assert "it starts with https://hooks.slack.com" in response.content.decode()
    assert "verysecretpath" not in response.content.decode()
    assert not Channel.objects.exists()


def test_the_same_test_as_people_have(admin: Client, policy: Policy, receiver: Hook) -> None:
    admin.post(reverse(ADD), typed(policy, receiver.url))
    agree()
    channel = Channel.objects.get()

    sent = admin.post(reverse("admin:approvals_channel_test", args=[channel.pk]))
    before = len(receiver.bodies)
    trying.send_due()
    page = admin.get(sent.url)  # type: ignore[attr-defined]

    assert before == 0
    assert "Slack took the message." in page.content.decode()
    assert "Did it arrive?" in page.content.decode()
    assert ChannelTest.objects.get().channel == channel
    assert len(receiver.bodies) == 1


def test_a_removed_channel_is_wiped_and_stays_in_the_list(
    admin: Client, policy: Policy, receiver: Hook
) -> None:
    admin.post(reverse(ADD), typed(policy, receiver.url))
    agree()
    channel = Channel.objects.get()

    page = admin.post(reverse("admin:approvals_channel_removal", args=[channel.pk]), follow=True)

    channel.refresh_from_db()
    assert channel.removed_at is not None
    assert bytes(channel.sealed) == b""
    assert "#vendors" in page.content.decode()


@pytest.mark.shows("links-decide-nothing")
@pytest.mark.parametrize("name", ["test", "removal"])
def test_opening_an_address_does_nothing(admin: Client, policy: Policy, receiver: Hook, name: str) -> None:
    admin.post(reverse(ADD), typed(policy, receiver.url))
    agree()
    pk = Channel.objects.get().pk

    opened = admin.get(reverse(f"admin:approvals_channel_{name}", args=[pk]))

    assert opened.url == reverse("admin:approvals_channel_change", args=[pk])  # type: ignore[attr-defined]
    assert Channel.objects.get().removed_at is None
    assert receiver.bodies == []


def test_peoples_own_channels_are_not_the_administrations(admin: Client, receiver: Hook) -> None:
    own = preferences.add_own(make_user(), kind="slack", name="Private one", address=receiver.url)

    listed = admin.get(reverse("admin:approvals_channel_changelist")).content.decode()
    opened = admin.post(reverse("admin:approvals_channel_removal", args=[own.pk]))

    assert "Private one" not in listed
    assert opened.status_code == 404
    assert Channel.objects.in_use().count() == 1


def test_nobody_else_adds_one(policy: Policy, receiver: Hook) -> None:
    browser = Client()
    browser.force_login(make_user("sales@example.com"))

    response = browser.post(reverse(ADD), typed(policy, receiver.url))

    assert response.status_code == 302
    assert not Channel.objects.exists()
