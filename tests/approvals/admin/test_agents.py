"""Agents and their keys in the admin: shown once, revoked at once."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from approvals import keys
from approvals.models import EVERY_SCOPE, Agent, AgentKey
from audit.models import Event
from tests.factories import make_agent, make_key, make_user

pytestmark = pytest.mark.django_db


def _create_url(agent: Agent) -> str:
    return reverse("admin:approvals_agentkey_create", args=[agent.pk])


def _revoke_url(key: AgentKey) -> str:
    return reverse("admin:approvals_agentkey_revoke", args=[key.agent_id, key.pk])


def _form(agent: Agent, **fields: Any) -> dict[str, Any]:
    """Everything that the agent may do, for good."""
    said = {"scopes": EVERY_SCOPE, "action_types": "*", "workflows": "*"}
    ends = {"expires_at_0": "", "expires_at_1": "", "never": "on"} if "expires_at_0" not in fields else {}
    return {"key_id": uuid4(), "owner": agent.owner_id, **said, **ends, **fields}


def _text_in(page: bytes) -> str:
    found = re.search(rb"cs_[0-9a-f]{12}_[\w-]{43}", page)
    assert found, "no key on the page"
    return found[0].decode()


def test_new_key_is_shown_on_the_answer_and_works(admin: Client) -> None:
    agent = make_agent()

    response = admin.post(_create_url(agent), _form(agent))

    assert response.status_code == 200
    key = keys.authenticate(_text_in(response.content))
    assert key is not None
    assert key.agent == agent


@pytest.mark.shows("the-minter-is-barred", "a-key-in-anothers-name")
def test_key_knows_who_made_it_whoever_owns_it(admin: Client) -> None:
    agent = make_agent(owner=make_user("other@example.com"))

    admin.post(_create_url(agent), _form(agent))

    key = AgentKey.objects.get()
    assert (key.owner.email, str(key.minted_by_id)) == ("other@example.com", admin.session["_auth_user_id"])


def test_new_key_is_never_shown_again(admin: Client) -> None:
    agent = make_agent()
    form = _form(agent)
    text = _text_in(admin.post(_create_url(agent), form).content)

    again = admin.post(_create_url(agent), form, follow=True)

    assert AgentKey.objects.count() == 1
    for page in (again, admin.get(_create_url(agent)), admin.get(reverse("admin:index"))):
        assert text.encode() not in page.content
    assert text not in str(dict(admin.session))


def test_page_with_the_key_is_stored_nowhere(admin: Client) -> None:
    agent = make_agent()

    response = admin.post(_create_url(agent), _form(agent))

    assert "no-store" in response["Cache-Control"]


def test_key_expires_when_the_form_says(admin: Client) -> None:
    agent = make_agent()

    admin.post(_create_url(agent), _form(agent, expires_at_0="2099-01-02", expires_at_1="03:04:00"))

    assert AgentKey.objects.get().expires_at.isoformat() == "2099-01-02T03:04:00+00:00"


def test_key_that_would_have_expired_already_is_refused(admin: Client) -> None:
    agent = make_agent()

    response = admin.post(
        _create_url(agent), _form(agent, expires_at_0="2020-01-01", expires_at_1="00:00:00")
    )

    assert response.status_code == 422
    assert b"still to come" in response.content
    assert not AgentKey.objects.exists()


def test_asking_for_the_revocation_page_revokes_nothing(admin: Client) -> None:
    key, text = make_key()

    assert admin.get(_revoke_url(key)).status_code == 200

    assert keys.authenticate(text)


def test_revoked_key_opens_nothing(admin: Client) -> None:
    key, text = make_key()

    admin.post(_revoke_url(key))

    assert keys.authenticate(text) is None
    assert Event.objects.filter(type="agent.key_revoked", actor_kind="person").count() == 1


def test_key_is_only_found_under_its_own_agent(admin: Client) -> None:
    key, text = make_key()
    other = make_agent("Another agent")
    url = reverse("admin:approvals_agentkey_revoke", args=[other.pk, key.pk])

    assert admin.post(url).status_code == 404
    assert keys.authenticate(text)


def test_keys_are_listed_by_prefix_on_the_agents_page(admin: Client) -> None:
    key, text = make_key()

    page = admin.get(reverse("admin:approvals_agent_change", args=[key.agent_id])).content

    assert str(key).encode() in page
    assert text.encode() not in page


def test_key_pages_need_a_csrf_token(administrator: Any) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(administrator)
    key, text = make_key()

    assert strict.post(_create_url(key.agent), _form(key.agent)).status_code == 403
    assert strict.post(_revoke_url(key)).status_code == 403
    assert keys.authenticate(text)


def test_key_pages_are_closed_to_others() -> None:
    client = Client()
    client.force_login(make_user("sales@example.com"))
    key, text = make_key()

    assert client.post(_create_url(key.agent), _form(key.agent)).status_code == 302
    assert client.post(_revoke_url(key)).status_code == 302

    assert keys.authenticate(text)
    assert AgentKey.objects.count() == 1


def test_agent_is_added_and_changed_on_record(admin: Client) -> None:
    owner = make_user("owner@example.com")
    form = {"name": "Bot", "owner": owner.pk, "action_types": "external_email,refund", "workflows": "*"}

    admin.post(reverse("admin:approvals_agent_add"), {**form, "is_active": "on"})
    agent = Agent.objects.get(name="Bot")
    admin.post(reverse("admin:approvals_agent_change", args=[agent.pk]), form)

    agent.refresh_from_db()
    assert agent.action_types == ["external_email", "refund"]
    assert not agent.is_active
    events = Event.objects.about("agent", agent.pk).values_list("type", flat=True)
    assert list(events) == ["agent.created", "agent.changed"]


def test_agent_is_never_deleted(admin: Client) -> None:
    agent = make_agent()

    response = admin.post(reverse("admin:approvals_agent_delete", args=[agent.pk]), {"post": "yes"})

    assert response.status_code == 403
    assert Agent.objects.filter(pk=agent.pk).exists()
