"""Whom does the ladder of a breached request ask, and when? Each step's people, once its minutes are over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F

from approvals.lifecycle.asking import ask_enough
from approvals.lifecycle.beats import RequestEvent, record
from approvals.models import Approval, Assignment, Notification
from approvals.models.among import among
from approvals.models.choices import BreachAction
from approvals.notifications import Told, tell
from approvals.reach import Audience, gather
from audit.message import SYSTEM


@dataclass(frozen=True, slots=True)
class Step:
    """One rung of a request's ladder, counted from 1 in the order in which they are asked."""

    approval: Approval
    number: int
    after_minutes: int
    at: datetime
    people: tuple[str, ...]


def ladder(approval: Approval) -> list[Step]:
    """All steps, the earliest first, as the policy stood when the request came; none where it does not escalate."""
    deadline = approval.deadline
    if deadline is None or approval.breach_action != BreachAction.ESCALATE:
        return []
    in_order = sorted(approval.policy.escalation, key=lambda step: step["after_minutes"])
    return [
        Step(
            approval=approval,
            number=number,
            after_minutes=step["after_minutes"],
            at=deadline + timedelta(minutes=step["after_minutes"]),
            people=tuple(step["emails"]),
        )
        for number, step in enumerate(in_order, start=1)
    ]


def asked_by_escalation(approval: Approval) -> set[str]:
    """The addresses that the ladder has asked so far, also those that were named before."""
    if approval.breached_at is None:
        return set()
    until = approval.escalate_at
    return {email for step in ladder(approval) if until is None or step.at < until for email in step.people}


def due_steps(approval: Approval, *, since: datetime | None, at: datetime) -> list[Step]:
    """The steps whose time lies between two moments, both included."""
    return [step for step in ladder(approval) if since and since <= step.at <= at]


def minutes_to_next(approval: Approval, *, at: datetime) -> int | None:
    """How long after the deadline the next step is asked; None after the last one."""
    return next((step.after_minutes for step in ladder(approval) if step.at > at), None)


def escalate(approvals: Sequence[Approval], at: datetime) -> None:
    """Ask the people of the steps that are due. The requests are locked and breached.

    Takes a fixed number of statements, for one request as for a thousand. Needs agent, key and policy read along.
    """
    steps = [step for one in approvals for step in due_steps(one, since=one.escalate_at, at=at)]
    audience = gather(_people(steps), at=at)
    for minutes, group in _by_next_step(approvals, at).items():
        Approval.objects.filter(pk__in=among(group)).update(
            escalate_at=None if minutes is None else F("deadline") + timedelta(minutes=minutes)
        )
    assign(steps, at)
    record(*(event(step, at) for step in steps), people=_people(steps))
    told = [
        Told(Notification.Kind.ESCALATED, step.approval, address)
        for step in steps
        for address in audience.of(step.approval, step.people)
    ]
    tell(told, at=at)
    ask_enough(approvals, at, besides=told, certainly=unheard(steps, audience))


def unheard(steps: Iterable[Step], audience: Audience) -> set[UUID]:
    """The requests with a step on which nobody has an account, so that it asked nobody."""
    return {step.approval.pk for step in steps if audience.people.active.isdisjoint(step.people)}


def _by_next_step(approvals: Iterable[Approval], at: datetime) -> dict[int | None, list[UUID]]:
    """The requests' ids, by the minutes after which their next step comes."""
    groups: dict[int | None, list[UUID]] = defaultdict(list)
    for approval in approvals:
        groups[minutes_to_next(approval, at=at)].append(approval.pk)
    return groups


def assign(steps: Iterable[Step], at: datetime) -> None:
    """Make the steps' people reviewers; those who had handed the request on are asked again."""
    wanted = {(step.approval.pk, email): step for step in steps for email in step.people}
    Assignment.objects.bulk_create(
        [
            Assignment(
                approval=step.approval, email=email, source=Assignment.Source.ESCALATION, created_at=at
            )
            for (_, email), step in wanted.items()
        ],
        update_conflicts=True,
        unique_fields=["approval", "email"],
        update_fields=["removed_at"],
    )


def event(step: Step, at: datetime) -> RequestEvent:
    """What the log says of a step that was asked."""
    data = {"step": step.number, "after_minutes": step.after_minutes, "people": list(step.people)}
    return RequestEvent(step.approval, "approval.escalated", actor=SYSTEM, at=at, data=data)


def _people(steps: Iterable[Step]) -> set[str]:
    return {email for step in steps for email in step.people}
