"""Which fields does an agent get back? These shapes document the answers that `representation` makes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from approvals.api.words import one_of
from approvals.models import Assignment, Outcome
from approvals.models.choices import BreachAction, Disposition, Pattern, Resolution, Risk, Status


class Answer(BaseModel):
    """camelCase on the wire; every field is always there."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")


class Votes(Answer):
    """How many approvals it takes, and how many the current payload has."""

    required: int
    approved: int


class VoteOut(Answer):
    """Whose vote counted, on whose authority, and what it says: printed name, time, meaning.

    `signedWith` is `session`, `password`, `code`, `provider` or `passkey`; null on votes from before this was noted.
    """

    reviewer: str
    on_behalf_of: str | None
    basis: str
    name: str
    meaning: str
    decided_at: datetime
    signed_with: str | None


class Decision(Answer):
    """How people, or the deadline, decided."""

    resolution: one_of([Status.APPROVED, *Resolution])  # type: ignore[valid-type]
    comment: str
    category: str
    decided_at: datetime
    votes: list[VoteOut]


class ClaimNote(Answer):
    """That the approval was taken for execution."""

    claim_id: UUID
    claimed_at: datetime


class OutcomeOut(Answer):
    """What the agent reported."""

    status: one_of(Outcome.Status)  # type: ignore[valid-type]
    detail: str
    payload_sha256: str = Field(alias="payloadSha256")
    mismatch: bool
    reported_at: datetime


class Warning(Answer):  # noqa: A001 - the wire's word
    """Something that would keep the request from reaching anybody, or from being judged well."""

    code: str
    message: str


class ApprovalOut(Answer):
    """A request as it stands."""

    id: UUID
    status: Status
    disposition: Disposition
    pattern: Pattern
    action_type: str
    action: str
    risk: Risk
    deadline: datetime | None
    breached: bool
    url: str
    votes: Votes
    payload: dict[str, Any]
    payload_version: int
    payload_sha256: str = Field(alias="payloadSha256")
    edited: bool
    changes: list[dict[str, Any]]
    decision: Decision | None
    claim: ClaimNote | None
    outcome: OutcomeOut | None
    valid_until: datetime | None
    warnings: list[Warning]
    initiated_by: str | None
    supersedes: UUID | None
    superseded_by: UUID | None
    created_at: datetime
    decided_at: datetime | None


class ApprovalPage(Answer):
    """Requests, newest first; `nextCursor` is null on the last page."""

    items: list[ApprovalOut]
    next_cursor: str | None


class ClaimOut(Answer):
    """Exactly what was approved, to be executed once."""

    claim_id: UUID
    payload: dict[str, Any]
    payload_sha256: str = Field(alias="payloadSha256")
    valid_until: datetime


class ReviewerOut(Answer):
    """Who would be asked by name, and who named them."""

    email: str
    named_by: one_of([Assignment.Source.POLICY, Assignment.Source.AGENT])  # type: ignore[valid-type]


class PolicyOut(Answer):
    """Which policy judged."""

    action_type: str
    workflow: str
    version: int


class Evaluation(Answer):
    """What would come of a proposal. `deadlineMinutes` and `breachAction` only where people would be asked."""

    status: one_of([Status.PENDING, Status.NOT_REQUIRED, Status.DRAFT])  # type: ignore[valid-type]
    disposition: Disposition
    pattern: Pattern
    risk: Risk
    reviewers: list[ReviewerOut]
    quorum: int
    deadline_minutes: int | None
    breach_action: BreachAction | None
    reasons: list[str]
    policy: PolicyOut


class ProblemError(Answer):
    """One place that does not fit."""

    pointer: str
    code: str
    message: str


class Problem(Answer):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[ProblemError] = []
