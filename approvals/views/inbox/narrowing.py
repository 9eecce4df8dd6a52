"""Which of these requests do the filters leave?"""

from __future__ import annotations

from approvals.authority import waits_for_another
from approvals.models.approval_queries import ApprovalQuerySet
from approvals.views.inbox import counting
from approvals.views.inbox.cursors import Cursor
from approvals.views.inbox.filters import DECIDED, Filters

BY_DECISION = ("-ended", "-id")
MOST_SEARCHED = 10_000
"""Of the requests with the words that a person looks for among what is decided, the latest so many are looked through
for those that concern them."""


def narrowed(rows: ApprovalQuerySet, filters: Filters, *, reads_everything: bool) -> ApprovalQuerySet:
    """The rows, which have sort keys, as far as every filter that is set lets them through."""
    if filters.risk:
        rows = rows.of_risk(filters.risk)
    if filters.action_type:
        rows = rows.of_type(filters.action_type)
    if filters.agent:
        rows = rows.of_agent(filters.agent_id)
    if filters.workflow:
        rows = rows.of_workflow(filters.workflow)
    if filters.alike:
        rows = rows.alike_to(filters.alike)
    if filters.text:
        rows = _saying(rows, filters, reads_everything=reads_everything)
    if filters.is_second:
        rows = rows.filter(waits_for_another())
    return rows


def _saying(rows: ApprovalQuerySet, filters: Filters, *, reads_everything: bool) -> ApprovalQuerySet:
    """What is open is bounded, and read by any part of its text; what is decided grows for seven years."""
    if filters.tab != DECIDED:
        return rows.saying(filters.text)
    return rows.with_words(
        filters.text,
        most=counting.MOST_COUNTED if reads_everything else MOST_SEARCHED,
        until=Cursor(BY_DECISION).start(filters.after),
        risk=filters.risk,
        action_type=filters.action_type,
        agent=str(filters.agent_id) if filters.agent else "",
        workflow=filters.workflow,
    )
