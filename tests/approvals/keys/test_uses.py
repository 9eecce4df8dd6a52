"""Where and when a key was used, and that its text came after its end: noted cheaply, and told nowhere in the answer."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from approvals import keys
from approvals.models import AgentKey
from audit import clock
from audit.message import SYSTEM
from grants.models import User
from tests.approvals.api.client import AgentClient
from tests.factories import make_agent, make_key, make_user
from tests.traffic import traffic

pytestmark = pytest.mark.django_db


def earlier(key: AgentKey, **moments: timedelta) -> None:
    AgentKey.objects.filter(pk=key.pk).update(**{name: clock.now() - ago for name, ago in moments.items()})


def revoke(key: AgentKey) -> None:
    keys.revoke_key(key, by=SYSTEM)


def expire(key: AgentKey) -> None:
    AgentKey.objects.filter(pk=key.pk).update(expires_at=key.created_at + timedelta(microseconds=1))


def deactivate(key: AgentKey) -> None:
    key.agent.is_active = False
    keys.change_agent(key.agent, by=SYSTEM, changed=["is_active"])


def close_owner(key: AgentKey) -> None:
    User.objects.filter(pk=key.owner_id).update(is_active=False)


def close_agents_owner(key: AgentKey) -> None:
    User.objects.filter(pk=key.agent.owner_id).update(is_active=False)


ENDS = {
    "revoked": revoke,
    "expired": expire,
    "agent_inactive": deactivate,
    "owner_inactive": close_owner,
    "agents_owner_inactive": close_agents_owner,
}


def make_one() -> tuple[AgentKey, str]:
    return make_key(make_agent(owner=make_user("boss@example.com")), owner=make_user("owner@example.com"))


def test_last_use_says_when_and_from_where() -> None:
    key, text = make_key()

    keys.authenticate(text, address="192.0.2.7")

    key.refresh_from_db()
    assert key.last_used_at is not None
    assert key.last_used_from == "192.0.2.7"


def test_a_call_is_noted_with_the_address_of_its_caller() -> None:
    key, text = make_key()

    AgentClient(text).get("/approvals")

    key.refresh_from_db()
    assert key.last_used_from == "127.0.0.1"


def test_who_waits_is_noted_with_their_address() -> None:
    (one, first), (other, second) = make_key(), make_key()

    keys.authenticate_all({first: "192.0.2.7", second: "2001:db8::1"})

    assert AgentKey.objects.get(pk=one.pk).last_used_from == "192.0.2.7"
    assert AgentKey.objects.get(pk=other.pk).last_used_from == "2001:db8::1"


@pytest.mark.parametrize(("ago", "statements"), [(59, 1), (61, 2)])
def test_a_use_is_written_at_most_once_a_minute(ago: int, statements: int) -> None:
    key, text = make_key()
    keys.authenticate(text)
    earlier(key, last_used_at=timedelta(seconds=ago))

    with traffic() as seen:
        assert keys.authenticate(text)

    assert seen.statements == statements


@pytest.mark.django_db(transaction=True)
def test_a_use_does_not_wait_for_a_row_that_is_locked() -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection, transaction

    key, text = make_key()

    def use() -> bool:
        try:
            return keys.authenticate(text) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        AgentKey.objects.select_for_update().get(pk=key.pk)
        assert pool.submit(use).result(timeout=5)

    assert AgentKey.objects.get(pk=key.pk).last_used_at is None


@pytest.mark.usefixtures("rows_alone")
@pytest.mark.shows("a-stolen-key")
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_key_that_has_ended_is_answered_as_any_bad_key(end: Any) -> None:
    key, text = make_one()
    end(key)

    ended, unknown = (
        AgentClient(text).get("/approvals"),
        AgentClient(f"cs_{'0' * 12}_{'A' * 43}").get("/approvals"),
    )

    assert ended.status_code == unknown.status_code == 401
    assert json.loads(ended.content) == json.loads(unknown.content)
    assert dict(ended.headers) == dict(unknown.headers)


@pytest.mark.usefixtures("rows_alone")
@pytest.mark.shows("a-stolen-key")
@pytest.mark.parametrize("why", ENDS)
def test_that_it_came_is_noted_with_the_reason(why: str, caplog: Any) -> None:
    key, text = make_one()
    ENDS[why](key)

    assert keys.authenticate(text, address="203.0.113.9") is None

    key.refresh_from_db()
    assert key.refused_at is not None
    assert (key.refused_from, key.refused_because) == ("203.0.113.9", why.replace("agents_owner", "owner"))
    said = [record.msg for record in caplog.records if "ended_key_used" in str(record.msg)]
    assert len(said) == 1
    assert text not in str(said)
    assert AgentKey.objects.get(pk=key.pk).last_used_at is None


@pytest.mark.shows("a-stolen-key")
def test_it_is_noted_and_logged_once_an_hour_however_often_it_comes(caplog: Any) -> None:
    key, text = make_key()
    revoke(key)
    keys.authenticate(text)

    with traffic() as seen:
        for _ in range(10):
            keys.authenticate(text)

    assert seen.statements == 10  # each looks the key up, and none writes
    earlier(key, refused_at=timedelta(minutes=61))
    keys.authenticate(text)
    assert len([one for one in caplog.records if "ended_key_used" in str(one.msg)]) == 2


@pytest.mark.shows("a-stolen-key")
def test_who_knows_only_the_prefix_alarms_nobody() -> None:
    key, text = make_key()
    revoke(key)
    wrong = text[:16] + "A" * 43

    with traffic() as seen:
        keys.authenticate(wrong)
        keys.authenticate(f"cs_{'0' * 12}_{'A' * 43}")

    assert AgentKey.objects.get(pk=key.pk).refused_at is None
    assert seen.statements == 2


@pytest.mark.shows("keys-stop-with-their-owner")
@pytest.mark.parametrize("end", [close_owner, close_agents_owner])
def test_a_look_for_many_who_wait_knows_of_closed_accounts(end: Any) -> None:
    key, text = make_one()
    assert keys.authenticate_all({text: ""})

    end(key)

    assert keys.authenticate_all({text: ""}) == {}
