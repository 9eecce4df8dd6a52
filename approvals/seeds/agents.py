"""Which programs propose actions in the demo, and with which keys?"""

from __future__ import annotations

from approvals import keys
from approvals.models import Agent, AgentKey
from approvals.models.agent import ANY
from approvals.seeds.people import OWNER
from audit import clock
from audit.message import SYSTEM
from grants.models import User

SUPPORT = "Support agent"
SALES = "Sales agent"
VENDORS = "Vendor operations agent"
ACCESS = "Access guardian"

SCOPES = {
    SUPPORT: ["knowledge_answer"],
    # May propose everything: demo.json holds a key of it, for whoever tries the endpoint.
    SALES: [ANY],
    VENDORS: ["account_modification"],
    ACCESS: ["access_change"],
}


def ensure_agents() -> dict[str, Agent]:
    """The demo's agents by name; who exists already stays as it is."""
    owner = User.objects.get(email=OWNER)
    found = {agent.name: agent for agent in Agent.objects.filter(name__in=SCOPES)}
    for name, action_types in SCOPES.items():
        if name not in found:
            found[name] = keys.create_agent(
                name, owner=owner, by=SYSTEM, action_types=action_types, workflows=[ANY]
            )
    return found


def ensure_key_text(agent: Agent, text: str) -> str:
    """`text` if it opens that agent still; else a new key."""
    known = keys.authenticate(text)
    if known is not None and known.agent_id == agent.pk:
        return text
    return keys.create_key(agent, owner=agent.owner, by=SYSTEM)[1]


def key_of(agent: Agent) -> AgentKey:
    """A valid key for a proposal that is made here; where one must be created, nobody keeps its text."""
    at = clock.now()
    valid = (key for key in agent.keys.select_related("agent") if key.is_valid(at))
    return next(valid, None) or keys.create_key(agent, owner=agent.owner, by=SYSTEM)[0]
