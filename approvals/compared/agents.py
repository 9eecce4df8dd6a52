"""Which agents and keys does the log tell of, and what may they do?"""

from __future__ import annotations

from collections.abc import Sequence

from approvals.models import Agent, AgentKey
from audit.compared import Body, Comparison, Part, Rows

AGENT, KEY = Agent._meta.db_table, AgentKey._meta.db_table
_OWNER = {"owner": "(SELECT email FROM grants_user person WHERE person.id = part.owner_id)"}
_OF_AGENT = ("name", "owner", "action_types", "workflows", "is_active")
_ALIKE = ("owner", "expires_at", "secret_sha256", "scopes", "action_types", "workflows")
_OF_KEY = {**{name: name for name in _ALIKE}, "minted_by": "minted_by_id"}
"""By what an event calls it, the column of a key; older events say less."""


def told(bodies: Sequence[Body]) -> Rows:
    """The agent as it was last described, and each of its keys."""
    rows = Rows()
    for body in bodies:
        data, at = body["data"], body["at"]
        match body["type"]:
            case "agent.created" | "agent.changed":
                rows.put(AGENT, body["subject"]["id"], **{name: data[name] for name in _OF_AGENT})
            case "agent.key_created" | "agent.key_rotated":
                said = {column: data[name] for name, column in _OF_KEY.items() if name in data}
                rows.put(KEY, data["prefix"], **said, created_at=at, revoked_at=None)
                if "replaces" in data:
                    rows.put(KEY, data["replaces"], expires_at=data["replaced_ends_at"])
            case "agent.key_revoked":
                rows.put(KEY, data["prefix"], revoked_at=at)
    return rows


COMPARISON = Comparison(
    kind="agent",
    subjects=f"SELECT id::text AS id, id AS pk FROM {AGENT}",  # nosec B608 # noqa: S608 - a constant
    told=told,
    parts=(
        Part(Agent, "part.id = subject.pk", also=_OWNER),
        Part(AgentKey, "part.agent_id = subject.pk", key="prefix", also=_OWNER),
    ),
)
