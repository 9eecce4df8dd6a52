"""What follows when a deadline passes without a decision? The policy's breach action, which never approves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F

from approvals.authority import barred_addresses
from approvals.lifecycle import escalation
from approvals.lifecycle.asking import ask_enough
from approvals.lifecycle.ballot import describe_no_vote
from approvals.lifecycle.beats import RequestEvent, record
from approvals.lifecycle.escalation import Step
from approvals.models import Approval, Notification, PayloadVersion
from approvals.models.among import among
from approvals.models.choices import BreachAction, Resolution, Status
from approvals.notifications import TeamTold, Told, team_channels, tell
from approvals.reach import Audience, Surroundings, look_around
from audit.clock import rfc3339
from audit.message import SYSTEM

BREACHED, ESCALATED = Notification.Kind.BREACHED, Notification.Kind.ESCALATED


def breach(approvals: Sequence[Approval], at: datetime) -> None:
    """Note the breach of these requests and act on it. They are locked, overdue and not breached before.

    Takes a fixed number of statements, for one request as for a thousand. Needs agent, key and policy read along.
    """
    steps = {one.pk: escalation.due_steps(one, since=one.deadline, at=at) for one in approvals}
    taken = [step for due in steps.values() for step in due]
    around = look_around(approvals, at, besides={email for step in taken for email in step.people})
    versions = _current_versions(approvals)
    breaches = [_Breach(one, versions[one.pk], _assignees(one, around), steps[one.pk]) for one in approvals]
    _change(approvals, at)
    escalation.assign(taken, at)
    people = {address for one in breaches for address in (*one.assignees, *one.asked)}
    record(*(event for one in breaches for event in _events(one, at)), people=people)
    hearers = _Hearers(Audience(around.people), team_channels(approvals))
    told = [message for one in breaches for message in _told(one, hearers)]
    tell(told, at=at, routes=around.people.routes)
    held = [one for one in approvals if one.breach_action != BreachAction.REJECT]
    certainly = escalation.unheard(taken, hearers.audience)
    # The ladder's people are named on the requests since these were looked up.
    ask_enough(held, at, besides=told, certainly=certainly, around=None if taken else around)


@dataclass(frozen=True, slots=True)
class _Breach:
    """A breached request, who is asked already, and the ladder's steps that are due with the breach."""

    approval: Approval
    version: _Shown | PayloadVersion
    assignees: list[str]
    steps: list[Step]

    @property
    def asked(self) -> list[str]:
        """Whom the ladder asks now."""
        return [email for step in self.steps for email in step.people]


@dataclass(frozen=True, slots=True)
class _Hearers:
    """Who could be told, looked up once for all requests."""

    audience: Audience
    teams: Mapping[tuple[str, str], list[UUID]]


class _Shown(NamedTuple):
    """The payload version of a request that stays open: its event shows no more of it."""

    number: int
    sha256: bytes


def _assignees(approval: Approval, around: Surroundings) -> list[str]:
    """Whom it is still asked of."""
    return [one.email for one in around.named.get(approval.pk, ()) if one.is_open]


def _current_versions(approvals: Sequence[Approval]) -> dict[UUID, _Shown | PayloadVersion]:
    """By the request's id. The payload is read only where the deadline rejects the request: its event shows it."""
    rejected = [one.pk for one in approvals if one.breach_action == BreachAction.REJECT]
    held = [one.pk for one in approvals if one.breach_action != BreachAction.REJECT]
    current = PayloadVersion.objects.filter(number=F("approval__current_version"))
    found: dict[UUID, _Shown | PayloadVersion] = {}
    for version in current.filter(approval__in=among(rejected)).defer("canonical"):
        found[version.approval_id] = version
    rows = current.filter(approval__in=among(held)).values_list("approval_id", *_Shown._fields)
    for approval_id, *shown in rows:
        found[approval_id] = _Shown(*shown)
    return found


def _change(approvals: Sequence[Approval], at: datetime) -> None:
    """One update for all requests with the same action whose next step comes after the same number of minutes."""
    groups: dict[tuple[str, int | None], list[UUID]] = defaultdict(list)
    for approval in approvals:
        groups[approval.breach_action, escalation.minutes_to_next(approval, at=at)].append(approval.pk)
    for (action, minutes), group in groups.items():
        changes: dict[str, Any] = {"breached_at": at, "remind_at": None}
        if minutes is not None:
            changes["escalate_at"] = F("deadline") + timedelta(minutes=minutes)
        if action == BreachAction.REJECT:
            changes |= {"status": Status.REJECTED, "resolution": Resolution.SLA_EXPIRED, "decided_at": at}
        Approval.objects.filter(pk__in=among(group)).update(**changes)


def _events(breached: _Breach, at: datetime) -> Iterator[RequestEvent]:
    approval, version = breached.approval, breached.version
    data: dict[str, Any] = {
        "run_id": approval.run_id,
        "risk": approval.risk,
        "deadline": rfc3339(approval.deadline) if approval.deadline else None,
        "elapsed_seconds": round((at - approval.created_at).total_seconds()),
        "assignees": breached.assignees,
        "breach_action": approval.breach_action,
    }
    yield RequestEvent(approval, "approval.sla_breach", actor=SYSTEM, at=at, version=version, data=data)
    for step in breached.steps:
        yield escalation.event(step, at)
    if isinstance(version, PayloadVersion):  # the deadline rejects it
        data = {
            **describe_no_vote(version, at),
            "payload": version.value,
            "initiated_by": approval.initiated_by,
        }
        yield RequestEvent(approval, "approval.rejected", actor=SYSTEM, at=at, version=version, data=data)


def _told(breached: _Breach, hearers: _Hearers) -> Iterator[Told | TeamTold]:
    """One message a person: those whom the ladder asks are told so, the others that the deadline passed."""
    approval = breached.approval
    asked = hearers.audience.of(approval, breached.asked) if breached.steps else []
    for address in asked:
        yield Told(ESCALATED, approval, address)
    named = hearers.audience.with_administrators(approval, [*breached.assignees, *asked])
    watching = [
        address for address in hearers.audience.people.watchers if address not in barred_addresses(approval)
    ]
    for address in dict.fromkeys([*named, *watching]):
        if address not in asked:
            yield Told(BREACHED, approval, address)
    for channel in hearers.teams.get((approval.policy.action_type, approval.policy.workflow), ()):
        yield TeamTold(BREACHED, approval, channel)
