"""People hear of a key before it ends, and when its text comes after its end: each once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import Error, IntegrityError, transaction

from approvals import keys
from approvals.keys import watching
from approvals.models import Agent, AgentKey, Notification
from approvals.notifications.message import of_notification
from audit import clock
from audit.message import SYSTEM
from audit.models import Event
from grants.models import User
from tests.approvals.sql import run
from tests.database_role import acting_as
from tests.factories import make_agent, make_key, make_user

pytestmark = pytest.mark.django_db


def ending_in(lasts: timedelta, **left: float) -> AgentKey:
    """A key that lasts so long, of which so much is left. Its owner and the agent's are two people."""
    agent = make_agent(owner=make_user("boss@example.com"))
    key, _ = make_key(agent, owner=make_user("owner@example.com"), expires_at=clock.now() + lasts)
    go_on(key, to=clock.now() + timedelta(**left))
    return key


def go_on(key: AgentKey, *, to: datetime) -> None:
    """As if so much of its time were over; no code path can, so the guard is off meanwhile."""
    from django.db import connection

    by = key.expires_at - to
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = 'replica'")
        cursor.execute(
            "UPDATE approvals_agentkey SET expires_at = %s, created_at = created_at - %s WHERE id = %s",
            [to, by, key.pk],
        )
        cursor.execute("SET session_replication_role = 'origin'")
    key.refresh_from_db()


def told(kind: str = "key_expires") -> list[str]:
    return sorted(Notification.objects.filter(kind=kind).values_list("recipient", flat=True))


QUARTER = timedelta(days=90)


@pytest.mark.parametrize(("days", "count"), [(15, 0), (13.9, 2), (2.9, 2), (-0.1, 0)])
def test_who_answers_for_a_key_is_told_as_it_nears_its_end(days: float, count: int) -> None:
    ending_in(QUARTER, days=days)

    keys.watch()

    assert told() == ["boss@example.com", "owner@example.com"][:count]


def test_each_is_told_once_fourteen_and_once_three_days_before() -> None:
    key = ending_in(QUARTER, days=14)
    keys.watch()
    keys.watch()
    assert len(told()) == 2

    go_on(key, to=clock.now() + timedelta(days=3))
    keys.watch()
    keys.watch()

    assert len(told()) == 4


@pytest.mark.parametrize(("lasts", "count"), [(2, 0), (7, 1), (15, 2)])
def test_a_short_life_is_told_of_only_as_far_ahead_as_it_lasts(lasts: int, count: int) -> None:
    key = ending_in(timedelta(days=lasts), days=lasts)
    keys.watch()

    for left in (13.9, 2.9):
        if left < lasts:
            go_on(key, to=clock.now() + timedelta(days=left))
            keys.watch()

    assert len(told()) == 2 * count


def revoke(key: AgentKey) -> None:
    keys.revoke_key(key, by=SYSTEM)


def rotate(key: AgentKey) -> None:
    keys.rotate_key(key, by=SYSTEM, overlap=timedelta(days=30))


def switch_off(key: AgentKey) -> None:
    key.agent.is_active = False
    keys.change_agent(key.agent, by=SYSTEM, changed=["is_active"])


@pytest.mark.parametrize("end", [revoke, rotate, switch_off])
def test_nobody_is_told_of_a_key_that_is_not_missed(end: Any) -> None:
    key = ending_in(QUARTER, days=2)
    end(key)

    keys.watch()

    assert told() == []


@pytest.mark.usefixtures("rows_alone")
def test_people_are_told_of_a_key_whose_successor_has_expired() -> None:
    key = ending_in(QUARTER, days=2)
    new, _ = keys.rotate_key(key, by=SYSTEM, overlap=timedelta(days=30))
    AgentKey.objects.filter(pk=new.pk).update(expires_at=new.created_at + timedelta(microseconds=1))

    keys.watch()

    assert told() == ["boss@example.com", "owner@example.com"]


def test_what_is_told_says_which_key_and_what_to_do() -> None:
    key = ending_in(QUARTER, days=2)
    keys.watch()

    message = of_notification(Notification.objects.get(recipient="owner@example.com"))

    assert message.headline == "A key of an agent expires soon: Sales agent"
    assert f"The key {key} of Sales agent expires soon" in message.sentence
    assert "Have an administrator rotate it" in message.sentence
    assert message.url.endswith("/approvals/")


def misused(**fields: Any) -> tuple[AgentKey, str]:
    make_user("staff@example.com", is_staff=True)
    agent = make_agent(owner=make_user("boss@example.com"))
    key, text = make_key(agent, owner=make_user("owner@example.com"), **fields)
    keys.revoke_key(key, by=SYSTEM)
    keys.authenticate(text, address="203.0.113.9")
    return key, text


@pytest.mark.shows("a-stolen-key")
def test_owners_and_administrators_hear_of_a_revoked_key_that_is_used() -> None:
    misused()

    assert keys.watch() == 1

    assert told("key_misused") == ["boss@example.com", "owner@example.com", "staff@example.com"]


@pytest.mark.shows("a-stolen-key")
def test_the_agents_chain_holds_the_alarm() -> None:
    key, _ = misused()

    keys.watch()

    event = Event.objects.get(type="agent.key_misused")
    body = bytes(event.body.content)
    assert event.subject_id == str(key.agent_id)
    for said in (f'"prefix":"{key.prefix}"', '"address":"203.0.113.9"', '"because":"revoked"'):
        assert said.encode() in body


def alarms() -> int:
    return Event.objects.filter(type="agent.key_misused").count()


def as_if(key: AgentKey, ago: timedelta) -> None:
    """As if all that was noted of its refusals were so much older."""
    key.refresh_from_db()
    noted = [{**one, "at": (datetime.fromisoformat(one["at"]) - ago).isoformat()} for one in key.refusals]
    AgentKey.objects.filter(pk=key.pk).update(refusals=noted, refused_at=key.refused_at - ago)


@pytest.mark.shows("a-stolen-key")
@pytest.mark.parametrize(("hours", "count"), [(0, 1), (2, 1), (23, 1), (25, 2)])
def test_an_alarm_comes_once_a_day_from_one_address(hours: int, count: int) -> None:
    key, text = misused()
    keys.watch()
    as_if(key, timedelta(hours=hours))

    keys.authenticate(text, address="203.0.113.9")
    keys.watch()

    assert alarms() == count


@pytest.mark.shows("a-stolen-key")
def test_the_copys_address_comes_out_behind_a_program_that_polls() -> None:
    _, text = misused()
    keys.watch()

    keys.authenticate(text, address="198.51.100.7")
    keys.watch()

    body = bytes(Event.objects.filter(type="agent.key_misused").latest("seq").body.content)
    assert b'"address":"198.51.100.7"' in body
    message = of_notification(Notification.objects.filter(recipient="staff@example.com").latest("pk"))
    assert ("From", "203.0.113.9, 198.51.100.7") in message.facts


@pytest.mark.shows("a-stolen-key")
def test_a_key_that_is_sent_from_everywhere_floods_nobody() -> None:
    key, text = misused()

    for number in range(20):
        keys.authenticate(text, address=f"198.51.100.{number}")
        keys.watch()

    assert alarms() == 5
    assert len(AgentKey.objects.get(pk=key.pk).refusals) == 5


@pytest.mark.usefixtures("rows_alone")
@pytest.mark.parametrize("whose", ["agent", "owner"])
def test_of_an_end_that_people_know_each_address_is_told_once(whose: str) -> None:
    key, text = make_key()
    (Agent if whose == "agent" else User).objects.update(is_active=False)
    keys.authenticate(text)
    keys.watch()
    as_if(key, timedelta(days=3))

    keys.authenticate(text)
    keys.watch()

    assert alarms() == 1


@pytest.mark.parametrize(
    ("roles", "expected"), [({"keeps_agents": True}, "agents"), ({"keeps_agents": False}, "accounts")]
)
def test_who_keeps_agents_hears_of_it_and_else_who_keeps_accounts(roles: Any, expected: str) -> None:
    none = {"keeps_policies": False, "reads_audit": False}
    make_user("agents@example.com", is_staff=True, **{**none, **roles, "keeps_accounts": False})
    make_user("accounts@example.com", is_staff=True, **none, keeps_accounts=True, keeps_agents=False)
    key, text = make_key(owner=make_user("owner@example.com"))
    revoke(key)
    keys.authenticate(text)

    keys.watch()

    assert [one for one in told("key_misused") if one.startswith("a")] == [f"{expected}@example.com"]


def test_the_alarm_says_what_happened_from_where_and_what_to_do() -> None:
    key, text = misused()
    keys.watch()

    message = of_notification(Notification.objects.get(recipient="staff@example.com"))

    assert f"The key {key} of Sales agent was sent to the endpoint after its end" in message.sentence
    assert ("Refused because", "It is revoked.") in message.facts
    assert ("From", "203.0.113.9") in message.facts
    assert message.url.endswith(f"/admin/approvals/agent/{key.agent_id}/change/")
    assert text not in str(message)


def test_whose_account_is_closed_is_not_written_to() -> None:
    key, _ = misused()
    User.objects.filter(pk=key.owner_id).update(is_active=False)

    keys.watch()

    assert told("key_misused") == ["boss@example.com", "staff@example.com"]


def test_one_that_fails_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    misused()
    bad = ending_in(QUARTER, days=2)
    original = watching.notify_of_key

    def fail_for_one(key: AgentKey, *args: Any, **kwargs: Any) -> None:
        if key.pk == bad.pk:
            raise Error("boom")
        original(key, *args, **kwargs)

    monkeypatch.setattr(watching, "notify_of_key", fail_for_one)

    assert keys.watch() == 1
    assert AgentKey.objects.get(pk=bad.pk).expiry_told is None


@pytest.mark.shows("keys-never-grow")
@pytest.mark.parametrize(
    "change",
    [
        "scopes = '{submit,read,claim,evaluate}'",
        "action_types = '{*}'",
        "workflows = '{*}'",
        "expires_at = NULL",
        "expires_at = expires_at + interval '1 second'",
        "secret_sha256 = ''",
        "prefix = 'another'",
        "replaces_id = id",
        "owner_id = minted_by_id",
    ],
)
def test_the_database_lets_no_key_grow(change: str) -> None:
    powers = keys.Powers(scopes=["read"], action_types=["refund"], workflows=["billing"])
    key, _ = make_key(powers=powers, expires_at=clock.now() + timedelta(days=1))

    with pytest.raises(IntegrityError, match="create another"):
        run(f"UPDATE approvals_agentkey SET {change} WHERE id = %s", key.pk)


@pytest.mark.shows("keys-never-grow", "keys-stop-with-their-owner")
def test_the_applications_role_moves_no_stopped_key_to_an_open_account(application_role: str) -> None:
    key, text = make_key(owner=make_user("owner@example.com"))
    other = make_user("other@example.com")
    User.objects.filter(pk=key.owner_id).update(is_active=False)

    with (
        pytest.raises(IntegrityError, match="create another"),
        transaction.atomic(),
        acting_as(application_role),
    ):
        AgentKey.objects.filter(pk=key.pk).update(owner=other)

    assert keys.authenticate(text) is None


@pytest.mark.shows("keys-never-grow")
def test_the_database_lets_no_revocation_be_undone() -> None:
    key, _ = make_key()
    keys.revoke_key(key, by=SYSTEM)

    with pytest.raises(IntegrityError, match="a revocation stands"):
        run("UPDATE approvals_agentkey SET revoked_at = NULL WHERE id = %s", key.pk)


@pytest.mark.usefixtures("rows_alone")
def test_the_database_takes_an_earlier_end_and_a_use() -> None:
    key, text = make_key()

    AgentKey.objects.filter(pk=key.pk).update(expires_at=clock.now() + timedelta(days=1))

    assert keys.authenticate(text)


@pytest.mark.parametrize("scopes", ["{}", "{decide}"])
def test_the_database_knows_every_scope(scopes: str) -> None:
    sql = """
        INSERT INTO approvals_agentkey (id, agent_id, owner_id, prefix, secret_sha256, created_at, scopes)
        SELECT gen_random_uuid(), agent_id, owner_id, 'another', secret_sha256, created_at, %s::varchar[]
        FROM approvals_agentkey
    """
    make_key()

    with pytest.raises(IntegrityError, match="agent_key_scopes"):
        run(sql, scopes)
