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
EVENTS = (
    EventType("agent.created", "agent", "An agent was registered.", _AGENT),
    EventType(
        "agent.changed", "agent", "An agent's registration was changed.", {**_AGENT, "agreed_by": AGREED_BY}
    ),
    EventType("agent.key_created", "agent", "An agent got a key; older ones stay valid.", _KEY),
    EventType("agent.key_revoked", "agent", "A key of an agent was revoked.", _KEY),
    *loosening("agent"),
)
