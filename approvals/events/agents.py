"""Which events do agents and their keys write?"""

from __future__ import annotations

from approvals.events.loosenings import AGREED_BY, loosening
from approvals.events.request_fields import HASH
from audit.catalogue import EventType, Field

_AGENT = {
    "name": Field("the agent's name", "Sales agent"),
    "owner": Field("who answers for it", "owner@example.com"),
    "action_types": Field("the kinds of action it may propose; `*` for all", ["external_email"]),
    "workflows": Field("the workflows it may name; `*` for all", ["*"]),
    "is_active": Field("whether it may call at all", True),
}
_KEY = {
    "prefix": Field("the key's first characters, which are no secret", "4f1d2c3b5a69"),
    "owner": Field("who answers for the key", "owner@example.com"),
    "expires_at": Field("until when it is valid, or null", None),
    "minted_by": Field(
        "the id of the person who made it and saw its text, or null where a command did", None
    ),
    "secret_sha256": Field("the SHA-256 of its secret, which has 256 random bits", HASH),
}
_POWERS = {
    "scopes": Field("the calls that it may make", ["submit", "evaluate", "read", "claim"]),
    "action_types": Field("which of the agent's action types it may use; `*` for all", ["*"]),
    "workflows": Field("which of the agent's workflows it may use; `*` for all", ["*"]),
}
_REPLACED = {
    "replaces": Field("the first characters of the key in whose place it comes", "b07a55c1e2d3"),
    "replaced_ends_at": Field("when that key ends", "2026-05-02T09:00:00.000000Z"),
}
_MISUSED = {
    "used_at": Field(
        "when its text came, from one address once a day at most", "2026-05-02T09:00:00.000000Z"
    ),
    "address": Field("from which address, or empty", "192.0.2.7"),
    "because": Field(
        "why it opened nothing: `revoked`, `expired`, `agent_inactive` or `owner_inactive`", "revoked"
    ),
}
_OWNER = {
    "email": Field("whose account it is", "owner@example.com"),
    "keys": Field("the first characters of the keys that this concerns", ["4f1d2c3b5a69"]),
}
EVENTS = (
    EventType("agent.created", "agent", "An agent was registered.", _AGENT),
    EventType(
        "agent.changed", "agent", "An agent's registration was changed.", {**_AGENT, "agreed_by": AGREED_BY}
    ),
    EventType(
        "agent.key_created", "agent", "An agent got a key; older ones stay valid.", {**_KEY, **_POWERS}
    ),
    EventType(
        "agent.key_rotated",
        "agent",
        "A key came in the place of another, which ends after an overlap.",
        {**_KEY, **_POWERS, **_REPLACED},
    ),
    EventType("agent.key_revoked", "agent", "A key of an agent was revoked.", _KEY),
    EventType(
        "agent.key_misused", "agent", "A key's text was sent after the key had ended.", {**_KEY, **_MISUSED}
    ),
    EventType(
        "agent.owner_left",
        "agent",
        "The account of a person who answers for it or for its keys was closed, so the keys open nothing.",
        _OWNER,
    ),
    EventType("agent.owner_back", "agent", "That account was opened again, and so the keys work.", _OWNER),
    *loosening("agent"),
)
