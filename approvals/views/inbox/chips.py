"""Which filters are set, in words, and which address is the list without one of them?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from approvals.models import Approval
from approvals.models.choices import Risk
from approvals.views.inbox.alike import title_of
from approvals.views.inbox.choices import Choices
from approvals.views.inbox.filters import Filters
from approvals.views.page import carried


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter: what it is called, what it asks for where that is not said already, and the address without it."""

    name: str
    value: str
    without: str

    @property
    def said(self) -> str:
        """`Risk: High`, `Overdue only`."""
        return f"{self.name}: {self.value}" if self.value else self.name


def chips_of(
    request: HttpRequest, filters: Filters, choices: Choices, rows: Sequence[Approval]
) -> list[Chip]:
    """One for each filter that narrows the tab; `rows` are what it leaves."""
    words = {
        "risk": (_("Risk"), str(Risk(filters.risk).label) if filters.risk else ""),
        "action_type": (_("Action type"), filters.action_type),
        "agent": (_("Agent"), choices.name_of(filters.agent_id)),
        "workflow": (_("Workflow"), filters.workflow),
        "q": (pgettext("what is looked for", "Text"), _("“%(text)s”") % {"text": filters.text}),
        "overdue": (_("Overdue only"), ""),
        "second": (_("Second approval only"), ""),
        "alike": (_("Alike"), title_of(rows) if rows else _("no longer there")),
    }
    return [
        Chip(*words[name], without=carried(request, **{"tab": filters.tab, name: None, "after": None}))
        for name in filters.set_names
    ]
