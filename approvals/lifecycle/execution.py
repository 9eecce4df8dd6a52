"""The agent withdraws a request, or takes an approval once and reports how it went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from approvals.exceptions import (
    AlreadyClaimed,
    AlreadyReported,
    ApprovalExpired,
    InvalidInput,
    NotApproved,
    NotInLog,
    Superseded,
)
from approvals.lifecycle import warrant
from approvals.lifecycle.beats import RequestEvent, lock, moment, record, require_pending
from approvals.lifecycle.closing import tell_who_was_asked
from approvals.lifecycle.deadline import in_time
from approvals.models import AgentKey, Approval, Claim, Notification, Outcome
from approvals.models.choices import Status
from approvals.notifications import notify
from patience import statements


@dataclass(frozen=True, slots=True)
class Report:
    """What the agent says it did. `payload_sha256` is of the payload it executed."""

    claim_id: UUID
    status: str
    payload_sha256: bytes
    detail: str = ""


def cancel(approval_id: UUID, *, by: AgentKey) -> Approval:
    """Withdraw a pending request; repeating it changes nothing.

    Raises Approval.DoesNotExist for a request that is not the key's, AlreadyDecided.
    """

    def act(approval: Approval, at: datetime) -> None:
        _require_covered(approval, by)
        if approval.status == Status.CANCELLED:
            return
        require_pending(approval)
        approval.status, approval.decided_at = Status.CANCELLED, at
        approval.save(update_fields=["status", "decided_at"])
        data = {"key": by.prefix, "payload": approval.version().value, "superseded_by": None}
        tell_who_was_asked(approval, at)
        record(_event(approval, "approval.cancelled", by, at, data))

    return in_time(approval_id, act, agent=by.agent_id)


def claim(approval_id: UUID, *, by: AgentKey, idempotency_key: str = "") -> Claim:
    """Take an approved request for execution, once. A repetition under a non-empty key returns the claim it made.

    Raises Approval.DoesNotExist for a request that is not the key's, NotApproved, AlreadyClaimed, Superseded,
    ApprovalExpired, and NotInLog where the log does not say that this payload was approved and may still be claimed:
    the administrators are told then. Raises LogKeyMissing while this process lacks a key of the log.
    """
    try:
        return _claim(approval_id, by, idempotency_key)
    except NotInLog as error:
        warrant.alarm(approval_id, str(error))
        raise NotInLog(warrant.SENTENCE) from None


@transaction.atomic
def _claim(approval_id: UUID, by: AgentKey, idempotency_key: str) -> Claim:
    approval = lock(approval_id, agent=by.agent_id)
    _require_covered(approval, by)
    if approval.status != Status.APPROVED:
        raise NotApproved(f"This request is {approval.state_name.lower()}; only an approved one is claimed.")
    at = moment(approval)
    earlier = _repeated(approval.claim, idempotency_key) if approval.is_claimed else None
    if not earlier:
        _require_open(approval, at)
    warrant.require(approval)
    if earlier:
        return earlier
    taken = Claim(approval=approval, idempotency_key=idempotency_key, key=by, claimed_at=at)
    data = {"claim": str(taken.claim_id), "key": by.prefix, "payload": approval.version().value}
    with statements.pipelined():
        statements.insert([taken])
        record(_event(approval, "approval.claimed", by, at, data))
    return taken


def _require_open(approval: Approval, at: datetime) -> None:
    if approval.successor_id:
        raise Superseded(
            f"This approval was superseded by {approval.successor_id}: claim the newer request once it is approved."
        )
    if approval.has_expired(at):
        raise ApprovalExpired("The approval was not claimed within its validity. Submit the action again.")


def _repeated(earlier: Claim, idempotency_key: str) -> Claim:
    if idempotency_key and idempotency_key == earlier.idempotency_key:
        return earlier
    raise AlreadyClaimed("This approval was claimed before. An approval is executed at most once.")


@transaction.atomic
def report(approval_id: UUID, report: Report, *, by: AgentKey) -> Outcome:
    """Store the outcome of a claimed approval; repeating a report changes nothing.

    A hash that differs from the approved one is recorded as `execution.mismatch`, and people are told. Raises
    Approval.DoesNotExist for a request that is not the key's, InvalidInput for an unknown claim, AlreadyReported.
    """
    approval = lock(approval_id, agent=by.agent_id)
    _require_covered(approval, by)
    if not approval.is_claimed or approval.claim.claim_id != report.claim_id:
        raise InvalidInput(
            "claimId names no claim of this request: claim it first, and send the claimId you got."
        )
    if hasattr(approval.claim, "outcome"):
        return _same_report(approval.claim.outcome, report)
    at = moment(approval)
    version = approval.version()
    outcome = Outcome(
        claim=approval.claim,
        status=report.status,
        detail=report.detail,
        payload_sha256=report.payload_sha256,
        is_mismatch=report.payload_sha256 != bytes(version.sha256),
        reported_at=at,
    )
    data = {
        "claim": str(report.claim_id),
        "status": outcome.status,
        "detail": outcome.detail,
        "executed_sha256": report.payload_sha256.hex(),
    }
    event = "execution.mismatch" if outcome.is_mismatch else "execution.reported"
    with statements.pipelined():
        statements.insert([outcome])
        record(_event(approval, event, by, at, data))
        if outcome.is_mismatch:
            _tell_of_mismatch(approval, at)
    return outcome


def _require_covered(approval: Approval, key: AgentKey) -> None:
    """What its key may not touch is to an agent as if it were not there (docs/rules.md: keys-stay-in-scope)."""
    if not key.covers(approval.action_type, approval.workflow):
        raise Approval.DoesNotExist


def _event(approval: Approval, event: str, by: AgentKey, at: datetime, data: dict[str, Any]) -> RequestEvent:
    """What an agent did with a request, whose payload stands."""
    actor, version = by.agent.as_actor(), approval.version()
    return RequestEvent(approval, event, actor=actor, at=at, version=version, data=data)


def _same_report(earlier: Outcome, report: Report) -> Outcome:
    is_same = (
        earlier.status == report.status
        and earlier.detail == report.detail
        and bytes(earlier.payload_sha256) == report.payload_sha256
    )
    if not is_same:
        raise AlreadyReported("An outcome was reported before, and it differs. The first one stands.")
    return earlier


def _tell_of_mismatch(approval: Approval, at: datetime) -> None:
    """Tell the voters, the reviewers named on it and the agent's owner."""
    people = [vote.user.email for vote in approval.votes.all()]
    people += [assignment.email for assignment in approval.assignments.all()]
    people.append(approval.agent.owner.email)
    notify(approval, Notification.Kind.MISMATCH, people, at=at)
