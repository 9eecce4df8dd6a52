"""Who else is asked when those told are too few to decide? The approvers, and the administrators are told last."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from approvals.authority import barred_addresses
from approvals.lifecycle.beats import RequestEvent, record
from approvals.models import Approval, Notification
from approvals.notifications import TeamTold, Told, tell
from approvals.reach import Reach, reaches
from audit.message import SYSTEM
from grants.models import User

REQUESTED, UNDERSTAFFED = Notification.Kind.REQUESTED, Notification.Kind.UNDERSTAFFED


def ask_enough(
    approvals: Iterable[Approval],
    at: datetime,
    *,
    besides: Iterable[Told | TeamTold] = (),
    certainly: Collection[UUID] = (),
) -> list[Told]:
    """Ask the approvers about each request that the people told so far cannot complete; where that is not enough,
    tell the administrators. Returns who was told; nobody is told twice of one shortage.

    Call it last in any function that changes who was told, who is able to decide or how many approvals are wanted,
    with the requests locked and read `with_parties`. `besides` are messages that go out anyway: their receivers get
    no second one. About the requests in `certainly` the approvers are asked however many people were told.
    """
    pending = [one for one in approvals if one.is_pending]
    found = reaches(pending, at=at) if pending else {}
    asked = [one for one in pending if _is_to_ask(found[one.pk], certain=one.pk in certainly)]
    short = [one for one in pending if not found[one.pk].could_be]
    staff = _staff(short)
    newly = [one for one in short if not one.administrators_told_at and staff[one.pk]]
    _change(pending, asked, newly, short, at)
    findings = _Findings(found, staff, at)
    events = [*(findings.asked(one) for one in asked), *(findings.understaffed(one) for one in newly)]
    told = _without([*findings.told(asked, newly)], besides)
    if events:
        record(*events, people={one.address for one in told})
    tell(told, at=at)
    return told


@dataclass(frozen=True, slots=True)
class _Findings:
    """What was found out about the requests, and the events and messages that follow from it."""

    found: Mapping[UUID, Reach]
    staff: Mapping[UUID, Sequence[str]]
    at: datetime

    def asked(self, approval: Approval) -> RequestEvent:
        reach = self.found[approval.pk]
        return self._event(approval, "approval.approvers_asked", sorted(reach.others), len(reach.told))

    def understaffed(self, approval: Approval) -> RequestEvent:
        reach, staff = self.found[approval.pk], list(self.staff[approval.pk])
        return self._event(approval, "approval.understaffed", staff, len(reach.told | reach.others))

    def told(self, asked: Iterable[Approval], newly: Iterable[Approval]) -> Iterator[Told]:
        for one in asked:
            yield from (Told(REQUESTED, one, address) for address in sorted(self.found[one.pk].others))
        for one in newly:
            yield from (Told(UNDERSTAFFED, one, address) for address in self.staff[one.pk])

    def _event(self, approval: Approval, kind: str, people: list[str], able: int) -> RequestEvent:
        data = {"people": people, "wanted": self.found[approval.pk].wanted, "able": able}
        return RequestEvent(approval, kind, actor=SYSTEM, at=self.at, data=data)


def _is_to_ask(reach: Reach, *, certain: bool) -> bool:
    return bool(reach.others) and (certain or not reach.is_enough)


def _staff(short: Collection[Approval]) -> dict[UUID, list[str]]:
    """The administrators who are not barred from each request: they can have others asked."""
    if not short:
        return {}
    staff = User.objects.filter(is_staff=True, is_active=True).order_by("email")
    addresses = list(staff.values_list("email", flat=True))
    return {one.pk: [who for who in addresses if who not in barred_addresses(one)] for one in short}


def _change(
    pending: Iterable[Approval],
    asked: Iterable[Approval],
    newly: Iterable[Approval],
    short: Iterable[Approval],
    at: datetime,
) -> None:
    """A shortage that is over is forgotten, so that the next one is told again."""
    still = {one.pk for one in short}
    settled = [one for one in pending if one.administrators_told_at and one.pk not in still]
    for group, name, moment in (
        (asked, "approvers_asked_at", at),
        (newly, "administrators_told_at", at),
        (settled, "administrators_told_at", None),
    ):
        if ids := [one.pk for one in group]:
            Approval.objects.filter(pk__in=ids).update(**{name: moment})
        for one in group:
            setattr(one, name, moment)


def _without(told: Iterable[Told], besides: Iterable[Told | TeamTold]) -> list[Told]:
    already = {(one.approval.pk, one.address) for one in besides if isinstance(one, Told)}
    return [one for one in told if (one.approval.pk, one.address) not in already]
