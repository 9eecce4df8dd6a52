"""Which tab and filters does the address ask for? What makes no sense there is said, and left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.http import QueryDict

from approvals.models.choices import Risk

FOR_ME, POOL, DRAFTS, DECIDED = "me", "pool", "drafts", "decided"
TABS = (FOR_ME, POOL, DRAFTS, DECIDED)
OPEN_TABS = (FOR_ME, POOL)
"""Where requests wait, with a deadline to be late for."""
NARROW = ("risk", "action_type", "agent", "workflow", "q", "overdue", "second", "alike")
"""The names in the address that leave something out, in the order of the form."""
_NOT_IN = {
    "overdue": (DRAFTS, DECIDED),
    "second": (DRAFTS, DECIDED),
    "alike": (DECIDED,),
    "group": (DECIDED,),
}
"""What not every tab has."""
_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the inbox; all of it lives in the address."""

    tab: str = FOR_ME
    risk: str = ""
    action_type: str = ""
    agent: str = ""
    workflow: str = ""
    text: str = ""
    is_overdue: bool = False
    is_second: bool = False
    alike: str = ""
    groups_alike: bool = False
    after: str = ""
    set_aside: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    """Names and values of the address that mean nothing in this tab, and something in the next one."""
    unknown: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    """Names and values of the address that mean nothing in any tab."""

    @classmethod
    def read(cls, query: QueryDict) -> Filters:
        """From the address's query string; "+" arrives as a space in a cursor's time zone."""
        tab = query.get("tab", "")
        wanted = {name: value for name in (*NARROW, "group") if (value := line(query.get(name, "")))}
        here = {name: value for name, value in wanted.items() if tab not in _NOT_IN.get(name, ())}
        risk = here.get("risk", "")
        return cls(
            tab=tab if tab in TABS else FOR_ME,
            risk=risk if risk in Risk.values else "",
            action_type=here.get("action_type", ""),
            agent=here.get("agent", ""),
            workflow=here.get("workflow", ""),
            text=here.get("q", ""),
            is_overdue=here.get("overdue") == "1",
            is_second=here.get("second") == "1",
            alike=here.get("alike", ""),
            groups_alike=here.get("group") == "1",
            after=line(query.get("after", "")),
            set_aside=tuple((name, value) for name, value in wanted.items() if name not in here),
            unknown=(("risk", risk),) if risk and risk not in Risk.values else (),
        )

    @property
    def has_deadlines(self) -> bool:
        """Whether what the tab lists can be overdue."""
        return self.tab in OPEN_TABS

    @property
    def agent_id(self) -> UUID:
        """The agent that the address names; where that is no id, one that no agent has."""
        try:
            return UUID(self.agent)
        except ValueError:
            return _NOBODY

    @property
    def are_set(self) -> bool:
        """Whether anything narrows the tab."""
        return bool(self.set_names)

    @property
    def set_names(self) -> Sequence[str]:
        """Those of NARROW that narrow the tab."""
        values = (
            *(self.risk, self.action_type, self.agent, self.workflow, self.text),
            *(self.is_overdue, self.is_second, self.alike),
        )
        return [name for name, value in zip(NARROW, values, strict=True) if value]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the form has no field for, and keeps."""
        own = [("alike", self.alike), ("group", "1" if self.groups_alike else "")]
        return [*((name, value) for name, value in own if value), *self.set_aside]


def line(text: str) -> str:
    """What was typed to look for, bounded and without what PostgreSQL refuses."""
    return text.replace("\0", "").strip()[:200]
