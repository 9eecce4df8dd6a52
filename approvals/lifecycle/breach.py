"""A deadline passed without a decision: what follows, by the policy's breach action, which never approves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F

from approvals.audience import Audience, barred_from, gather
from approvals.lifecycle import escalation
from approvals.lifecycle.beats import record_all
from approvals.lifecycle.escalation import Step
from approvals.models import Approval, Notification
from approvals.models.choices import BreachAction, Resolution, Status
from approvals.notifications import TeamTold, Told, pool_watchers, team_channels, tell
from audit.clock import rfc3339
from audit.log import Draft
from audit.message import SYSTEM

BREACHED, ESCALATED = Notification.Kind.BREACHED, Notification.Kind.ESCALATED


def breach(approvals: Sequence[Approval], at: datetime) -> None:
    """Stamp the breach of locked, overdue requests that were not breached before, and act on it (DESIGN §4.3).

    A fixed number of statements, for one as for a thousand. Needs agent, key, policy and assignments read along.
    """
    steps = {one.pk: escalation.due_steps(one, since=one.deadline, at=at) for one in approvals}
    people = {address for approval in approvals for address in _everybody(approval, steps[approval.pk])}
    _change(approvals, at)
    escalation.assign((step for asked in steps.values() for step in asked), at)
    events = [event for approval in approvals for event in _events(approval, steps[approval.pk], at)]
    record_all(events, approvals, people=people)
    around = _Around(gather(people, at=at), pool_watchers(at), team_channels(approvals))
    tell((told for one in approvals for told in _told(one, steps[one.pk], around)), at=at)


@dataclass(frozen=True, slots=True)
class _Around:
    """Who could be told, looked up once."""

    audience: Audience
    watchers: list[str]
    teams: Mapping[tuple[str, str], list[UUID]]


def _everybody(approval: Approval, steps: Sequence[Step]) -> list[str]:
    return [*_assignees(approval), *(email for step in steps for email in step.people)]


def _assignees(approval: Approval) -> list[str]:
    return [assignment.email for assignment in approval.assignments.all() if assignment.is_open]


def _change(approvals: Sequence[Approval], at: datetime) -> None:
    """In few updates: those with the same action whose next step comes after the same minutes go together."""
    groups: dict[tuple[str, int | None], list[UUID]] = defaultdict(list)
    for approval in approvals:
        groups[approval.breach_action, escalation.minutes_to_next(approval, at=at)].append(approval.pk)
    for (action, minutes), group in groups.items():
        changes: dict[str, Any] = {"breached_at": at, "remind_at": None}
        if minutes is not None:
            changes["escalate_at"] = F("deadline") + timedelta(minutes=minutes)
        if action == BreachAction.REJECT:
            changes |= {"status": Status.REJECTED, "resolution": Resolution.SLA_EXPIRED, "decided_at": at}
        Approval.objects.filter(pk__in=group).update(**changes)


def _events(approval: Approval, steps: Sequence[Step], at: datetime) -> Iterator[Draft]:
    yield Draft(
        subject=approval.as_subject(),
        type="approval.sla_breach",
        actor=SYSTEM,
        at=at,
        data={
            "run_id": approval.run_id,
            "risk": approval.risk,
            "deadline": rfc3339(approval.deadline) if approval.deadline else None,
            "elapsed_seconds": round((at - approval.created_at).total_seconds()),
            "assignees": _assignees(approval),
            "breach_action": approval.breach_action,
        },
    )
    for step in steps:
        yield escalation.event(step, at)
    if approval.breach_action == BreachAction.REJECT:
        yield _rejection(approval, at)


def _rejection(approval: Approval, at: datetime) -> Draft:
    """By the system, and never to be mistaken for a person's: there is no vote."""
    return Draft(
        subject=approval.as_subject(),
        type="approval.rejected",
        actor=SYSTEM,
        at=at,
        data={
            "vote": None,
            "person": None,
            "on_behalf_of": None,
            "grant": None,
            "basis": "",
            "verdict": "reject",
            "version": approval.current_version,
            "resolution": Resolution.SLA_EXPIRED,
            "category": "",
            "comment": "",
            "sentence": "",
            "acknowledged": [],
            "notified_at": None,
            "opened_at": None,
            "decided_at": rfc3339(at),
            "late": False,
        },
    )


def _told(approval: Approval, steps: Sequence[Step], around: _Around) -> Iterator[Told | TeamTold]:
    """Each person once: whoever is asked by the ladder hears that, all others that the deadline passed."""
    people = [email for step in steps for email in step.people]
    asked = around.audience.of(approval, people) if people else []
    for address in asked:
        yield Told(ESCALATED, approval, address)
    named = around.audience.for_certain(approval, [*_assignees(approval), *asked])
    watching = [address for address in around.watchers if address not in barred_from(approval)]
    for address in dict.fromkeys([*named, *watching]):
        if address not in asked:
            yield Told(BREACHED, approval, address)
    for channel in around.teams.get((approval.policy.action_type, approval.policy.workflow), ()):
        yield TeamTold(BREACHED, approval, channel)
