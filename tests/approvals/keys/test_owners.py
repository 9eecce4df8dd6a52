"""An owner's account is closed: the keys open nothing at once, people are told, and what was proposed stays."""

from __future__ import annotations

import pytest

from approvals import four_eyes, keys, lifecycle
from approvals.models import AgentKey, Approval, Loosening, Notification
from approvals.notifications.message import of_notification
from audit import clock
from audit.message import SYSTEM
from audit.models import Event
from grants.models import User
from tests.approvals.api.client import AgentClient
from tests.factories import approve, make_agent, make_approval, make_key, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.shows("keys-stop-with-their-owner")]

WHOSE = ["owner@example.com", "boss@example.com"]
"""Who answers for the key, and who for the agent."""


def make_one() -> tuple[AgentKey, str]:
    make_user("staff@example.com", is_staff=True)
    return make_key(make_agent(owner=make_user("boss@example.com")), owner=make_user("owner@example.com"))


def close(email: str) -> None:
    lifecycle.close_account(User.objects.get(email=email), by=SYSTEM)


@pytest.mark.parametrize("email", WHOSE)
def test_the_key_opens_nothing_at_once(email: str) -> None:
    _, text = make_one()
    assert AgentClient(text).get("/approvals").status_code == 200

    close(email)

    assert AgentClient(text).get("/approvals").status_code == 401


@pytest.mark.parametrize("email", WHOSE)
def test_administrators_are_told_what_to_do(email: str) -> None:
    make_one()

    close(email)

    notification = Notification.objects.get(kind="keys_stopped", recipient="staff@example.com")
    message = of_notification(notification)
    assert "give each agent another owner, and make it a new key" in message.sentence
    assert ("Agents", "Sales agent") in message.facts
    assert message.url.endswith("/admin/approvals/agent/")


@pytest.mark.parametrize(("leaves", "stays"), [WHOSE, WHOSE[::-1]])
def test_the_other_owner_is_told_of_their_own_agents(leaves: str, stays: str) -> None:
    make_one()
    make_key(make_agent("Theirs alone", owner=User.objects.get(email=leaves)))

    close(leaves)

    message = of_notification(Notification.objects.get(kind="keys_stopped", recipient=stays))
    assert ("Agents", "Sales agent") in message.facts
    assert message.url.endswith("/approvals/")


def test_an_administrator_who_leaves_is_not_told_of_it() -> None:
    owner = make_user("owner@example.com", is_staff=True)
    make_key(make_agent(owner=owner))

    close(owner.email)

    assert not Notification.objects.filter(kind="keys_stopped").exists()


def test_the_agents_chain_says_which_keys_stopped_and_which_work_again() -> None:
    key, text = make_one()
    boss, others = User.objects.get(email="boss@example.com"), make_user("second@example.com", is_staff=True)
    close("boss@example.com")

    boss.refresh_from_db()
    asked = four_eyes.ask(Loosening.Kind.ACCOUNT, boss, by=User.objects.get(email="staff@example.com"))
    assert keys.authenticate(text) is None
    four_eyes.agree(asked.pk, by=others)

    events = list(Event.objects.about("agent", key.agent_id).order_by("seq"))[-2:]
    assert [event.type for event in events] == ["agent.owner_left", "agent.owner_back"]
    assert all(f'"keys":["{key.prefix}"]'.encode() in bytes(event.body.content) for event in events)
    assert keys.authenticate(text)


def test_a_key_with_two_closed_owners_works_again_with_both_alone() -> None:
    key, text = make_one()
    for email in WHOSE:
        close(email)

    User.objects.filter(email="boss@example.com").update(is_active=True)

    boss = User.objects.get(email="boss@example.com")
    assert not keys.stopped_by(boss, clock.now()).exists()
    assert keys.authenticate(text) is None
    User.objects.filter(email="owner@example.com").update(is_active=True)
    assert keys.authenticate(text) == key


def test_nobody_is_told_of_keys_that_had_ended_before() -> None:
    key, _ = make_one()
    keys.revoke_key(key, by=SYSTEM)

    close("owner@example.com")

    assert not Notification.objects.filter(kind="keys_stopped").exists()
    assert not Event.objects.filter(type="agent.owner_left").exists()


def test_what_the_agent_proposed_stays_for_people_to_decide() -> None:
    key, text = make_one()
    approval = make_approval(key=key)
    close("owner@example.com")

    approve(approval, by=make_user())

    assert Approval.objects.get(pk=approval.pk).status == "approved"
    assert AgentClient(text).post(f"/approvals/{approval.pk}/claim").status_code == 401


def test_a_new_key_of_another_owner_takes_over() -> None:
    key, _ = make_one()
    approval = make_approval(key=key)
    approve(approval, by=make_user())
    close("owner@example.com")

    _, text = make_key(key.agent, owner=make_user("second@example.com"))

    assert AgentClient(text).post(f"/approvals/{approval.pk}/claim").status_code == 200
