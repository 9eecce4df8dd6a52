"""What happens when time runs out, and to how many at once? How often: `approvals_site/schedule.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction

from approvals import reach
from approvals.lifecycle.asking import ask_enough
from approvals.lifecycle.breach import breach
from approvals.lifecycle.escalation import escalate
from approvals.lifecycle.expiry import expire
from approvals.lifecycle.reminding import remind
from approvals.models import Agent, AgentKey, Approval, Policy, heartbeat
from approvals.models.among import among
from approvals.models.approval_queries import ApprovalQuerySet
from audit import clock
from grants.models import User

logger = structlog.get_logger(__name__)

BATCH = 1000
"""Requests of one transaction: some ten statements for all of them, and memory stays flat."""

_READ = (
    "pk", "status", "workflow", "action_type", "risk", "run_id", "initiated_by", "policy_id", "agent_id", "key_id",
    "agent_owner_id", "key_owner_id", "key_minter_id", "pattern", "quorum", "approvers_asked_at",
    "administrators_told_at",
    "created_at", "deadline", "remind_at", "escalate_at", "valid_until", "breach_action", "current_version",
)  # fmt: skip
"""What the rules look at; the rest of a request is long."""


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do once a moment has come: which requests are due, by which of their moments, and what to do."""

    name: str
    find: Callable[[ApprovalQuerySet, datetime], ApprovalQuerySet]
    moment: str
    act: Callable[[Sequence[Approval], datetime], object]


JOBS = (
    Job("breached", ApprovalQuerySet.to_breach, "deadline", breach),
    Job("escalated", ApprovalQuerySet.to_escalate, "escalate_at", escalate),
    Job("reminded", ApprovalQuerySet.to_remind, "remind_at", remind),
    Job("expired", ApprovalQuerySet.to_expire, "valid_until", expire),
    Job("asked", reach.perhaps_short, "deadline", ask_enough),
)


def sweep() -> dict[str, int]:
    """Do all that is due; returns how many requests each job covered.

    Any number of sweeps may run at once: each takes the rows that nobody has locked, one transaction a batch.
    Raises ExceptionGroup, after all else was done, with what went wrong with single requests.
    """
    counts: dict[str, int] = {}
    failures: list[Exception] = []
    for job in JOBS:
        counts[job.name] = _run(job, failures)
    heartbeat.beat(heartbeat.SWEEP)
    if failures:
        raise ExceptionGroup("requests that could not be swept", failures)
    return counts


def _run(job: Job, failures: list[Exception]) -> int:
    at, done, after = clock.now(), 0, None
    while batch := _next(job, at, after):
        ids = [pk for pk, _ in batch]
        try:
            done += _act(job, ids)
        except SoftTimeLimitExceeded:
            raise  # no request is at fault
        except Exception:  # noqa: BLE001 - one bad row never stops the rest: find out which it is
            done += sum(_act_alone(job, pk, failures) for pk in ids)
        after = batch[-1]
    return done


def _next(job: Job, at: datetime, after: tuple[UUID, datetime] | None) -> list[tuple[UUID, datetime]]:
    """The next ids, in the order of their moments. A bad row stays due and is passed all the same."""
    rows = job.find(Approval.objects.all(), at).order_by(job.moment, "pk")
    if after:
        pk, moment = after
        rows = rows.filter(**{f"{job.moment}__gte": moment}).exclude(**{job.moment: moment, "pk__lte": pk})
    return list(rows.values_list("pk", job.moment)[:BATCH])


@transaction.atomic
def _act(job: Job, ids: Sequence[UUID]) -> int:
    """Do the job to the requests that are still due and not locked; returns how many."""
    rows = job.find(Approval.objects.filter(pk__in=among(ids)), clock.now()).order_by(job.moment, "pk")
    rows = rows.only(*_READ).select_for_update(skip_locked=True, of=("self",))
    found = list(rows)
    if found:
        _attach(found)
        job.act(found, clock.now())
    return len(found)


def _attach(found: Sequence[Approval]) -> None:
    """Their policies, agents and keys: few rows for many requests, which a prefetch would look up for each."""
    policies = Policy.objects.select_related("created_by").in_bulk({one.policy_id for one in found})
    agents = Agent.objects.select_related("owner").in_bulk({one.agent_id for one in found})
    keys = AgentKey.objects.select_related("owner", "minted_by").in_bulk({one.key_id for one in found})
    people = {pk for one in found for pk in (one.agent_owner_id, one.key_owner_id, one.key_minter_id) if pk}
    owners = User.objects.in_bulk(people)
    for one in found:
        one.policy, one.agent, one.key = policies[one.policy_id], agents[one.agent_id], keys[one.key_id]
        one.agent_owner, one.key_owner = owners[one.agent_owner_id], owners[one.key_owner_id]
        one.key_minter = owners[one.key_minter_id] if one.key_minter_id else None


def _act_alone(job: Job, pk: UUID, failures: list[Exception]) -> int:
    try:
        return _act(job, [pk])
    except SoftTimeLimitExceeded:
        raise
    except Exception as failure:
        if not connection.is_usable():
            raise
        logger.error("request_not_swept", job=job.name, id=str(pk), error=repr(failure))  # noqa: TRY400
        failures.append(failure)
        return 0
