"""Which events does the life of a channel write? E-mail is the channel `email:` and the person's id."""

from __future__ import annotations

from audit.catalogue import EventType, Field

_ID = "019aae5c-3c1e-7d42-9a51-7f6b1c0d2e3f"
_CHANNEL = {
    "kind": Field("the kind of channel", "slack"),
    "name": Field("its name, as people call it", "#finance-approvals"),
    "owner": Field("the address of the person it belongs to, or null", None),
    "policy": Field(
        "the policy whose breaches it hears of, or null", {"action_type": "vendor_terms", "workflow": ""}
    ),
}

EVENTS = (
    EventType(
        "channel.added",
        "channel",
        "A person, or an administrator for a policy, added a channel. Where it leads is a secret and not said.",
        _CHANNEL,
    ),
    EventType(
        "channel.removed",
        "channel",
        "A channel was removed, and the secret that leads there wiped.",
        _CHANNEL,
    ),
    EventType(
        "channel.tested",
        "channel",
        "Somebody had a test message sent.",
        {
            "test": Field("the test's id", _ID),
            "passed": Field("whether every stage went well", True),
            "stages": Field(
                "how far it came", [{"name": "Slack took the message.", "passed": True, "detail": ""}]
            ),
        },
    ),
    EventType(
        "channel.answered",
        "channel",
        "The person who had the test message sent said whether it arrived.",
        {"test": Field("the test's id", _ID), "arrived": Field("what they said", True)},
    ),
)
