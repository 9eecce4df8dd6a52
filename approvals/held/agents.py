"""Does a change let an agent propose more, or move the bar of its owner? Then it waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from approvals import keys
from approvals.held.change import Change, changed_meanwhile, row
from approvals.models import Agent, Loosening
from approvals.models.agent import ANY
from audit.message import Actor
from grants.models import User


def weigh(agent: Agent, *, changed: Sequence[str]) -> Change | None:
    """The change if the fields named in `changed` loosen anything, else None. The agent's row is locked.

    Another owner is looser: the one who answered for it so far could decide what it proposes from now on. So is
    another name, which conditions read.
    """
    before = Agent.objects.select_for_update(of=("self",)).select_related("owner").get(pk=agent.pk)
    old, new = _facts(before), _facts(agent)
    difference = [
        row(name, old[name], new[name], is_looser=_is_looser(name, old[name], new[name]))
        for name in old
        if name in changed and old[name] != new[name]
    ]
    if not any(one["is_looser"] for one in difference):
        return None
    return Change(
        kind=Loosening.Kind.AGENT,
        subject=agent.as_subject(),
        key=str(agent.pk),
        name=before.name,
        wanted={one["term"]: one["new"] for one in difference},
        drawn_from=[old],
        difference=difference,
        concerned=[before.owner.email, agent.owner.email],
    )


def take_effect(asked: Loosening, *, second: Actor) -> None:
    """Store it. Raises StateConflict where the agent was changed since, or the new owner's account is closed."""
    agent = Agent.objects.select_for_update(of=("self",)).select_related("owner").get(pk=asked.subject_id)
    if [_facts(agent)] != asked.drawn_from:
        raise changed_meanwhile()
    if Agent.objects.exclude(pk=agent.pk).filter(name=asked.wanted.get("name", agent.name)).exists():
        raise changed_meanwhile()
    for name, value in asked.wanted.items():
        setattr(agent, name, _owner(value) if name == "owner" else value)
    keys.change_agent(agent, by=asked.asked_by.as_actor(), changed=list(asked.wanted), second=second)


def _facts(agent: Agent) -> dict[str, Any]:
    return {
        "name": agent.name,
        "owner": agent.owner.email,
        "action_types": list(agent.action_types),
        "workflows": list(agent.workflows),
        "is_active": agent.is_active,
    }


def _is_looser(name: str, old: Any, new: Any) -> bool:
    if name in ("action_types", "workflows"):
        return ANY not in old and bool(set(new) - set(old))
    return name in ("name", "owner") or (name == "is_active" and new)


def _owner(email: str) -> User:
    found = User.objects.filter(email=email, is_active=True).first()
    if found is None:
        raise changed_meanwhile()
    return found
