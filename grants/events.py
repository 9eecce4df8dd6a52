"""Which events tell of people and the authority that they hold? Drawn into `docs/audit-events.md`."""

from __future__ import annotations

from audit.catalogue import EventType, Field

_EMAIL = {"email": Field("the person's address then", "ada@example.com")}
_ACCOUNT = {
    **_EMAIL,
    "name": Field("the person's name", "Ada Auditor"),
    "is_active": Field("whether the account opens anything", True),
    "is_staff": Field("whether it opens the administration", False),
    "is_superuser": Field("Django's flag, which decides nothing here", False),
    "is_auditor": Field("whether it may read every request", True),
}

EVENTS = (
    EventType("approvers.joined", "person", "A person became an approver.", _EMAIL),
    EventType("approvers.left", "person", "A person left the approvers.", _EMAIL),
    EventType("person.added", "person", "An account was made in the administration.", _ACCOUNT),
    EventType("person.changed", "person", "An account was changed in the administration.", _ACCOUNT),
    EventType(
        "person.password_set",
        "person",
        "The administration set a person's password; neither it nor its hash is recorded.",
        _ACCOUNT,
    ),
)
