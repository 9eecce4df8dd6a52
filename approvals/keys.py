"""How does an agent prove who it is, and how does a key come and go? Only a hash of the secret is stored."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

import uuid_utils.compat as uuid
from django.db import transaction

from approvals.models import Agent, AgentKey, Earlier
from audit import clock, log
from audit.message import START, Actor, NewEvent
from grants.models import User
from patience import statements

_FORM = re.compile(r"cs_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_NO_HASH = bytes(32)
_LAST_USE_STEP = timedelta(minutes=1)
"""Last use is kept to the minute, so that a busy agent does not write a row for every call."""


@transaction.atomic
def create_agent(
    name: str, *, owner: User, by: Actor, action_types: Sequence[str], workflows: Sequence[str]
) -> Agent:
    """An agent that may propose these action types in these workflows; `*` stands for every one.

    Raises ValidationError where a field is invalid, e.g. the name of another agent.
    """
    agent = Agent(name=name, owner=owner, action_types=list(action_types), workflows=list(workflows))
    agent.full_clean()
    agent.save(force_insert=True)
    log.record(_event(agent, "agent.created", by, clock.now(), _describe_agent(agent)), after=START)
    return agent


@transaction.atomic
def change_agent(agent: Agent, *, by: Actor, changed: Sequence[str], second: Actor | None = None) -> None:
    """Store the fields named in `changed` and no others. The new scope counts from the next call on.

    `second` is the administrator who agreed, where the agent may do more (docs/rules.md: loosening-takes-two).
    """
    if not changed:
        return
    Agent.objects.select_for_update().get(pk=agent.pk)
    agent.save(update_fields=changed)
    stored = Agent.objects.get(pk=agent.pk)
    agreed_by = second.as_facts() if second else None
    data = {**_describe_agent(stored), "agreed_by": agreed_by}
    log.record(_event(agent, "agent.changed", by, clock.now(), data))


@transaction.atomic
def create_key(
    agent: Agent,
    *,
    owner: User,
    by: Actor,
    minted_by: User | None = None,
    expires_at: datetime | None = None,
    key_id: UUID | None = None,
) -> tuple[AgentKey, str]:
    """A new key, and its text `cs_<prefix>_<secret>`: shown now, never again.

    `minted_by` is the person who makes it, and so sees its text: nobody where a command does, on the server itself.
    With `key_id` as its id, a form sent twice makes one key. Older keys stay valid, so that an agent changes over
    without a gap; then revoke them.
    """
    agent = Agent.objects.select_for_update().get(pk=agent.pk)
    at = clock.now()
    secret = secrets.token_urlsafe(32)
    key = AgentKey.objects.create(
        id=key_id or uuid.uuid7(),
        agent=agent,
        owner=owner,
        minted_by=minted_by,
        prefix=secrets.token_hex(6),
        secret_sha256=_digest(secret),
        created_at=at,
        expires_at=expires_at,
    )
    log.record(_event(agent, "agent.key_created", by, at, _describe_key(key)))
    return key, f"cs_{key.prefix}_{secret}"


@transaction.atomic
def revoke_key(key: AgentKey, *, by: Actor) -> None:
    """Revoke the key: from the next call on it opens nothing. A key that is revoked already stays as it is."""
    agent = Agent.objects.select_for_update().get(pk=key.agent_id)
    at = clock.now()
    if AgentKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at):
        log.record(_event(agent, "agent.key_revoked", by, at, _describe_key(key)))


def authenticate(token: str, *, idempotency_key: str = "") -> AgentKey | None:
    """The key with this text, if it is valid now; None does not tell which part was wrong.

    In one statement, with its agent, the owners of both, who made it, and as `earlier` what the idempotency key made
    before.
    """
    form = _FORM.fullmatch(token)
    if form is None:
        return None
    prefix, secret = form.groups()
    key, at = _read(prefix, idempotency_key)
    # Always compare, so that an unknown prefix takes as long as a wrong secret.
    fits = hmac.compare_digest(bytes(key.secret_sha256) if key else _NO_HASH, _digest(secret))
    if key is None or not fits or not key.is_valid(at):
        return None
    _stamp_uses([(key, at)])
    return key


_READ = f"""
    SELECT clock_timestamp(), earlier.id, earlier.request_sha256, {statements.columns(AgentKey, "key")},
        {statements.columns(Agent, "agent")},
        {statements.columns(User, "owner")}, {statements.columns(User, "agent_owner")},
        {statements.columns(User, "minter")}
    FROM (VALUES (1)) one LEFT JOIN approvals_agentkey key ON key.prefix = %s
    LEFT JOIN approvals_agent agent ON agent.id = key.agent_id
    LEFT JOIN grants_user owner ON owner.id = key.owner_id
    LEFT JOIN grants_user agent_owner ON agent_owner.id = agent.owner_id
    LEFT JOIN grants_user minter ON minter.id = key.minted_by_id
    LEFT JOIN approvals_approval earlier ON earlier.agent_id = agent.id AND earlier.idempotency_key = %s
"""  # nosec B608 # noqa: S608 - the models' own columns


def _read(prefix: str, idempotency_key: str) -> tuple[AgentKey | None, datetime]:
    ((at, earlier, sha256, *rest),) = statements.fetch(_READ, [prefix, idempotency_key])
    values = iter(rest)
    keys, agents, owners, agents_owners, minters = (
        list(islice(values, statements.width(model))) for model in (AgentKey, Agent, User, User, User)
    )
    if keys[0] is None:
        return None, at
    owner = statements.instance(User, owners)
    agent = statements.instance(Agent, agents, owner=statements.instance(User, agents_owners))
    minter = statements.instance(User, minters) if minters[0] else None
    key = statements.instance(AgentKey, keys, agent=agent, owner=owner, minted_by=minter)
    key.earlier = Earlier(earlier, bytes(sha256)) if earlier else None
    return key, at


def authenticate_all(tokens: Collection[str]) -> dict[str, AgentKey]:
    """The keys with these texts that are valid now, by the text, with their agents. In one statement."""
    forms = {token: form.groups() for token in tokens if (form := _FORM.fullmatch(token))}
    read = {}
    for at, *values in statements.fetch(_READ_ALL, [[prefix for prefix, _ in forms.values()]]):
        agent = statements.instance(Agent, values[statements.width(AgentKey) :])
        key = statements.instance(AgentKey, values[: statements.width(AgentKey)], agent=agent)
        if key.is_valid(at):
            read[key.prefix] = key, at
    found = {
        token: read[prefix]
        for token, (prefix, secret) in forms.items()
        if prefix in read and hmac.compare_digest(bytes(read[prefix][0].secret_sha256), _digest(secret))
    }
    _stamp_uses(found.values())
    return {token: key for token, (key, _) in found.items()}


_READ_ALL = f"""
    SELECT clock_timestamp(), {statements.columns(AgentKey, "key")}, {statements.columns(Agent, "agent")}
    FROM approvals_agentkey key JOIN approvals_agent agent ON agent.id = key.agent_id WHERE key.prefix = ANY(%s)
"""  # nosec B608 # noqa: S608 - the models' own columns


def _stamp_uses(used: Collection[tuple[AgentKey, datetime]]) -> None:
    """In one statement. A key whose row is locked is being stamped or revoked, and is left to that."""
    stale = [key.pk for key, at in used if _is_stale(key, at)]
    if stale:
        statements.execute(_STAMP, [max(at for _, at in used), stale])


_STAMP = """
    UPDATE approvals_agentkey SET last_used_at = %s
    WHERE id IN (SELECT id FROM approvals_agentkey WHERE id = ANY(%s) FOR UPDATE SKIP LOCKED)
"""


def _is_stale(key: AgentKey, at: datetime) -> bool:
    return key.last_used_at is None or at - key.last_used_at > _LAST_USE_STEP


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _event(agent: Agent, event: str, by: Actor, at: datetime, data: dict[str, object]) -> NewEvent:
    return NewEvent(agent.as_subject(), event, actor=by, at=at, data=data)


def _describe_agent(agent: Agent) -> dict[str, object]:
    return {
        "name": agent.name,
        "owner": agent.owner.email,
        "action_types": agent.action_types,
        "workflows": agent.workflows,
        "is_active": agent.is_active,
    }


def _describe_key(key: AgentKey) -> dict[str, object]:
    expires_at = clock.rfc3339(key.expires_at) if key.expires_at else None
    return {
        "prefix": key.prefix,
        "owner": key.owner.email,
        "expires_at": expires_at,
        "minted_by": str(key.minted_by_id) if key.minted_by_id else None,
        "secret_sha256": bytes(key.secret_sha256).hex(),
    }
