"""What do the events of an agent say of it, and of a key?"""

from __future__ import annotations

from datetime import datetime

from approvals.models import Agent, AgentKey
from audit import clock
from audit.message import Actor, NewEvent


def event_of(agent: Agent, event: str, by: Actor, at: datetime, data: dict[str, object]) -> NewEvent:
    """An event on the agent's chain."""
    return NewEvent(agent.as_subject(), event, actor=by, at=at, data=data)


def describe_agent(agent: Agent) -> dict[str, object]:
    return {
        "name": agent.name,
        "owner": agent.owner.email,
        "action_types": agent.action_types,
        "workflows": agent.workflows,
        "is_active": agent.is_active,
    }


def describe_key(key: AgentKey) -> dict[str, object]:
    """Which key it is, who answers for it and made it, until when, and the hash of its secret."""
    return {
        "prefix": key.prefix,
        "owner": key.owner.email,
        "expires_at": moment(key.expires_at),
        "minted_by": str(key.minted_by_id) if key.minted_by_id else None,
        "secret_sha256": bytes(key.secret_sha256).hex(),
    }


def describe_powers(key: AgentKey) -> dict[str, object]:
    """What the key may do."""
    return {"scopes": key.scopes, "action_types": key.action_types, "workflows": key.workflows}


def moment(at: datetime | None) -> str | None:
    return clock.rfc3339(at) if at else None
