"""Which events does a person's own word about themselves write?"""

from __future__ import annotations

from audit.catalogue import EventType, Field

_EMAIL = {"email": Field("the person's address then", "hannah@example.com")}

EVENTS = (
    EventType(
        "person.away",
        "person",
        "A person said when they are away. Their note is not recorded; nothing of anybody's authority changes.",
        {
            **_EMAIL,
            "from": Field("from when", "2026-11-23T00:00:00.000000Z"),
            "until": Field("until when", "2026-11-30T00:00:00.000000Z"),
        },
    ),
    EventType("person.back", "person", "A person said that they are not away after all.", _EMAIL),
)
