"""Who else is asked when those told are too few to decide? The approvers, and the administrators are told last."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from uuid import UUID

from approvals.authority import barred_addresses
from approvals.lifecycle.beats import RequestEvent, record
from approvals.models import Approval, Notification
from approvals.models.among import among
from approvals.notifications import TeamTold, Told, tell
from approvals.reach import Reach, Surroundings, reaches
from audit.message import SYSTEM
from grants.models import User
from grants.roles import Role

REQUESTED, UNDERSTAFFED = Notification.Kind.REQUESTED, Notification.Kind.UNDERSTAFFED


def ask_enough(
    approvals: Iterable[Approval],
    at: datetime,
    *,
    besides: Iterable[Told | TeamTold] = (),
    certainly: Collection[UUID] = (),
    around: Surroundings | None = None,
) -> None:
    """Ask the approvers about each request that the people told so far cannot complete; where that is not enough,
    tell the administrators. Nobody is told twice of one shortage.

    Call it last in any function that changes who was told, who is able to decide or how many approvals are wanted,
    with the requests locked and read `with_parties`. `besides` are messages that go out anyway: their receivers get
    no second one. About the requests in `certainly` the approvers are asked however many people were told. `around`
    is what was looked up around them, where it still is so.
    """
    pending = [one for one in approvals if one.is_pending]
    if not pending:
        return
    shortages = find_shortages(reaches(pending, at=at, around=around), pending, at, certainly=certainly)
    _store(shortages)
    told = shortages.told(besides=besides)
    if events := shortages.events():
        record(*events, people={one.address for one in told})
    tell(told, at=at)


@dataclass(frozen=True, slots=True)
class Shortages:
    """What follows where too few people were told of some requests.

    The approvers are asked about the requests in `asked`, and the administrators in `staff` hear of those in
    `newly`; about the requests in `settled` they were told before, and there are enough people now.
    """

    reach: Mapping[UUID, Reach]
    asked: Sequence[Approval]
    newly: Sequence[Approval]
    settled: Sequence[Approval]
    staff: Mapping[UUID, Sequence[str]]
    at: datetime

    def mark(self) -> None:
        """Note on the requests what is done about them; a shortage that is over is forgotten, the next told again."""
        for group, name, moment in self.marks():
            for one in group:
                setattr(one, name, moment)

    def marks(self) -> list[tuple[Sequence[Approval], str, datetime | None]]:
        """Which requests get which moment in which field."""
        return [
            (self.asked, "approvers_asked_at", self.at),
            (self.newly, "administrators_told_at", self.at),
            (self.settled, "administrators_told_at", None),
        ]

    def events(self) -> list[RequestEvent]:
        """What the log says of it."""
        asked = [
            self._event(one, "approval.approvers_asked", sorted(reach.others), len(reach.told))
            for one in self.asked
            for reach in [self.reach[one.pk]]
        ]
        return asked + [
            self._event(
                one, "approval.understaffed", list(self.staff[one.pk]), len(reach.told | reach.others)
            )
            for one in self.newly
            for reach in [self.reach[one.pk]]
        ]

    def told(self, *, besides: Iterable[Told | TeamTold] = ()) -> list[Told]:
        """The messages about it, but for those whose receivers get one of `besides` about the same request."""
        already = {(one.approval.pk, one.address) for one in besides if isinstance(one, Told)}
        asked = (Told(REQUESTED, one, who) for one in self.asked for who in sorted(self.reach[one.pk].others))
        newly = (Told(UNDERSTAFFED, one, who) for one in self.newly for who in self.staff[one.pk])
        return [one for one in chain(asked, newly) if (one.approval.pk, one.address) not in already]

    def _event(self, approval: Approval, kind: str, people: list[str], able: int) -> RequestEvent:
        data = {"people": people, "wanted": self.reach[approval.pk].wanted, "able": able}
        return RequestEvent(approval, kind, actor=SYSTEM, at=self.at, data=data)


def find_shortages(
    reach: Mapping[UUID, Reach],
    pending: Sequence[Approval],
    at: datetime,
    *,
    certainly: Collection[UUID] = (),
) -> Shortages:
    """Where too few were told. It changes the marks on the requests and nothing that is stored."""
    short = [one for one in pending if not reach[one.pk].could_be]
    still = {one.pk for one in short}
    staff = _staff(short)
    found = Shortages(
        reach=reach,
        asked=[one for one in pending if _is_to_ask(reach[one.pk], certain=one.pk in certainly)],
        newly=[one for one in short if not one.administrators_told_at and staff[one.pk]],
        settled=[one for one in pending if one.administrators_told_at and one.pk not in still],
        staff=staff,
        at=at,
    )
    found.mark()
    return found


def _is_to_ask(reach: Reach, *, certain: bool) -> bool:
    return bool(reach.others) and (certain or not reach.is_enough)


def _staff(short: Collection[Approval]) -> dict[UUID, list[str]]:
    """The administrators who are not barred from each request: they can have others asked."""
    if not short:
        return {}
    staff = User.objects.holding(Role.ACCOUNTS).order_by("email")
    addresses = list(staff.values_list("email", flat=True))
    return {one.pk: [who for who in addresses if who not in barred_addresses(one)] for one in short}


def _store(shortages: Shortages) -> None:
    for group, name, moment in shortages.marks():
        if ids := [one.pk for one in group]:
            Approval.objects.filter(pk__in=among(ids)).update(**{name: moment})
