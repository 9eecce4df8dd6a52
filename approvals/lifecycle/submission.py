"""An agent proposes an action."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from approvals import policy
from approvals.addresses import spellings
from approvals.authority import barred_addresses
from approvals.exceptions import IdempotencyConflict, InvalidInput, StateConflict
from approvals.lifecycle.asking import find_shortages
from approvals.lifecycle.beats import RequestEvent, new_version, record
from approvals.lifecycle.deadline import breach_if_overdue
from approvals.lifecycle.judging import Judgement, Submission, judge
from approvals.lifecycle.sharing import keep_to_share
from approvals.lifecycle.superseding import end, lock_to_supersede
from approvals.models import AgentKey, Approval, Assignment, Earlier, Notification, Policy, put_in_hand
from approvals.models.choices import UNDECIDED, Status
from approvals.models.said import FOLLOWED, RULED, SAID
from approvals.notifications import Told, tell
from approvals.payload import alike
from approvals.reach import (
    Audience,
    People,
    Surroundings,
    reaches,
    read_with_policies,
    warnings_around,
)
from audit import clock
from audit.clock import rfc3339
from audit.message import START
from patience import statements


def find_previous(key: AgentKey, request_sha256: bytes) -> UUID | None:
    """The id of the request that the call's idempotency key already made, as `keys.authenticate` read it along.

    Raises IdempotencyConflict if its body was another.
    """
    return _same(key.earlier, request_sha256)


def _same(earlier: Earlier | None, request_sha256: bytes) -> UUID | None:
    if earlier and earlier.request_sha256 != request_sha256:
        raise IdempotencyConflict(
            "This Idempotency-Key came before with another body. Use a new key for a new proposal."
        )
    return earlier.id if earlier else None


def submit(submission: Submission, *, key: AgentKey, idempotency_key: str) -> tuple[Approval, bool]:
    """Open a request, or record that none is needed; the bool says whether it is new.

    A new one has its versions, assignments and warnings in hand. A request that it supersedes ends. Raises
    NotPermitted (the key's scope), InvalidInput, IdempotencyConflict, AlreadySuperseded, CannotSupersede, and
    TooManyAttempts where the agent asks for more than its share.
    """
    people, policies, pending = read_with_policies(
        _looked_up(submission),
        action_type=submission.action_type,
        workflow=submission.workflow,
        agent_id=key.agent_id,
        most_open=settings.AGENT_OPEN_REQUESTS,
    )
    judgement = judge(submission, key=key, among=policies, known=people.active)
    earlier = _find_superseded(key, submission)
    keep_to_share(submission, judgement, agent_id=key.agent_id, pending=pending, instead_of=earlier)
    if earlier:
        breach_if_overdue(earlier.pk)
    try:
        with transaction.atomic():
            before = lock_to_supersede(earlier.pk) if earlier else None
            at = clock.now() if before else people.at
            approval = _build(submission, judgement, key=key, at=at)
            approval.idempotency_key, approval.supersedes = idempotency_key, before
            _store(approval, submission, judgement, people)
            if before:
                end(before, approval, key=key, at=at)
    except (IntegrityError, StateConflict):
        # Two calls with one key at once, and the other made the request.
        made = Approval.objects.filter(agent=key.agent, idempotency_key=idempotency_key).first()
        if made is None:
            raise
        _same(Earlier(made.pk, bytes(made.request_sha256)), submission.request_sha256)
        return made, False
    return approval, True


def _looked_up(submission: Submission) -> list[str]:
    """The addresses that it names: of whom it asks for, and of the person on whose behalf the agent runs."""
    initiator = submission.initiator
    named = [*(address.lower() for address in submission.assignees), initiator, *spellings(initiator)]
    return [address for address in named if address]


def _find_superseded(key: AgentKey, submission: Submission) -> Approval | None:
    if submission.supersedes is None:
        return None
    found = Approval.objects.of_key(key).filter(pk=submission.supersedes).first()
    if found is None:
        sentence = (
            "supersedes names no request of this agent and key: send the id of an earlier one, or null."
        )
        raise InvalidInput.at("/supersedes", "unknown_request", sentence)
    return found


def _build(submission: Submission, judgement: Judgement, *, key: AgentKey, at: datetime) -> Approval:
    found, verdict = judgement.found, judgement.verdict
    said = _values(submission, SAID)
    said |= {"evidence": list(submission.evidence), "initiated_by": submission.initiator}
    return Approval(
        **said,
        **_values(verdict, RULED),
        agent=key.agent,
        key=key,
        agent_owner=key.agent.owner,
        key_owner=key.owner,
        key_minter=key.minted_by,
        request_sha256=submission.request_sha256,
        alike=alike(key.agent.pk, submission.action_type, submission.payload),
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


def _store(approval: Approval, submission: Submission, judgement: Judgement, people: People) -> None:
    """Write all of a request at once: what there is to know was read before."""
    verdict, at = judgement.verdict, approval.created_at
    version = new_version(approval, submission.payload_source, submission.payload, at=at, number=1)
    assignments = [_assignment(approval, reviewer) for reviewer in verdict.reviewers]
    put_in_hand(approval, versions=[version], assignments=assignments, votes=(), claim=None)
    around = Surroundings(people, {approval.pk: assignments}, {})
    shortages, told = _tell(approval, verdict, around)
    submitted = RequestEvent(
        approval,
        EVENTS[verdict.status],
        actor=approval.agent.as_actor(),
        at=at,
        version=version,
        data={**_facts(approval, verdict), "payload": submission.payload},
    )
    approval.chain, approval.read_at = START, at
    heard = [*(reviewer.email for reviewer in verdict.reviewers), *(one.address for one in told)]
    with statements.pipelined():
        statements.insert([approval])
        statements.insert([version], assignments)
        record(submitted, *shortages, people=heard)
        tell(told, at=at, routes=people.routes)
    pending = [approval] if approval.is_pending else []
    approval.warnings = warnings_around(pending, around, at=at).get(approval.pk, [])


def _assignment(approval: Approval, reviewer: policy.Reviewer) -> Assignment:
    return Assignment(
        approval=approval,
        email=reviewer.email,
        source=reviewer.source,
        created_at=approval.created_at,
        is_open=approval.status in UNDECIDED,
    )


def _tell(
    approval: Approval, verdict: policy.Verdict, around: Surroundings
) -> tuple[list[RequestEvent], list[Told]]:
    """Tell the people who may act on it, and the approvers who chose to hear of every request in the pool.

    Returns the events about too few people, and all messages.
    """
    if verdict.status not in TOLD:
        return [], []
    asked = Audience(around.people).of(approval, [reviewer.email for reviewer in verdict.reviewers])
    told = [Told(TOLD[verdict.status], approval, address) for address in asked]
    if verdict.status != Status.PENDING:
        return [], told
    at = approval.created_at
    shortages = find_shortages(reaches([approval], at=at, around=around), [approval], at)
    also = shortages.told()
    away = barred_addresses(approval).besides([*asked, *(one.address for one in also)])
    watching = [address for address in around.people.watchers if address not in away]
    pool = [Told(Notification.Kind.POOL, approval, address) for address in watching]
    return shortages.events(), [*told, *also, *pool]


def _facts(approval: Approval, verdict: policy.Verdict) -> dict[str, Any]:
    """What the first event holds beside the payload: what a reviewer sees, and what the agent sent."""
    return {
        **_values(approval, [*SAID, *RULED, *FOLLOWED]),
        "supersedes": str(approval.supersedes_id) if approval.supersedes_id else None,
        "shadow": {"would_run": approval.shadow_would_run, "reason": approval.shadow_reason}
        if verdict.shadow
        else None,
        "deadline": rfc3339(approval.deadline) if approval.deadline else None,
        "reviewers": [{"email": r.email, "source": r.source} for r in verdict.reviewers],
        "policy": {"id": str(approval.policy_id), "version": approval.policy.version},
        "sla_minutes": approval.sla_minutes,
        "remind_at": rfc3339(approval.remind_at) if approval.remind_at else None,
        "barred": {
            "agent_owner": str(approval.agent_owner_id),
            "key_owner": str(approval.key_owner_id),
            "key_minter": str(approval.key_minter_id) if approval.key_minter_id else None,
        },
        "payload_schema": approval.payload_schema,
        "payload_schema_sha256": hashlib.sha256(approval.payload_schema.encode()).hexdigest(),
        "request_sha256": bytes(approval.request_sha256).hex(),
        "key": approval.key.prefix,
    }


def _values(of: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(of, name) for name in names}
