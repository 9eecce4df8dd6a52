"""Which events does this app write to the audit log? Drawn into `docs/audit-events.md`."""

from approvals.events import agents, channels, people, policies, requests
from approvals.events.sentences import RequestEventType

EVENTS = (*requests.EVENTS, *policies.EVENTS, *agents.EVENTS, *channels.EVENTS, *people.EVENTS)

_of_requests = {one.name: one for one in requests.EVENTS}


def find(name: str) -> RequestEventType | None:
    """The type of a request's event; None where an older version wrote one that is no more."""
    return _of_requests.get(name)
