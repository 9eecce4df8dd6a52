"""Did an edit make this person's approval void, and what changed since they gave it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from approvals import payload
from approvals.payload import Change
from approvals.views.request.access import Case
from approvals.views.request.corrections import schema_of


@dataclass(frozen=True, slots=True)
class Voided:
    """The version that this person approved, when, who edited it since, and what is different now.

    `by` is empty where the request's page must not show who has voted.
    """

    version: int
    at: datetime
    by: str
    changes: list[Change]


def voided_of(case: Case) -> Voided | None:
    """None for a person whose approval still counts, or who gave none."""
    vote = case.voided_vote
    if vote is None:
        return None
    before, now = case.approval.version(vote.version), case.approval.version()
    editor = now.edited_by
    return Voided(
        version=vote.version,
        at=vote.decided_at,
        by=editor.get_full_name() if editor and not case.is_blind else "",
        changes=payload.comparison(before.value, now.value, schema_of(case.approval)),
    )
