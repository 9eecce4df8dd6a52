"""A deadline passed without a decision: what follows, by the policy's breach action, which never approves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F

from approvals.authority import barred_addresses
from approvals.lifecycle import escalation
from approvals.lifecycle.asking import ask_enough
from approvals.lifecycle.beats import asked_of, record_all
from approvals.lifecycle.escalation import Step
from approvals.models import Approval, Notification, PayloadVersion
from approvals.models.choices import BreachAction, Resolution, Status
from approvals.notifications import TeamTold, Told, pool_watchers, team_channels, tell
from approvals.reach.audience import Audience, gather
from audit.clock import rfc3339
from audit.log import Draft
from audit.message import SYSTEM

BREACHED, ESCALATED = Notification.Kind.BREACHED, Notification.Kind.ESCALATED


def breach(approvals: Sequence[Approval], at: datetime) -> None:
    """Stamp the breach of locked, overdue requests that were not breached before, and act on it (DESIGN §4.3).

    A fixed number of statements, for one as for a thousand. Needs agent, key and policy read along.
    """
    asked, versions = asked_of(approvals), _current_versions(approvals)
    cases = [_Case.of(one, versions[one.pk], asked[one.pk], at) for one in approvals]
    people = {address for case in cases for address in (*case.assignees, *case.asked)}
    _change(approvals, at)
    escalation.assign(_steps(cases), at)
    record_all([event for case in cases for event in _events(case, at)], approvals, people=people)
    around = _Around(gather(people, at=at), pool_watchers(at), team_channels(approvals))
    told = [one for case in cases for one in _told(case, around)]
    tell(told, at=at)
    held = [one for one in approvals if one.breach_action != BreachAction.REJECT]
    ask_enough(held, at, besides=told, certainly=escalation.unheard(_steps(cases), around.audience))


@dataclass(frozen=True, slots=True)
class _Case:
    """A breached request, who is asked already, and the ladder's steps that are due with the breach."""

    approval: Approval
    version: PayloadVersion
    assignees: list[str]
    steps: list[Step]

    @classmethod
    def of(cls, approval: Approval, version: PayloadVersion, assignees: list[str], at: datetime) -> _Case:
        steps = escalation.due_steps(approval, since=approval.deadline, at=at)
        return cls(approval, version, assignees, steps)

    @property
    def asked(self) -> list[str]:
        """Whom the ladder asks now."""
        return [email for step in self.steps for email in step.people]


@dataclass(frozen=True, slots=True)
class _Around:
    """Who could be told, looked up once."""

    audience: Audience
    watchers: list[str]
    teams: Mapping[tuple[str, str], list[UUID]]


def _steps(cases: Iterable[_Case]) -> list[Step]:
    return [step for case in cases for step in case.steps]


def _current_versions(approvals: Sequence[Approval]) -> dict[UUID, PayloadVersion]:
    """By the request's id; the payload itself only of those that the deadline rejects, whose event shows it."""
    rejected = [one.pk for one in approvals if one.breach_action == BreachAction.REJECT]
    held = [one.pk for one in approvals if one.breach_action != BreachAction.REJECT]
    current = PayloadVersion.objects.filter(number=F("approval__current_version"))
    whole = current.filter(approval__in=rejected).defer("canonical")
    hashes = current.filter(approval__in=held).defer("canonical", "source")
    return {version.approval_id: version for version in (*whole, *hashes)}


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


def _events(case: _Case, at: datetime) -> Iterator[Draft]:
    approval = case.approval
    yield Draft(
        subject=approval.as_subject(),
        type="approval.sla_breach",
        actor=SYSTEM,
        at=at,
        payload_version=case.version.number,
        payload_sha256=bytes(case.version.sha256),
        data={
            "run_id": approval.run_id,
            "risk": approval.risk,
            "deadline": rfc3339(approval.deadline) if approval.deadline else None,
            "elapsed_seconds": round((at - approval.created_at).total_seconds()),
            "assignees": case.assignees,
            "breach_action": approval.breach_action,
        },
    )
    for step in case.steps:
        yield escalation.event(step, at)
    if approval.breach_action == BreachAction.REJECT:
        yield _rejection(case, at)


def _rejection(case: _Case, at: datetime) -> Draft:
    """By the system, and never to be mistaken for a person's: there is no vote."""
    return Draft(
        subject=case.approval.as_subject(),
        type="approval.rejected",
        actor=SYSTEM,
        at=at,
        payload_version=case.version.number,
        payload_sha256=bytes(case.version.sha256),
        data={
            "payload": case.version.value,
            "vote": None,
            "person": None,
            "on_behalf_of": None,
            "grant": None,
            "basis": "",
            "policy_seat": False,
            "verdict": "reject",
            "version": case.version.number,
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


def _told(case: _Case, around: _Around) -> Iterator[Told | TeamTold]:
    """Each person once: whoever is asked by the ladder hears that, all others that the deadline passed."""
    approval = case.approval
    asked = around.audience.of(approval, case.asked) if case.steps else []
    for address in asked:
        yield Told(ESCALATED, approval, address)
    named = around.audience.with_administrators(approval, [*case.assignees, *asked])
    watching = [address for address in around.watchers if address not in barred_addresses(approval)]
    for address in dict.fromkeys([*named, *watching]):
        if address not in asked:
            yield Told(BREACHED, approval, address)
    for channel in around.teams.get((approval.policy.action_type, approval.policy.workflow), ()):
        yield TeamTold(BREACHED, approval, channel)
