"""How does an agent come and change?"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from approvals.keys.facts import describe_agent, event_of
from approvals.models import Agent
from audit import clock, log
from audit.message import START, Actor
from grants.models import User


@transaction.atomic
def create_agent(
    name: str, *, owner: User, by: Actor, action_types: Sequence[str], workflows: Sequence[str]
) -> Agent:
    """An agent that may propose these action types in these workflows; `*` stands for every one.

    Raises ValidationError where a field is invalid, e.g. the name of another agent.
    """
    agent = Agent(name=name, owner=owner, action_types=list(action_types), workflows=list(workflows))
    agent.full_clean()
    agent.save(force_insert=True)
    log.record(event_of(agent, "agent.created", by, clock.now(), describe_agent(agent)), after=START)
    return agent


@transaction.atomic
def change_agent(agent: Agent, *, by: Actor, changed: Sequence[str], second: Actor | None = None) -> None:
    """Store the fields named in `changed` and no others. The new scope counts from the next call on.

    `second` is the administrator who agreed, where the agent may do more (docs/rules.md: loosening-takes-two).
    """
    if not changed:
        return
    Agent.objects.select_for_update().get(pk=agent.pk)
    agent.save(update_fields=changed)
    stored = Agent.objects.get(pk=agent.pk)
    agreed_by = second.as_facts() if second else None
    data = {**describe_agent(stored), "agreed_by": agreed_by}
    log.record(event_of(agent, "agent.changed", by, clock.now(), data))
