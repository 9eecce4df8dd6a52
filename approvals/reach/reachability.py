"""Would this request reach anybody who can decide it, and could they judge it? Told at submission."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.cache import cache
from django.db.models import Exists, OuterRef

from approvals import payload, proposal_quality, visible
from approvals.authority import StandIns, barred_addresses, joined_too_late, stand_ins_of
from approvals.models import Approval, ChannelTest, Notification
from approvals.notifications.routing import Route, Routes, look_up
from approvals.reach.enough import People, Reach, reaches, votes_on
from grants.models import ApproverMembership, User

LATELY = 120
"""Seconds."""

Warning = dict[str, str]  # noqa: A001 - the wire's word
"""`{code, message}`."""


def warnings(approval: Approval, *, at: datetime) -> list[Warning]:
    """The warnings about one request; none once it is decided."""
    return warnings_of([approval], at=at)[approval.pk]


def warnings_lately(approval: Approval, *, at: datetime) -> list[Warning]:
    """The warnings about one request, up to LATELY seconds old: answering a waiting agent costs little else."""
    if not approval.is_pending:
        return []
    key = f"warnings:{approval.pk}"
    found: list[Warning] | None = cache.get(key)
    if found is None:
        found = warnings(approval, at=at)
        cache.set(key, found, LATELY)
    return found


def warnings_of(approvals: Iterable[Approval], *, at: datetime) -> dict[UUID, list[Warning]]:
    """The warnings about many requests, in a fixed number of queries. Needs their assignments prefetched."""
    approvals = list(approvals)
    found: dict[UUID, list[Warning]] = {approval.pk: [] for approval in approvals}
    pending = [approval for approval in approvals if approval.is_pending]
    if pending:
        around = _look_around(pending, at)
        found |= {approval.pk: _warnings(approval, around) for approval in pending}
    return found


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """Who there is, looked up once for all the requests."""

    active: frozenset[str]
    approvers: Mapping[str, datetime]
    stand_ins: StandIns
    known: Mapping[UUID, Approval]
    reach: Mapping[UUID, Reach]
    routes: Routes
    broken: frozenset[tuple[str, Route]]

    def hears(self, address: str) -> bool:
        """Whether a message about a new request would reach this person, as far as is known."""
        routes = self.routes.of(address, Notification.Kind.REQUESTED)
        return any((address, route) not in self.broken for route in routes)


def _look_around(approvals: Sequence[Approval], at: datetime) -> _Surroundings:
    named = {address for approval in approvals for address in _named(approval)}
    known = list(Approval.objects.filter(pk__in=[approval.pk for approval in approvals]).with_parties())
    people = User.objects.filter(email__in=named, is_active=True)
    active = frozenset(people.values_list("email", flat=True))
    approvers = ApproverMembership.objects.joined(at)
    assigned = {approval.pk: approval.assignments.all() for approval in approvals}
    beside = People(named=assigned, active=active, approvers=approvers, votes=votes_on(known, assigned))
    return _Surroundings(
        active=active,
        approvers=approvers,
        stand_ins=stand_ins_of(named, at=at),
        known={one.pk: one for one in known},
        reach=reaches(known, at=at, people=beside),
        routes=look_up(named),
        broken=_broken(named),
    )


def _broken(addresses: Iterable[str]) -> frozenset[tuple[str, Route]]:
    """Where the last message was given up, or a test did not arrive."""
    addresses = list(addresses)
    later = Notification.objects.filter(
        recipient=OuterRef("recipient"),
        channel_id__isnull=False,
        channel_id=OuterRef("channel_id"),
        sent_at__gt=OuterRef("given_up_at"),
    )
    later_mail = Notification.objects.filter(
        recipient=OuterRef("recipient"), channel=None, sent_at__gt=OuterRef("given_up_at")
    )
    given_up = Notification.objects.filter(recipient__in=addresses, given_up_at__isnull=False)
    lost = {
        *given_up.filter(channel=None).exclude(Exists(later_mail)).values_list("recipient", "channel_id"),
        *given_up.exclude(channel=None).exclude(Exists(later)).values_list("recipient", "channel_id"),
    }
    answered = ChannelTest.objects.filter(user__email__in=addresses, answered_at__isnull=False)
    last = {
        (address, route): arrived
        for address, route, arrived in answered.order_by("created_at").values_list(
            "user__email", "channel_id", "arrived"
        )
    }
    arrived = {key for key, came in last.items() if came}
    return frozenset((lost - arrived) | {key for key, came in last.items() if not came})


def _warnings(approval: Approval, around: _Surroundings) -> list[Warning]:
    named = _named(approval)
    barred = barred_addresses(around.known[approval.pk])
    able = [address for address in named if address in around.active and address not in barred]
    return [
        *_unowned(named, around),
        *_alone(approval, named, able, around),
        *_away(approval, able, around),
        *_unheard(able, around),
        *_too_few(approval, able, around),
        *_not_checked(approval),
        *_too_few_told(approval, around),
        *_poor(approval),
    ]


def _poor(approval: Approval) -> list[Warning]:
    return proposal_quality.warnings(
        action=approval.action,
        rationale=approval.rationale,
        evidence=approval.evidence,
        payload=approval.version(1).value,
        risk=approval.risk,
    )


def _named(approval: Approval) -> list[str]:
    return [assignment.email for assignment in approval.assignments.all() if assignment.is_open]


def _unowned(named: Sequence[str], around: _Surroundings) -> list[Warning]:
    return [
        _warning(
            "unowned_assignee", f"{address} is no active person here: nobody can decide under that address."
        )
        for address in named
        if address not in around.active
    ]


def _alone(
    approval: Approval, named: Sequence[str], able: Sequence[str], around: _Surroundings
) -> list[Warning]:
    accounts = [address for address in named if address in around.active]
    if len(accounts) != 1:
        return []
    if not able:
        sentence = (
            f"{accounts[0]} is the only person named and may not decide this: the agent runs on their behalf, "
            "or they answer for it. Name another person."
        )
        return [_warning("sole_assignee_barred", sentence)]
    if around.stand_ins.of(able[0], around.known[approval.pk]):
        return []
    sentence = f"{able[0]} is the only person named, and nobody stands in for them."
    return [_warning("sole_assignee_without_delegate", sentence)]


def _away(approval: Approval, able: Sequence[str], around: _Surroundings) -> list[Warning]:
    """A person who has lent their authority is taken to be away."""
    stand_ins = [around.stand_ins.of(address, around.known[approval.pk]) for address in able]
    if not able or not all(stand_ins):
        return []
    deputies = ", ".join(dict.fromkeys(one.email for people in stand_ins for one in people))
    return [_warning("all_on_leave", f"Everybody named has lent their authority: {deputies} decides.")]


def _unheard(able: Sequence[str], around: _Surroundings) -> list[Warning]:
    if not able or any(around.hears(address) for address in able):
        return []
    sentence = "No message about it would come to anybody named: they switched these off, or the last did not arrive."
    return [_warning("no_working_channel", sentence)]


def _too_few(approval: Approval, able: Sequence[str], around: _Surroundings) -> list[Warning]:
    """A stand-in fills the place of the person they stand in for, and no second one."""
    barred = barred_addresses(around.known[approval.pk])
    approvers = {
        address
        for address, joined_at in around.approvers.items()
        if address not in barred and not joined_too_late(joined_at, approval)
    }
    people = len(approvers.union(able))
    if people >= approval.quorum:
        return []
    there = "nobody" if not people else f"only {people}"
    sentence = f"It takes {approval.quorum} different people, and {there} may decide it."
    return [_warning("too_few_people", sentence)]


def _not_checked(approval: Approval) -> list[Warning]:
    if not approval.payload_schema:
        return []
    patterns = payload.unchecked_patterns(approval.payload_schema, lambda: approval.version().source)
    if not patterns:
        return []
    listed = ", ".join(f"“{visible.as_text(pattern[:60])}”" for pattern in patterns[:3])
    more = f" and {len(patterns) - 3} more" if len(patterns) > 3 else ""
    sentence = (
        f"The payload was not checked against the schema's pattern {listed}{more}: "
        "it is no regular expression of ECMA-262, or takes too long."
    )
    return [_warning("pattern_not_checked", sentence)]


def _too_few_told(approval: Approval, around: _Surroundings) -> list[Warning]:
    """The approvers are among those told once they were asked: then everybody who may decide it was told."""
    reach = around.reach[approval.pk]
    if reach.is_enough:
        return []
    also = " The administrators were told." if approval.administrators_told_at else ""
    return [_warning("too_few_people_told", reach.shortage + also)]


def _warning(code: str, message: str) -> Warning:
    return {"code": code, "message": message}
