"""Which events does a rule write that an administrator asks to loosen? The same four for policies and agents."""

from __future__ import annotations

from audit.catalogue import EventType, Field

_PERSON = {"id": "019aae5c-3c1e-7d42-9a51-7f6b1c0d2e3f", "email": "ada@example.com", "name": "Ada Auditor"}

AGREED_BY = Field(
    "the second administrator, where it loosens something, or the system where there was none and the time was up; "
    "null where nobody had to agree",
    None,
)
_DATA = {
    "what": Field("policy, channel or agent", "policy"),
    "name": Field("what it is for, or the agent's name", "refund in finance"),
    "difference": Field(
        "what it changes, and in which terms it is looser",
        [{"term": "quorum", "old": 2, "new": 1, "is_looser": True}],
    ),
    "asked_by": Field("who asked for it", _PERSON),
    "takes_effect_at": Field(
        "when it counts by itself, where there is no second administrator; or null", None
    ),
}


_WHAT = {
    "agent": "an agent may do more, or has another owner",
    "policy": "a policy asks for less, or gets a channel",
}


def loosening(about: str) -> tuple[EventType, ...]:
    """The events of what waits for a second administrator, on the chain of what it changes."""
    said = {
        "asked": f"An administrator asked that {_WHAT[about]}: nothing is changed yet.",
        "agreed": "A second administrator agreed, or the system where there is none and the time was up: it counts.",
        "refused": "An administrator refused it, or took back what they asked for.",
        "lapsed": "Nobody answered within a week, or what it was drawn from changed. The actor is the system.",
    }
    return tuple(EventType(f"{about}.loosening_{name}", about, when, _DATA) for name, when in said.items())
