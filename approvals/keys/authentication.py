"""How does an agent prove who it is? The key's text is looked up at every call; what is noted of that is kept apart."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from itertools import islice

from approvals.keys.uses import Use, stamp_refusal, stamp_uses
from approvals.models import Agent, AgentKey, Earlier
from grants.models import User
from patience import statements

_FORM = re.compile(r"cs_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_NO_HASH = bytes(32)


def authenticate(
    token: str, *, idempotency_key: str = "", address: str = "", was_let_in: bool = False
) -> AgentKey | None:
    """The key with this text, if it is valid now; None does not tell which part was wrong.

    In one statement, with its agent, the owners of both, who made it, and as `earlier` what the idempotency key made
    before. `address` is the caller's, for those who look after the key. A wait that `was_let_in` before the key
    ended is no misuse of it.
    """
    form = _FORM.fullmatch(token)
    if form is None:
        return None
    prefix, secret = form.groups()
    key, at = _read(prefix, idempotency_key)
    # Always compare, so that an unknown prefix takes as long as a wrong secret.
    fits = hmac.compare_digest(bytes(key.secret_sha256) if key else _NO_HASH, digest(secret))
    if key is None or not fits:
        return None
    if why := key.why_ended(at):
        if not was_let_in:
            stamp_refusal(Use(key, at, address), why)
        return None
    stamp_uses([Use(key, at, address)])
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


def authenticate_all(addresses: Mapping[str, str]) -> dict[str, AgentKey]:
    """Of the texts, each with its caller's address, the keys that are valid now, with agents and owners.

    In one statement. What is refused here is asked of `authenticate` next, which notes it.
    """
    forms = {token: form.groups() for token in addresses if (form := _FORM.fullmatch(token))}
    read = dict(map(_row, statements.fetch(_READ_ALL, [[prefix for prefix, _ in forms.values()]])))
    found = {
        token: Use(*read[prefix], addresses[token])
        for token, (prefix, secret) in forms.items()
        if prefix in read and hmac.compare_digest(bytes(read[prefix][0].secret_sha256), digest(secret))
    }
    valid = {token: use for token, use in found.items() if use.key.is_valid(use.at)}
    stamp_uses(valid.values())
    return {token: use.key for token, use in valid.items()}


def _row(row: tuple[object, ...]) -> tuple[str, tuple[AgentKey, datetime]]:
    at, *rest = row
    values = iter(rest)
    keys, agents, owners, agents_owners = (
        list(islice(values, statements.width(model))) for model in (AgentKey, Agent, User, User)
    )
    agent = statements.instance(Agent, agents, owner=statements.instance(User, agents_owners))
    key = statements.instance(AgentKey, keys, agent=agent, owner=statements.instance(User, owners))
    assert isinstance(at, datetime)  # nosec B101 # noqa: S101 - clock_timestamp()
    return key.prefix, (key, at)


_READ_ALL = f"""
    SELECT clock_timestamp(), {statements.columns(AgentKey, "key")}, {statements.columns(Agent, "agent")},
        {statements.columns(User, "owner")}, {statements.columns(User, "agent_owner")}
    FROM approvals_agentkey key JOIN approvals_agent agent ON agent.id = key.agent_id
    JOIN grants_user owner ON owner.id = key.owner_id JOIN grants_user agent_owner ON agent_owner.id = agent.owner_id
    WHERE key.prefix = ANY(%s)
"""  # nosec B608 # noqa: S608 - the models' own columns


def digest(secret: str) -> bytes:
    """What is stored of a key's secret."""
    return hashlib.sha256(secret.encode()).digest()
