"""An agent proposes an action."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from approvals import policy
from approvals.authority import barred_addresses
from approvals.exceptions import IdempotencyConflict, InvalidInput, StateConflict
from approvals.lifecycle.asking import ask_enough
from approvals.lifecycle.beats import RequestEvent, new_version, record
from approvals.lifecycle.deadline import breach_if_overdue
from approvals.lifecycle.judging import Judgement, Submission, judge
from approvals.lifecycle.superseding import end, lock_to_supersede
from approvals.models import Agent, AgentKey, Approval, Assignment, Notification, PayloadVersion, Policy
from approvals.models.choices import Status
from approvals.notifications import notify, pool_watchers
from approvals.reach import gather
from audit import clock
from audit.clock import rfc3339
from audit.message import START

SAID = (
    "action_type",
    "action",
    "summary",
    "rationale",
    "confidence",
    "evidence",
    "context",
    "workflow",
    "run_id",
    "initiated_by",
)
"""What the agent said: the request and its first event hold it under these names."""
RULED = ("pattern", "risk", "quorum")
"""What the verdict ruled: the request and its first event hold it under these names."""


def find_previous(agent: Agent, idempotency_key: str, request_sha256: bytes) -> Approval | None:
    """The request that this idempotency key already made. Raises IdempotencyConflict if its body was another."""
    previous = Approval.objects.filter(agent=agent, idempotency_key=idempotency_key).first()
    if previous and bytes(previous.request_sha256) != request_sha256:
        raise IdempotencyConflict(
            "This Idempotency-Key came before with another body. Use a new key for a new proposal."
        )
    return previous


def submit(submission: Submission, *, key: AgentKey, idempotency_key: str) -> tuple[Approval, bool]:
    """Open a request, or record that none is needed; the bool says whether it is new.

    A request that it supersedes ends. Raises NotPermitted (the key's scope), InvalidInput,
    IdempotencyConflict, AlreadySuperseded, CannotSupersede.
    """
    judgement = judge(submission, key=key)
    earlier = _find_superseded(key.agent, submission)
    if earlier:
        breach_if_overdue(earlier.pk)
    try:
        with transaction.atomic():
            before = lock_to_supersede(earlier.pk) if earlier else None
            at = clock.now()
            approval = _build(submission, judgement, key=key, at=at)
            approval.idempotency_key, approval.supersedes = idempotency_key, before
            _store(approval, submission, judgement, at)
            if before:
                end(before, approval, key=key, at=at)
    except (IntegrityError, StateConflict):
        # Two calls with one key at once, and the other made the request.
        previous = find_previous(key.agent, idempotency_key, submission.request_sha256)
        if previous is None:
            raise
        return previous, False
    return approval, True


def _find_superseded(agent: Agent, submission: Submission) -> Approval | None:
    if submission.supersedes is None:
        return None
    found = Approval.objects.filter(agent=agent, pk=submission.supersedes).first()
    if found is None:
        sentence = "supersedes names no request of this agent: send the id of an earlier one, or null."
        raise InvalidInput.at("/supersedes", "unknown_request", sentence)
    return found


def _build(submission: Submission, judgement: Judgement, *, key: AgentKey, at: datetime) -> Approval:
    found, verdict = judgement.found, judgement.verdict
    said = _values(submission, SAID)
    said |= {"evidence": list(submission.evidence), "initiated_by": submission.initiated_by.lower()}
    return Approval(
        **said,
        **_values(verdict, RULED),
        agent=key.agent,
        key=key,
        agent_owner=key.agent.owner,
        key_owner=key.owner,
        request_sha256=submission.request_sha256,
        payload_schema=submission.schema_source,
        locked_fields=list(dict.fromkeys([*found.locked_fields, *submission.locked_fields])),
        policy=found,
        reasons=list(verdict.reasons),
        sla_minutes=verdict.sla_minutes,
        deadline=at + timedelta(minutes=verdict.sla_minutes) if verdict.sla_minutes else None,
        remind_at=_remind_at(found, verdict, at),
        breach_action=verdict.breach_action or "",
        shadow_would_run=verdict.shadow.would_run if verdict.shadow else None,
        shadow_reason=verdict.shadow.reason if verdict.shadow else "",
        status=verdict.status,
        created_at=at,
        decided_at=at if verdict.status == Status.NOT_REQUIRED else None,
    )


def _remind_at(found: Policy, verdict: policy.Verdict, at: datetime) -> datetime | None:
    """When reviewers are reminded: after the policy's share of the SLA. A share of 0 or 1 reminds nobody."""
    if not verdict.sla_minutes or not found.reminder_share or found.reminder_share >= 1:
        return None
    return at + timedelta(minutes=verdict.sla_minutes) * found.reminder_share


EVENTS = {
    Status.PENDING: "approval.requested",
    Status.NOT_REQUIRED: "approval.not_required",
    Status.DRAFT: "draft.recorded",
}
TOLD = {Status.PENDING: Notification.Kind.REQUESTED, Status.DRAFT: Notification.Kind.DRAFT}


def _store(approval: Approval, submission: Submission, judgement: Judgement, at: datetime) -> None:
    verdict = judgement.verdict
    approval.save(force_insert=True)
    version = new_version(approval, submission.payload_source, submission.payload, at=at, number=1)
    PayloadVersion.objects.bulk_create([version])
    Assignment.objects.bulk_create(
        Assignment(approval=approval, email=reviewer.email, source=reviewer.source, created_at=at)
        for reviewer in verdict.reviewers
    )
    approval.chain = START
    submitted = RequestEvent(
        approval,
        EVENTS[verdict.status],
        actor=approval.agent.as_actor(),
        at=at,
        version=version,
        data={**_facts(approval, verdict), "payload": submission.payload},
    )
    record(submitted, people=[reviewer.email for reviewer in verdict.reviewers])
    if verdict.status in TOLD:
        _tell(approval, verdict, at)


def _tell(approval: Approval, verdict: policy.Verdict, at: datetime) -> None:
    """Tell the people who may act on it, and the approvers who chose to hear of every request in the pool."""
    named = [reviewer.email for reviewer in verdict.reviewers]
    asked = gather(named, at=at).of(approval, named)
    notify(approval, TOLD[verdict.status], asked, at=at)
    if verdict.status == Status.PENDING:
        also = ask_enough([approval], at)
        away = barred_addresses(approval).union(asked, (one.address for one in also))
        watching = [address for address in pool_watchers(at) if address not in away]
        notify(approval, Notification.Kind.POOL, watching, at=at)


def _facts(approval: Approval, verdict: policy.Verdict) -> dict[str, Any]:
    """What the first event holds beside the payload: what a reviewer sees, and what the agent sent."""
    return {
        **_values(approval, [*SAID, *RULED, "reasons", "breach_action", "locked_fields"]),
        "supersedes": str(approval.supersedes_id) if approval.supersedes_id else None,
        "shadow": {"would_run": approval.shadow_would_run, "reason": approval.shadow_reason}
        if verdict.shadow
        else None,
        "deadline": rfc3339(approval.deadline) if approval.deadline else None,
        "reviewers": [{"email": r.email, "source": r.source} for r in verdict.reviewers],
        "policy": {"id": str(approval.policy_id), "version": approval.policy.version},
        "payload_schema_sha256": hashlib.sha256(approval.payload_schema.encode()).hexdigest(),
        "request_sha256": bytes(approval.request_sha256).hex(),
        "key": approval.key.prefix,
    }


def _values(of: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(of, name) for name in names}
