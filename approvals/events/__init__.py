"""Which events does this app write to the audit log? Drawn into `docs/audit-events.md`."""

from approvals.events import agents, channels, policies, requests

EVENTS = (*requests.EVENTS, *policies.EVENTS, *agents.EVENTS, *channels.EVENTS)
