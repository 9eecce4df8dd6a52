"""Which tab and filters does the address ask for? What makes no sense there is left out."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

from approvals.models.choices import Risk

FOR_ME, POOL, DRAFTS, DECIDED = "me", "pool", "drafts", "decided"
TABS = (FOR_ME, POOL, DRAFTS, DECIDED)
OPEN_TABS = (FOR_ME, POOL)
"""Where requests wait, with a deadline to be late for."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the inbox; all of it lives in the address."""

    tab: str = FOR_ME
    risk: str = ""
    action_type: str = ""
    text: str = ""
    is_overdue: bool = False
    after: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> Filters:
        """From the address's query string; "+" arrives as a space in a cursor's time zone."""
        tab, risk = query.get("tab", ""), query.get("risk", "")
        is_open_tab = tab not in (DRAFTS, DECIDED)
        return cls(
            tab=tab if tab in TABS else FOR_ME,
            risk=risk if risk in Risk.values else "",
            action_type=_line(query.get("action_type", "")),
            # Text is looked for among what is open, which is bounded; what is decided grows for seven years.
            text=_line(query.get("q", "")) if tab != DECIDED else "",
            is_overdue=is_open_tab and query.get("overdue") == "1",
            after=_line(query.get("after", "")),
        )

    @property
    def has_deadlines(self) -> bool:
        """Whether what the tab lists can be overdue."""
        return self.tab in OPEN_TABS

    @property
    def are_set(self) -> bool:
        """Whether anything narrows the tab."""
        return bool(self.risk or self.action_type or self.text or self.is_overdue)


def _line(text: str) -> str:
    return text.replace("\0", "").strip()[:200]
