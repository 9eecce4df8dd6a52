"""What follows when a deadline passes without a decision? The policy's breach action, which never approves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F

from approvals.authority import barred_addresses
from approvals.lifecycle import escalation
from approvals.lifecycle.asking import ask_enough
from approvals.lifecycle.ballot import describe_no_vote
from approvals.lifecycle.beats import RequestEvent, asked_of, record
from approvals.lifecycle.escalation import Step
from approvals.models import Approval, Notification, PayloadVersion
from approvals.models.choices import BreachAction, Resolution, Status
from approvals.notifications import TeamTold, Told, pool_watchers, team_channels, tell
from approvals.reach import Audience, gather
from audit.clock import rfc3339
from audit.message import SYSTEM

BREACHED, ESCALATED = Notification.Kind.BREACHED, Notification.Kind.ESCALATED


def breach(approvals: Sequence[Approval], at: datetime) -> None:
    """Note the breach of these requests and act on it. They are locked, overdue and not breached before.

    Takes a fixed number of statements, for one request as for a thousand. Needs agent, key and policy read along.
    """
    asked, versions = asked_of(approvals), _current_versions(approvals)
    breaches = [_Breach.of(one, versions[one.pk], asked[one.pk], at) for one in approvals]
    steps = [step for one in breaches for step in one.steps]
    people = {address for one in breaches for address in (*one.assignees, *one.asked)}
    _change(approvals, at)
    escalation.assign(steps, at)
    record(*(event for one in breaches for event in _events(one, at)), people=people)
    hearers = _Hearers(gather(people, at=at), pool_watchers(at), team_channels(approvals))
    told = [message for one in breaches for message in _told(one, hearers)]
    tell(told, at=at)
    held = [one for one in approvals if one.breach_action != BreachAction.REJECT]
    ask_enough(held, at, besides=told, certainly=escalation.unheard(steps, hearers.audience))


@dataclass(frozen=True, slots=True)
class _Breach:
    """A breached request, who is asked already, and the ladder's steps that are due with the breach."""

    approval: Approval
    version: PayloadVersion
    assignees: list[str]
    steps: list[Step]

    @classmethod
    def of(cls, approval: Approval, version: PayloadVersion, assignees: list[str], at: datetime) -> _Breach:
        steps = escalation.due_steps(approval, since=approval.deadline, at=at)
        return cls(approval, version, assignees, steps)

    @property
    def asked(self) -> list[str]:
        """Whom the ladder asks now."""
        return [email for step in self.steps for email in step.people]


@dataclass(frozen=True, slots=True)
class _Hearers:
    """Who could be told, looked up once for all requests."""

    audience: Audience
    watchers: list[str]
    teams: Mapping[tuple[str, str], list[UUID]]


def _current_versions(approvals: Sequence[Approval]) -> dict[UUID, PayloadVersion]:
    """By the request's id. The payload is read only where the deadline rejects the request: its event shows it."""
    rejected = [one.pk for one in approvals if one.breach_action == BreachAction.REJECT]
    held = [one.pk for one in approvals if one.breach_action != BreachAction.REJECT]
    current = PayloadVersion.objects.filter(number=F("approval__current_version"))
    whole = current.filter(approval__in=rejected).defer("canonical")
    hashes = current.filter(approval__in=held).defer("canonical", "source")
    return {version.approval_id: version for version in (*whole, *hashes)}


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
        Approval.objects.filter(pk__in=group).update(**changes)


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
    if approval.breach_action == BreachAction.REJECT:
        data = {**describe_no_vote(version, at), "payload": version.value}
        yield RequestEvent(approval, "approval.rejected", actor=SYSTEM, at=at, version=version, data=data)


def _told(breached: _Breach, hearers: _Hearers) -> Iterator[Told | TeamTold]:
    """One message a person: those whom the ladder asks are told so, the others that the deadline passed."""
    approval = breached.approval
    asked = hearers.audience.of(approval, breached.asked) if breached.steps else []
    for address in asked:
        yield Told(ESCALATED, approval, address)
    named = hearers.audience.with_administrators(approval, [*breached.assignees, *asked])
    watching = [address for address in hearers.watchers if address not in barred_addresses(approval)]
    for address in dict.fromkeys([*named, *watching]):
        if address not in asked:
            yield Told(BREACHED, approval, address)
    for channel in hearers.teams.get((approval.policy.action_type, approval.policy.workflow), ()):
        yield TeamTold(BREACHED, approval, channel)
