"""Which tab and filters does the address ask for? What makes no sense there is left out."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import QueryDict

from approvals.models.choices import Risk

FOR_ME, POOL, DRAFTS, DECIDED = "me", "pool", "drafts", "decided"
TABS = (FOR_ME, POOL, DRAFTS, DECIDED)
OPEN_TABS = (FOR_ME, POOL)
"""Where requests wait, with a deadline to be late for."""
_NOT_IN = {"q": (DECIDED,), "overdue": (DRAFTS, DECIDED), "second": (DRAFTS, DECIDED)}
"""The filters that not every tab has."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the inbox; all of it lives in the address."""

    tab: str = FOR_ME
    risk: str = ""
    action_type: str = ""
    text: str = ""
    is_overdue: bool = False
    is_second: bool = False
    after: str = ""
    set_aside: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    """Names and values of the address that mean nothing in this tab, and something in the next one."""

    @classmethod
    def read(cls, query: QueryDict) -> Filters:
        """From the address's query string; "+" arrives as a space in a cursor's time zone."""
        tab, risk = query.get("tab", ""), query.get("risk", "")
        # Text is looked for among what is open, which is bounded; what is decided grows for seven years.
        wanted = {name: value for name in _NOT_IN if (value := line(query.get(name, "")))}
        here = {name: value for name, value in wanted.items() if tab not in _NOT_IN[name]}
        return cls(
            tab=tab if tab in TABS else FOR_ME,
            risk=risk if risk in Risk.values else "",
            action_type=line(query.get("action_type", "")),
            text=here.get("q", ""),
            is_overdue=here.get("overdue") == "1",
            is_second=here.get("second") == "1",
            after=line(query.get("after", "")),
            set_aside=tuple((name, value) for name, value in wanted.items() if name not in here),
        )

    @property
    def has_deadlines(self) -> bool:
        """Whether what the tab lists can be overdue."""
        return self.tab in OPEN_TABS

    @property
    def are_set(self) -> bool:
        """Whether anything narrows the tab."""
        return bool(self.risk or self.action_type or self.text or self.is_overdue or self.is_second)


def line(text: str) -> str:
    """What was typed to look for, bounded and without what PostgreSQL refuses."""
    return text.replace("\0", "").strip()[:200]
