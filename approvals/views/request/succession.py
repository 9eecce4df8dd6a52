"""Was this proposed before, and what is different now?"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from approvals import authority, payload
from approvals.models import Approval, read_whole
from approvals.payload import Change
from approvals.views.request.access import Case
from approvals.views.request.corrections import schema_of
from approvals.views.request.ending import Ending, ending


@dataclass(frozen=True, slots=True)
class Succession:
    """The request that this one supersedes, how that stands, and what the agent changed since.

    `before` is None where this person may not read it; they learn only that other people were asked.

    `changes` go from the payload as people last saw it to what the agent proposes now, `facts` are what differs
    beside the payload.
    """

    before: Approval | None
    how: str
    ending: Ending | None
    changes: list[Change]
    facts: list[Change]


def succession_of(case: Case) -> Succession | None:
    """None for a request that was not proposed before."""
    if case.approval.supersedes_id is None:
        return None
    (before,) = read_whole(Approval.objects.filter(pk=case.approval.supersedes_id))
    how = before.get_status_display().lower()
    if not authority.may_read(case.person, before, at=case.at, held=case.held):
        return Succession(before=None, how=how, ending=None, changes=[], facts=[])
    old, new = before.version().value, case.approval.version(1).value
    earlier = Case(before, case.person, case.ruling, case.at, case.held)
    return Succession(
        before=before,
        how=how,
        ending=None if before.is_pending or before.is_draft else ending(earlier),
        changes=payload.comparison(old, new, schema_of(case.approval)),
        facts=payload.comparison(_facts(before), _facts(case.approval)),
    )


@dataclass(frozen=True, slots=True)
class Successor:
    """The request that supersedes this one; `after` is None where this person may not read it."""

    after: Approval | None


def successor_of(case: Case) -> Successor | None:
    """None for a request that was not proposed again."""
    if case.approval.successor_id is None:
        return None
    visible = authority.visible_to(case.person, at=case.at, held=case.held)
    return Successor(visible.filter(pk=case.approval.successor_id).first())


def _facts(approval: Approval) -> dict[str, str | float]:
    """What the agent says around the payload, by the words of the page; what it does not say is left out."""
    facts = {
        _("Action"): approval.action,
        _("Risk"): approval.get_risk_display(),
        _("Summary"): approval.summary,
        _("Rationale"): approval.rationale,
        _("Confidence"): approval.confidence,
        _("Evidence"): "\n".join(f"{item['label']}: {item['value']}" for item in approval.evidence),
    }
    return {name: fact for name, fact in facts.items() if fact not in ("", None)}
