"""Which changes of rules wait for a second administrator, and what happens once one agrees?"""

from __future__ import annotations

from approvals.held import agents, channels, policies
from approvals.held.change import Change
from approvals.models import Loosening
from audit.message import Actor

__all__ = ["TAKE_EFFECT", "Change", "agents", "channels", "policies", "take_effect"]

Kind = Loosening.Kind

TAKE_EFFECT = {
    Kind.POLICY: policies.take_effect,
    Kind.AGENT: agents.take_effect,
    Kind.CHANNEL: channels.take_effect,
}


def take_effect(asked: Loosening, *, second: Actor) -> None:
    """Do what was asked for. Raises StateConflict where it would not make the difference that was shown."""
    TAKE_EFFECT[Kind(asked.kind)](asked, second=second)
