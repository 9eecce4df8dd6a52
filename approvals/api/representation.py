"""How does a request read on the wire? One function for every call that returns it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings

from approvals import payload, proposal_quality, reach
from approvals.exceptions import LogKeyMissing
from approvals.lifecycle import NOT_IN_LOG, Judgement, Submission, unproven
from approvals.models import Approval, Claim, Vote
from approvals.models.choices import Disposition, Status
from audit import clock
from audit.clock import rfc3339


def approval_out(approval: Approval, *, at: datetime | None = None) -> dict[str, Any]:
    """The fields of `answers.ApprovalOut`, as it stands at that moment, or when it was read."""
    at = at or approval.read_at or clock.now()
    if approval.warnings is not None:  # submitted by this very call, with its event
        return _out(approval, approval.warnings, at)
    return _all_out([approval], {approval.pk: reach.warnings(approval, at=at)}, at)[0]


def approvals_out(approvals: Sequence[Approval]) -> list[dict[str, Any]]:
    """The fields of `answers.ApprovalOut` for requests that were read whole: one query for the warnings of all."""
    at = next((one.read_at for one in approvals if one.read_at), None) or clock.now()
    return _all_out(approvals, reach.warnings_of(approvals, at=at), at)


def waited_for_out(approvals: Sequence[Approval]) -> list[dict[str, Any]]:
    """The fields of `answers.ApprovalOut` for agents that wait: warnings are looked up only now and then."""
    at = next((one.read_at for one in approvals if one.read_at), None) or clock.now()
    return _all_out(approvals, {one.pk: reach.warnings_lately(one, at=at) for one in approvals}, at)


def as_bytes(body: dict[str, Any]) -> bytes:
    """What is sent."""
    return orjson.dumps(body)


def _all_out(
    approvals: Sequence[Approval], warnings: Mapping[UUID, list[dict[str, str]]], at: datetime
) -> list[dict[str, Any]]:
    """Where the log does not bear a request out, its agent stops, and reads why among the warnings.

    Where this process lacks a key, the agent waits.
    """
    refusals = unproven(approvals, at=at)
    found = []
    for one in approvals:
        out = _out(one, warnings[one.pk], at)
        if refusal := refusals.get(one.pk):
            is_for_now = isinstance(refusal, LogKeyMissing)
            why = {"code": refusal.code, "message": str(refusal) if is_for_now else NOT_IN_LOG}
            told = Disposition.WAIT if is_for_now else Disposition.STOP
            out |= {"disposition": told, "warnings": [*out["warnings"], why]}
        found.append(out)
    return found


def _out(approval: Approval, warnings: list[dict[str, str]], at: datetime) -> dict[str, Any]:
    version = approval.version()
    votes = [
        v for v in approval.votes.all() if v.verdict == Vote.Verdict.APPROVE and v.version == version.number
    ]
    return {
        "id": str(approval.pk),
        "status": approval.status,
        "disposition": approval.disposition(at),
        "pattern": approval.pattern,
        "actionType": approval.action_type,
        "action": approval.action,
        "risk": approval.risk,
        "deadline": _moment(approval.deadline),
        "breached": approval.breached_at is not None or approval.is_overdue(at),
        "url": f"{settings.PUBLIC_URL}{approval.get_absolute_url()}",
        "votes": {"required": approval.quorum, "approved": len(votes)},
        "payload": json.loads(bytes(version.canonical)),
        "payloadVersion": version.number,
        "payloadSha256": version.digest,
        "edited": version.number > 1,
        "changes": payload.patch(approval.version(1).value, version.value) if version.number > 1 else [],
        "decision": _decision(approval, votes),
        "claim": _claim(approval),
        "outcome": _outcome(approval),
        "validUntil": _moment(approval.valid_until),
        "warnings": warnings,
        "initiatedBy": approval.initiated_by or None,
        "supersedes": str(approval.supersedes_id) if approval.supersedes_id else None,
        "supersededBy": str(approval.successor_id) if approval.successor_id else None,
        "createdAt": rfc3339(approval.created_at),
        "decidedAt": _moment(approval.decided_at),
    }


def claim_out(claim: Claim) -> dict[str, Any]:
    """The fields of `answers.ClaimOut`."""
    version = claim.approval.version()
    return {
        "claimId": str(claim.claim_id),
        "payload": json.loads(bytes(version.canonical)),
        "payloadSha256": version.digest,
        "validUntil": _moment(claim.approval.valid_until),
    }


def evaluation_out(submission: Submission, judgement: Judgement) -> dict[str, Any]:
    """The fields of `answers.Evaluation`."""
    found, verdict = judgement.found, judgement.verdict
    poor = proposal_quality.warnings(
        action=submission.action,
        rationale=submission.rationale,
        evidence=submission.evidence,
        payload=submission.payload,
        risk=verdict.risk,
    )
    return {
        "status": verdict.status,
        "disposition": _DISPOSITIONS[verdict.status],
        "pattern": verdict.pattern,
        "risk": verdict.risk,
        "reviewers": [{"email": one.email, "namedBy": one.source} for one in verdict.reviewers],
        "quorum": verdict.quorum,
        "deadlineMinutes": verdict.sla_minutes,
        "breachAction": verdict.breach_action,
        "reasons": [*verdict.reasons, *(one["message"] for one in poor if verdict.is_gated)],
        "policy": {"actionType": found.action_type, "workflow": found.workflow, "version": found.version},
    }


_DISPOSITIONS = {
    Status.PENDING: Disposition.WAIT,
    Status.NOT_REQUIRED: Disposition.PROCEED,
    Status.DRAFT: Disposition.STOP,
}


def _decision(approval: Approval, approving: list[Vote]) -> dict[str, Any] | None:
    if approval.status not in (Status.APPROVED, Status.REJECTED):
        return None
    is_approved = approval.status == Status.APPROVED
    rejecting = [vote for vote in approval.votes.all() if vote.verdict == Vote.Verdict.REJECT]
    votes = approving if is_approved else rejecting
    return {
        "resolution": "approved" if is_approved else approval.resolution,
        "comment": "\n\n".join(vote.comment for vote in votes if vote.comment),
        "category": next((vote.category for vote in votes if vote.category), ""),
        "decidedAt": _moment(approval.decided_at),
        "votes": [_vote(vote) for vote in votes],
    }


def _vote(vote: Vote) -> dict[str, Any]:
    is_own = vote.principal_id == vote.user_id
    return {
        "reviewer": vote.user.email,
        "onBehalfOf": None if is_own else vote.principal.email,
        "basis": vote.basis,
        "name": vote.printed_name,
        "meaning": vote.meaning,
        "decidedAt": rfc3339(vote.decided_at),
        "signedWith": vote.signed_with,
    }


def _claim(approval: Approval) -> dict[str, Any] | None:
    if not approval.is_claimed:
        return None
    return {"claimId": str(approval.claim.claim_id), "claimedAt": rfc3339(approval.claim.claimed_at)}


def _outcome(approval: Approval) -> dict[str, Any] | None:
    if not approval.is_claimed or not hasattr(approval.claim, "outcome"):
        return None
    outcome = approval.claim.outcome
    return {
        "status": outcome.status,
        "detail": outcome.detail,
        "payloadSha256": bytes(outcome.payload_sha256).hex(),
        "mismatch": outcome.is_mismatch,
        "reportedAt": rfc3339(outcome.reported_at),
    }


def _moment(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None
