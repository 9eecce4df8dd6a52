"""Does a proposal leave room for those of other agents? How many may be open, and how many people may be asked."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from approvals import rates
from approvals.exceptions import TooManyOpen
from approvals.lifecycle.judging import Judgement, Submission
from approvals.models import Approval
from approvals.models.choices import Status

RETRY_SECONDS = 60
"""People decide no faster than that."""


def keep_to_share(
    submission: Submission, judgement: Judgement, *, agent_id: UUID, pending: int, instead_of: Approval | None
) -> None:
    """Raises TooManyOpen, or RateExceeded for its assignees. `pending` of the agent's requests are open already.

    A proposal `instead_of` an open one opens no other. Calls at one moment may go over the number by as many.
    """
    is_asked = judgement.verdict.status != Status.NOT_REQUIRED
    is_one_more = judgement.verdict.status == Status.PENDING and not (instead_of and instead_of.is_pending)
    most = settings.AGENT_OPEN_REQUESTS
    if is_one_more and pending >= most:
        raise TooManyOpen(
            f"This agent has {most:,} open requests, and may have no more: wait for decisions, or cancel what is no "
            "longer needed. Then repeat the call with the same Idempotency-Key.",
            wait=RETRY_SECONDS,
        )
    if is_asked and submission.assignees:
        rates.take_of_agent("assignees", agent_id, cost=len(submission.assignees))
    if is_asked and judgement.strangers:
        rates.take_of_agent("outside_assignees", agent_id, cost=len(judgement.strangers))
