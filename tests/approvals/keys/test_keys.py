"""Keys: what opens the endpoint, what no longer does, and what is left in the database."""

from __future__ import annotations

import hashlib
import hmac
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from approvals import keys
from approvals.models import Agent, AgentKey
from audit import clock
from audit.message import SYSTEM
from audit.models import Event
from tests.factories import make_agent, make_key, make_user
from tests.site.real_processes import within

pytestmark = pytest.mark.django_db


def test_key_opens_what_it_was_made_for():
    key, text = make_key()

    assert keys.authenticate(text) == key


def test_key_has_256_random_bits_and_a_prefix():
    _, text = make_key()

    scheme, prefix, secret = text.split("_", 2)

    assert (scheme, len(prefix), len(secret)) == ("cs", 12, 43)


@pytest.mark.shows("a-stolen-key")
def test_only_a_hash_of_the_secret_is_stored():
    _, text = make_key()
    secret = text.split("_", 2)[2]

    with connection.cursor() as cursor:
        cursor.execute("SELECT k::text FROM approvals_agentkey k")
        row = cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(encode(content, 'escape'), '') FROM audit_eventbody")
        log = cursor.fetchone()[0]

    assert secret not in row
    assert secret not in log
    assert hashlib.sha256(secret.encode()).hexdigest() in row


@pytest.mark.shows("a-stolen-key")
def test_revoked_key_is_refused_at_once():
    key, text = make_key()
    assert keys.authenticate(text)

    keys.revoke_key(key, by=SYSTEM)

    assert keys.authenticate(text) is None


@pytest.mark.shows("a-stolen-key")
def test_expired_key_is_refused():
    at = clock.now()
    key, _ = make_key(expires_at=at + timedelta(hours=1))

    assert key.is_valid(at)
    assert not key.is_valid(at + timedelta(hours=1))


@pytest.mark.shows("a-stolen-key")
def test_expiry_counts_in_authentication():
    _, text = make_key(expires_at=clock.now() + timedelta(milliseconds=50))
    assert keys.authenticate(text)

    time.sleep(0.1)

    assert keys.authenticate(text) is None


@pytest.mark.shows("a-stolen-key")
def test_two_keys_overlap_while_an_agent_changes_over():
    agent = make_agent()
    old, old_text = make_key(agent)
    _, new_text = make_key(agent)
    assert keys.authenticate(old_text)
    assert keys.authenticate(new_text)

    keys.revoke_key(old, by=SYSTEM)

    assert keys.authenticate(old_text) is None
    assert keys.authenticate(new_text)


@pytest.mark.shows("a-stolen-key")
def test_secrets_are_compared_in_constant_time_for_unknown_prefixes_too(monkeypatch):
    _, text = make_key()
    compared = []
    original = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: compared.append((a, b)) or original(a, b))

    keys.authenticate(text)
    keys.authenticate(f"cs_{'0' * 12}_{'A' * 43}")

    assert [len(one) for pair in compared for one in pair] == [32] * 4


@pytest.mark.shows("a-stolen-key")
@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
        lambda text: text + "A",
        lambda text: " " + text,
        lambda text: text + "\n",
        lambda text: text.replace("cs_", "cz_", 1),
        lambda text: text.replace("cs_", "CS_", 1),
        lambda text: text[:20] + "\x00" + text[21:],
        lambda text: "",
        lambda text: "cs__",
        lambda text: "cs_\udcff_x",
    ],
)
def test_anything_but_the_exact_text_is_refused(change):
    _, text = make_key()

    assert keys.authenticate(change(text)) is None


def test_key_of_a_deactivated_agent_opens_nothing():
    agent = make_agent()
    _, text = make_key(agent)

    agent.is_active = False
    keys.change_agent(agent, by=SYSTEM, changed=["is_active"])

    assert keys.authenticate(text) is None


def test_last_use_is_stamped_at_most_once_a_minute():
    key, text = make_key()

    keys.authenticate(text)
    first = AgentKey.objects.get(pk=key.pk).last_used_at
    keys.authenticate(text)

    assert first is not None
    assert AgentKey.objects.get(pk=key.pk).last_used_at == first


def test_coming_and_going_of_a_key_is_recorded_once():
    key, _ = make_key()

    keys.revoke_key(key, by=SYSTEM)
    keys.revoke_key(key, by=SYSTEM)

    events = Event.objects.about("agent", key.agent_id).values_list("type", flat=True)
    assert list(events) == ["agent.created", "agent.key_created", "agent.key_revoked"]


def test_agents_and_their_changes_are_recorded():
    agent = keys.create_agent(
        "Bot", owner=make_user("owner@example.com"), by=SYSTEM, action_types=["*"], workflows=["*"]
    )

    agent.action_types = ["external_email"]
    keys.change_agent(agent, by=SYSTEM, changed=["action_types"])

    events = list(Event.objects.about("agent", agent.pk))
    assert [event.type for event in events] == ["agent.created", "agent.changed"]
    assert b'"action_types":["external_email"]' in bytes(events[1].body.content)


def test_two_agents_never_share_a_name():
    make_agent("Bot")

    with pytest.raises(ValidationError):
        keys.create_agent(
            "Bot", owner=make_user("owner@example.com"), by=SYSTEM, action_types=["*"], workflows=["*"]
        )


def test_a_change_made_from_an_older_page_leaves_the_rest_as_it_is():
    agent = make_agent()
    older = Agent.objects.get(pk=agent.pk)
    agent.is_active = False
    keys.change_agent(agent, by=SYSTEM, changed=["is_active"])

    older.name = "Renamed"
    keys.change_agent(older, by=SYSTEM, changed=["name"])
    agent.refresh_from_db()

    assert (agent.name, agent.is_active) == ("Renamed", False)


def test_saving_what_did_not_change_records_nothing():
    agent = make_agent()

    keys.change_agent(agent, by=SYSTEM, changed=[])

    assert [one.type for one in Event.objects.about("agent", agent.pk)] == ["agent.created"]


def test_a_form_that_comes_twice_at_one_moment_makes_one_key(transactional_db: None) -> None:
    agent, owner, key_id = make_agent(), make_user("owner@example.com"), uuid4()

    def make() -> str:
        try:
            keys.create_key(agent, owner=owner, by=SYSTEM, key_id=key_id)
        except keys.AlreadyMade as refusal:
            return str(refusal)
        finally:
            connection.close()
        return "made"

    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            Agent.objects.select_for_update().get(pk=agent.pk)
            both = [pool.submit(make) for _ in range(2)]
            assert within(10, lambda: waiting_for_locks() == 2)
        said = {one.result(timeout=10) for one in both}

    assert said == {"made", "That key was created already. Its text is shown once only."}
    assert AgentKey.objects.count() == 1


def test_a_rotation_that_comes_twice_makes_one_key() -> None:
    (key, _), key_id = make_key(), uuid4()
    keys.rotate_key(key, by=SYSTEM, overlap=timedelta(hours=1), key_id=key_id)

    with pytest.raises(keys.AlreadyMade, match="created already"):
        keys.rotate_key(key, by=SYSTEM, overlap=timedelta(hours=1), key_id=key_id)


def waiting_for_locks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees what it saw first
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return int(cursor.fetchone()[0])
