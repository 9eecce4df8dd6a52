"""How is the difference that a change makes shown to the administrator who is to agree? Term by term, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.models import Agent, Policy
from audit.joined import both

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

WHY: dict[str, StrPromise] = {
    "pattern": gettext_lazy("People look at fewer actions."),
    "risk": gettext_lazy("The least risk is lower."),
    "quorum": gettext_lazy("Fewer people approve."),
    "reviewers": gettext_lazy("Somebody may decide who may not now, or the agent alone names who is asked."),
    "required_evidence": gettext_lazy("Less evidence is demanded."),
    "required_evidence_tones": gettext_lazy("Less evidence is demanded."),
    "require_initiated_by": gettext_lazy(
        "The agent need not say for whom it acts, so nobody is barred as that person."
    ),
    "allow_outside_assignees": gettext_lazy("People outside the organisation may be named."),
    "allow_self_approval": gettext_lazy("People may decide what is proposed for them."),
    "breach_action": gettext_lazy("Less follows when nobody decides in time."),
    "escalation": gettext_lazy("Other people are asked, and may decide, when the deadline passes."),
    "validity_minutes": gettext_lazy("An approval can be claimed for longer."),
    "minimum_confidence": gettext_lazy("More actions run without anybody looking."),
    "condition": gettext_lazy("Another condition cannot be compared: more may run without anybody looking."),
    "locked_fields": gettext_lazy("Reviewers may edit more of the payload."),
    "action_type": gettext_lazy("No policy covers it yet, so that nothing can be proposed."),
    "action_types": gettext_lazy("The agent may propose more."),
    "workflows": gettext_lazy("The agent may name more workflows."),
    "name": gettext_lazy("Conditions of policies may read the name."),
    "owner": gettext_lazy("The owner until now could decide what the agent proposes."),
    "is_active": gettext_lazy("The agent may propose again."),
    "channel": gettext_lazy("It leads outside, and hears of every breach."),
}
"""By term: why it is looser."""


@dataclass(frozen=True, slots=True)
class Line:
    """One term as it was and as it would be; `why` says why that is looser, and is empty where it is not."""

    term: str
    old: str
    new: str
    why: str


def in_words(difference: Iterable[Mapping[str, Any]]) -> list[Line]:
    """The lines of the table, in the reader's language."""
    return [
        Line(
            term=_label(row["term"]),
            old=_value(row["term"], row["old"]),
            new=_value(row["term"], row["new"]),
            why=str(WHY[row["term"]]) if row["is_looser"] else "",
        )
        for row in difference
    ]


def _field(term: str) -> Any:
    for model in (Policy, Agent):
        try:
            return model._meta.get_field(term)
        except FieldDoesNotExist:
            continue
    return None


def _label(term: str) -> str:
    field = _field(term)
    return capfirst(str(field.verbose_name)) if field else _("Channel")


def _value(term: str, value: Any) -> str:
    if value is None or value in ("", []):
        return "—"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if term == "escalation":
        return "; ".join(f"{step['after_minutes']}: {reduce(both, step['emails'])}" for step in value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    choices = dict(getattr(_field(term), "choices", None) or {})
    return str(choices.get(value, value))
