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
    # May propose everything: its key is in demo.json, for people who try the endpoint.
    SALES: [ANY],
    VENDORS: ["account_modification"],
    ACCESS: ["access_change"],
}


def ensure_agents() -> dict[str, Agent]:
    """The demo's agents by name; an agent that exists already stays as it is."""
    owner = User.objects.get(email=OWNER)
    found = {agent.name: agent for agent in Agent.objects.filter(name__in=SCOPES)}
    for name, action_types in SCOPES.items():
        if name not in found:
            found[name] = keys.create_agent(
                name, owner=owner, by=SYSTEM, action_types=action_types, workflows=[ANY]
            )
    return found


def ensure_key_text(agent: Agent, text: str) -> str:
    """`text` if it is still a valid key of the agent, else the text of a new key."""
    known = keys.authenticate(text)
    if known is not None and known.agent_id == agent.pk:
        return text
    return keys.create_key(agent, owner=agent.owner, by=SYSTEM)[1]


def key_of(agent: Agent) -> AgentKey:
    """A valid key of the agent. If a new one must be created, its text is kept nowhere."""
    at = clock.now()
    valid = (key for key in agent.keys.select_related("agent") if key.is_valid(at))
    return next(valid, None) or keys.create_key(agent, owner=agent.owner, by=SYSTEM)[0]
