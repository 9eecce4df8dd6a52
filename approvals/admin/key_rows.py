"""What does an agent's page say of its keys?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals import keys
from approvals.models import EVERY_SCOPE, Agent, AgentKey, Ended
from approvals.models.agent import ANY


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key as it stands: `why` it opens nothing, whether it `is_ending` soon, and the valid key in its place."""

    key: AgentKey
    why: Ended | None
    is_ending: bool
    successor: AgentKey | None

    @property
    def can_be_rotated(self) -> bool:
        return self.why is None and self.successor is None

    @property
    def scopes(self) -> str:
        """As the endpoint calls them; a key with all of them does all that an agent does."""
        return ", ".join(scope for scope in EVERY_SCOPE if scope in self.key.scopes)

    @property
    def action_types(self) -> str:
        """Those that it is narrowed to; empty where it is not."""
        return "" if ANY in self.key.action_types else ", ".join(self.key.action_types)

    @property
    def workflows(self) -> str:
        """Those that it is narrowed to; empty where it is not."""
        return "" if ANY in self.key.workflows else ", ".join(self.key.workflows)


def rows(agent: Agent, at: datetime) -> list[KeyRow]:
    """The agent's keys, the newest first, in one query; none where keys and owners were read along."""
    found = list(agent.keys.all() if _is_prefetched(agent) else agent.keys.select_related("owner"))
    known = {key.pk: key for key in found}
    for key in found:
        key.agent = agent
        key.replaces = known.get(key.replaces_id) if key.replaces_id else None
    successors = {key.replaces_id: key for key in found if key.replaces_id and key.is_valid(at)}
    return [_row(key, successors.get(key.pk), at) for key in found]


def in_short(agent: Agent, at: datetime) -> str:
    """How many keys of the agent are valid, and what somebody should look at."""
    found = rows(agent, at)
    count = sum(row.why is None for row in found)
    said = [ngettext("%(count)d valid", "%(count)d valid", count) % {"count": count}]
    if any(row.is_ending for row in found):
        said.append(_("expires soon"))
    if any(row.why == Ended.OWNER for row in found):
        said.append(_("owner's account closed"))
    return ", ".join(said)


def _is_prefetched(agent: Agent) -> bool:
    return "keys" in getattr(agent, "_prefetched_objects_cache", {})


def _row(key: AgentKey, successor: AgentKey | None, at: datetime) -> KeyRow:
    is_ending = successor is None and keys.days_told(key, at) is not None
    return KeyRow(key, key.why_ended(at), is_ending, successor)
