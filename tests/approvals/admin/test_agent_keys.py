"""What a new key may do, until when, and how one comes in another's place: the forms of the administration."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from approvals import keys
from approvals.models import Agent, AgentKey, Notification
from audit import clock
from audit.message import SYSTEM
from audit.models import Event
from grants.models import User
from tests.approvals.admin.test_agents import _create_url, _form, _text_in
from tests.factories import make_agent, make_key, make_user

pytestmark = pytest.mark.django_db


def rotation_url(key: AgentKey) -> str:
    return reverse("admin:approvals_agentkey_rotate", args=[key.agent_id, key.pk])


def rotation(**fields: Any) -> dict[str, Any]:
    return {"key_id": uuid4(), "overlap": "24", "never": "on", **fields}


def page_of(admin: Client, agent: Agent) -> str:
    return admin.get(reverse("admin:approvals_agent_change", args=[agent.pk])).content.decode()


def changelist(admin: Client) -> str:
    return admin.get(reverse("admin:approvals_agent_changelist")).content.decode()


@pytest.mark.shows("keys-stay-in-scope")
def test_a_key_may_do_what_the_form_says(admin: Client) -> None:
    agent = make_agent(action_types=["refund", "external_email"])
    form = _form(agent, scopes=["submit", "read"], action_types="refund", workflows="billing, outbound")

    admin.post(_create_url(agent), form)

    key = AgentKey.objects.get()
    assert (key.scopes, key.action_types, key.workflows) == (
        ["submit", "read"],
        ["refund"],
        ["billing", "outbound"],
    )


def test_a_key_without_any_scope_is_refused(admin: Client) -> None:
    agent = make_agent()

    response = admin.post(_create_url(agent), _form(agent, scopes=[]))

    assert response.status_code == 422
    assert not AgentKey.objects.exists()


@pytest.mark.shows("keys-stay-in-scope")
@pytest.mark.parametrize("field", ["action_types", "workflows"])
def test_a_key_is_never_wider_than_its_agent(admin: Client, field: str) -> None:
    agent = make_agent(action_types=["refund"], workflows=["billing"])

    response = admin.post(_create_url(agent), _form(agent, **{field: "payroll"}))

    assert response.status_code == 422
    assert b"The agent may not use payroll. Leave it out, or widen the agent first." in response.content
    assert not AgentKey.objects.exists()


def test_a_key_ends_within_ninety_days_unless_told(admin: Client) -> None:
    agent = make_agent()

    page = admin.get(_create_url(agent)).content.decode()

    day = (clock.now() + timedelta(days=90)).strftime("%Y-%m-%d")
    assert f'name="expires_at_0" value="{day}"' in page
    assert 'name="never"' in page
    assert "People are told 14 and 3 days before." in page


def test_never_is_said_in_so_many_words(admin: Client) -> None:
    agent = make_agent()
    silent = {**_form(agent), "never": ""}

    response = admin.post(_create_url(agent), silent)

    assert response.status_code == 422
    assert b"Say until when it counts, or tick that it never expires." in response.content


def test_never_counts_whatever_the_day_that_was_offered(admin: Client) -> None:
    agent = make_agent()
    form = _form(agent, expires_at_0="2099-01-02", expires_at_1="03:04:00", never="on")

    admin.post(_create_url(agent), form)

    assert AgentKey.objects.get().expires_at is None


@pytest.mark.shows("a-stolen-key")
def test_a_rotated_key_and_its_successor_overlap(admin: Client) -> None:
    old, old_text = make_key(powers=keys.Powers(scopes=["read"], workflows=["billing"]))

    response = admin.post(rotation_url(old), rotation())

    new = keys.authenticate(_text_in(response.content))
    assert new is not None
    assert (new.replaces_id, new.scopes, new.workflows, new.owner) == (
        old.pk,
        ["read"],
        ["billing"],
        old.owner,
    )
    assert str(new.minted_by_id) == admin.session["_auth_user_id"]
    assert keys.authenticate(old_text)
    old.refresh_from_db()
    assert old.expires_at is not None
    assert abs(old.expires_at - clock.now() - timedelta(hours=24)) < timedelta(minutes=1)


@pytest.mark.shows("a-stolen-key")
def test_a_key_that_may_be_stolen_ends_at_once(admin: Client) -> None:
    old, old_text = make_key()

    admin.post(rotation_url(old), rotation(overlap="0"))

    assert keys.authenticate(old_text) is None


def test_one_event_tells_of_both(admin: Client) -> None:
    old, _ = make_key()

    admin.post(rotation_url(old), rotation())

    new = AgentKey.objects.get(replaces=old)
    told = Event.objects.about("agent", old.agent_id).order_by("seq").last()
    assert told is not None
    assert told.type == "agent.key_rotated"
    assert f'"replaces":"{old.prefix}"'.encode() in bytes(told.body.content)
    assert f'"prefix":"{new.prefix}"'.encode() in bytes(told.body.content)


def test_an_overlap_never_makes_a_key_last_longer(admin: Client) -> None:
    old, _ = make_key(expires_at=clock.now() + timedelta(minutes=30))

    admin.post(rotation_url(old), rotation())

    was = old.expires_at
    old.refresh_from_db()
    assert old.expires_at == was


def test_a_form_sent_twice_rotates_once(admin: Client) -> None:
    old, _ = make_key()
    form = rotation()
    admin.post(rotation_url(old), form)

    again = admin.post(rotation_url(old), form, follow=True)

    assert AgentKey.objects.count() == 2
    assert b"created already" in again.content


def end_by_revocation(key: AgentKey) -> None:
    keys.revoke_key(key, by=SYSTEM)


def end_by_rotation(key: AgentKey) -> None:
    keys.rotate_key(key, by=SYSTEM, overlap=timedelta(hours=1))


@pytest.mark.parametrize("end", [end_by_revocation, end_by_rotation])
def test_what_has_ended_or_was_rotated_is_not_rotated(admin: Client, end: Any) -> None:
    key, _ = make_key()
    end(key)
    count = AgentKey.objects.count()

    response: HttpResponse = admin.post(rotation_url(key), rotation(), follow=True)

    assert b"errornote" in response.content or b"error" in response.content
    assert AgentKey.objects.count() == count


def test_a_key_whose_successor_is_revoked_is_rotated_again(admin: Client) -> None:
    old, _ = make_key()
    new, _ = keys.rotate_key(old, by=SYSTEM, overlap=timedelta(hours=1))
    keys.revoke_key(new, by=SYSTEM)

    admin.post(rotation_url(old), rotation())

    assert AgentKey.objects.filter(replaces=old, revoked_at=None).count() == 1


@pytest.mark.usefixtures("rows_alone")
def test_a_key_whose_successor_has_expired_is_rotated_again(admin: Client) -> None:
    old, _ = make_key()
    new, _ = keys.rotate_key(old, by=SYSTEM, overlap=timedelta(days=30))
    AgentKey.objects.filter(pk=new.pk).update(expires_at=new.created_at + timedelta(microseconds=1))
    assert rotation_url(old) in page_of(admin, old.agent)

    admin.post(rotation_url(old), rotation())

    assert AgentKey.objects.filter(replaces=old).count() == 2


def test_asking_for_the_page_rotates_nothing(admin: Client) -> None:
    key, _ = make_key()

    assert admin.get(rotation_url(key)).status_code == 200
    assert AgentKey.objects.count() == 1


def test_the_page_of_an_agent_says_how_its_keys_stand(admin: Client) -> None:
    agent = make_agent()
    used, text = make_key(agent, powers=keys.Powers(scopes=["claim"], action_types=["refund"]))
    keys.authenticate(text, address="192.0.2.7")
    ending, _ = make_key(agent, expires_at=clock.now() + timedelta(days=20))
    AgentKey.objects.filter(pk=ending.pk).update(expires_at=clock.now() + timedelta(days=14))
    rotated, _ = make_key(agent)
    new, _ = keys.rotate_key(rotated, by=SYSTEM, overlap=timedelta(hours=1))

    page = page_of(admin, agent)

    for said in (
        "from 192.0.2.7",
        "action types: refund",
        "Expires soon",
        f"<code>{new}</code> takes its place",
    ):
        assert said in page, said
    assert f"in place of <code>{rotated}</code>" in page
    assert rotation_url(used) in page
    assert rotation_url(rotated) not in page
    assert "3 valid" not in changelist(admin)
    assert "4 valid, expires soon" in changelist(admin)


def test_the_list_of_agents_takes_as_many_queries_for_many_keys(
    admin: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        agent = make_agent(f"Agent {number}")
        for _ in range(3):
            make_key(agent)

    with django_assert_max_num_queries(14):
        changelist(admin)


@pytest.mark.shows("keys-stop-with-their-owner")
def test_who_closes_an_owners_account_reads_what_stops(admin: Client) -> None:
    owner = make_user("owner@example.com")
    make_key(make_agent(owner=owner))
    form = {"email": owner.email, "name": owner.name}

    response = admin.post(reverse("admin:grants_user_change", args=[owner.pk]), form, follow=True)

    assert not User.objects.get(pk=owner.pk).is_active
    assert b"answers for 1 key, which opens nothing any more" in response.content
    assert Notification.objects.filter(kind="keys_stopped").exists()
    assert "closed" in page_of(admin, Agent.objects.get())
