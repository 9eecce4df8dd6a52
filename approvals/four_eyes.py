"""What happens when an administrator loosens something? It waits for a second one; tightening never waits.

Where there is no second administrator it waits an hour instead, or a week from when the last one was suspended, and
everybody concerned is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from approvals import alone, held, keys
from approvals.exceptions import NotPermitted, StateConflict
from approvals.held import Change
from approvals.models import Loosening, Notification
from approvals.models.loosening import LAPSES_AFTER, role_for
from approvals.notifications import notify_about_person, notify_of_loosening
from audit import clock, log
from audit.clock import rfc3339
from audit.message import SYSTEM, Actor, NewEvent, Subject
from grants import accounts, membership
from grants.models import ApproverMembership, User
from grants.providers import Authority, Governed, require_by_hand
from grants.roles import LOOSENING, Role

Kind = Loosening.Kind
ROLES = {Kind(role): str(role) for role in Role}
"""The roles, and the column of each."""
FLAGS = {
    Kind.AUDITOR: "is_auditor",
    Kind.ADMINISTRATOR: "is_staff",
    Kind.ACCOUNT: "is_active",
    **ROLES,
}
"""The column of an account that says so."""

_GOVERNED: dict[Loosening.Kind, Authority] = {Kind.APPROVER: "approvers", Kind.AUDITOR: "auditors"}
"""What a provider's groups may govern instead (docs/rules.md: groups-govern)."""


@transaction.atomic
def ask(kind: Loosening.Kind, person: User, *, by: User) -> Loosening:
    """Ask that the person gets this authority. Raises NotPermitted, StateConflict."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    at = clock.now()
    _require_role(kind, by)
    if person.pk == by.pk:
        raise NotPermitted(_("Nobody asks for more authority for themselves: another administrator does."))
    if kind != Kind.ACCOUNT and not person.is_active:
        raise NotPermitted(_("This account is not open: nobody can act with it."))
    if kind in _GOVERNED:
        try:
            require_by_hand(person.pk, _GOVERNED[kind], by=by.as_actor())
        except Governed as refusal:
            raise NotPermitted(str(refusal)) from None
    _require_first(Loosening.objects.filter(person=person, kind=kind), at)
    asked = Loosening.objects.create(
        kind=kind,
        person=person,
        asked_by=by,
        asked_at=at,
        takes_effect_at=alone.by_itself(by, person, role_for(kind), at),
    )
    _record(asked, "asked", by.as_actor(), at)
    _tell(asked, at)
    return asked


@transaction.atomic
def ask_change(change: Change, *, by: User) -> Loosening:
    """Ask that a rule is loosened so. Nothing changes before it is agreed to. Raises NotPermitted, StateConflict."""
    asker = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    _require_role(change.kind, asker)
    at = clock.now()
    require_first(change, at)
    asked = Loosening.objects.create(
        kind=change.kind,
        subject_id=change.key,
        name=change.name,
        wanted=change.wanted,
        drawn_from=change.drawn_from,
        difference=change.difference,
        sealed=change.sealed,
        asked_by=by,
        asked_at=at,
        takes_effect_at=alone.by_itself(by, None, role_for(change.kind), at),
    )
    _record(asked, "asked", by.as_actor(), at)
    _tell(asked, at, change.concerned)
    return asked


def _require_role(kind: Loosening.Kind, by: User) -> None:
    if not by.holds(role_for(kind)):
        raise NotPermitted(_("Only an administrator asks for this, with the role for it."))


def require_first(change: Change, at: datetime) -> None:
    """Raises StateConflict where a change of the same rule waits already."""
    _require_first(Loosening.objects.about(change.kind, change.key), at)


def _require_first(same: QuerySet[Loosening], at: datetime) -> None:
    """Raises StateConflict where the same waits already; what nobody answered for a week makes room."""
    _end_lapsed(same.filter(outcome="", asked_at__lte=at - LAPSES_AFTER), at)
    if same.filter(outcome="").exists():
        raise StateConflict(
            _(
                "This was asked for already. What waits for a second administrator already is refused first, under "
                "Loosenings."
            )
        )


@transaction.atomic
def agree(loosening_id: UUID, *, by: User) -> Loosening:
    """The second administrator agrees, and it counts. Raises Loosening.DoesNotExist, NotPermitted, StateConflict."""
    asked, at = _locked(loosening_id), clock.now()
    by = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if sentence := objection(asked, by=by, at=at):
        raise NotPermitted(sentence)
    _take_effect(asked, second=by.as_actor())
    return _end(asked, Loosening.Outcome.AGREED, by=by, at=at)


@transaction.atomic
def refuse(loosening_id: UUID, *, by: User) -> Loosening:
    """An administrator refuses, or takes back what they asked for. Raises as `agree`."""
    asked = _locked(loosening_id)
    if by.pk != asked.asked_by_id and not any(map(by.holds, LOOSENING)):
        raise NotPermitted(_("Only an administrator refuses this, with a role that loosens anything."))
    return _end(asked, Loosening.Outcome.REFUSED, by=by, at=clock.now())


def let_take_effect() -> int:
    """What a single administrator asked for an hour ago counts from now on, and what nobody answered lapses.

    Returns how many took effect.
    """
    at = clock.now()
    count = 0
    for pk in list(Loosening.objects.due(at).order_by("asked_at", "pk").values_list("pk", flat=True)):
        with transaction.atomic():
            asked = (
                Loosening.objects.select_for_update(skip_locked=True, of=("self",))
                .due(at)
                .filter(pk=pk)
                .first()
            )
            if asked is None:
                continue
            count += _in_time(asked, at)
    with transaction.atomic():
        _end_lapsed(Loosening.objects.lapsed(at).select_for_update(skip_locked=True, of=("self",)), at)
    return count


def _in_time(asked: Loosening, at: datetime) -> bool:
    """It takes effect by itself; where it cannot any more, it lapses, and the others are not held up."""
    try:
        with transaction.atomic():
            _take_effect(asked, second=SYSTEM)
    except StateConflict:
        _end(asked, Loosening.Outcome.LAPSED, by=None, at=at)
        return False
    _end(asked, Loosening.Outcome.AGREED, by=None, at=at)
    return True


def objection(asked: Loosening, *, by: User, at: datetime) -> str:
    """Why this administrator cannot be the second one; empty if they can."""
    if by.pk == asked.asked_by_id:
        return _("You asked for it: a second administrator agrees.")
    if asked.person_id and by.pk == asked.person_id:
        return _("It is about you: another administrator agrees.")
    if not alone.others(asked.asked_by, asked.person, asked.kept_by).filter(pk=by.pk).exists():
        return _("Only an administrator agrees to this, with the role for it.")
    if by.proven_at is None or by.proven_at > asked.asked_at:
        return _("Your account was confirmed after this was asked for, so another administrator agrees.")
    if by.is_unsettled(at):
        return _(
            "Your password or another way to sign in was replaced less than a day ago, so you cannot agree yet."
        )
    return ""


def _locked(loosening_id: UUID) -> Loosening:
    asked = (
        Loosening.objects.select_for_update(of=("self",))
        .select_related("person", "asked_by")
        .get(pk=loosening_id)
    )
    if not asked.is_open:
        raise StateConflict(_("This has ended already. Nothing was changed."))
    return asked


def _take_effect(asked: Loosening, *, second: Actor) -> None:
    """Raises StateConflict where who asked administers no more, or what was asked for cannot be done any more."""
    _require_unchanged(asked)
    try:
        _do(asked, second=second)
    except Governed as refusal:
        raise StateConflict(str(refusal)) from None


def _require_unchanged(asked: Loosening) -> None:
    ids = {asked.asked_by_id, asked.person_id} - {None}
    people = User.objects.select_for_update(no_key=True).order_by("pk").in_bulk(ids)
    if not people[asked.asked_by_id].holds(asked.kept_by):
        raise StateConflict(
            _("The person who asked for this has the role for it no more: refuse it, and ask again.")
        )
    if asked.person_id and asked.kind in ROLES and not people[asked.person_id].is_staff:
        raise StateConflict(_("The roles are for administrators: agree first that this person becomes one."))
    if asked.person_id and asked.kind != Kind.ACCOUNT and not people[asked.person_id].is_active:
        raise StateConflict(_("This account is not open any more: nobody can act with it."))


def _do(asked: Loosening, *, second: Actor) -> None:
    if asked.person is None:
        held.take_effect(asked, second=second)
        return
    by = asked.asked_by.as_actor()
    if asked.kind == Kind.APPROVER:
        membership.join(asked.person, by=by, second=second)
        return
    flag = FLAGS[Kind(asked.kind)]
    setattr(asked.person, flag, True)
    accounts.change(asked.person, by=by, second=second, changed=[flag])
    if asked.kind == Kind.ACCOUNT:
        keys.note_owner_back(asked.person, by=by, at=clock.now())


def _end(asked: Loosening, outcome: Loosening.Outcome, *, by: User | None, at: datetime) -> Loosening:
    asked.outcome, asked.ended_at, asked.ended_by, asked.sealed = outcome, at, by, b""
    asked.save(update_fields=["outcome", "ended_at", "ended_by", "sealed"])
    _record(asked, str(outcome), by.as_actor() if by else SYSTEM, at)
    return asked


def _end_lapsed(lapsed: QuerySet[Loosening], at: datetime) -> None:
    for asked in lapsed.select_related("person", "asked_by"):
        _end(asked, Loosening.Outcome.LAPSED, by=None, at=at)


def _record(asked: Loosening, what: str, by: Actor, at: datetime) -> None:
    takes_effect_at = rfc3339(asked.takes_effect_at) if asked.takes_effect_at else None
    data = {"asked_by": asked.asked_by.as_facts(), "takes_effect_at": takes_effect_at}
    if asked.person:
        subject, event = asked.person.as_subject(), f"authority.{what}"
        data |= {"email": asked.person.email, "becomes": str(asked.kind)}
    else:
        about = "agent" if asked.kind == Kind.AGENT else "policy"
        subject, event = Subject(about, asked.subject_id), f"{about}.loosening_{what}"
        data |= {"what": str(asked.kind), "name": asked.name, "difference": asked.difference}
    log.record(NewEvent(subject, event, actor=by, at=at, data=data))


def _tell(asked: Loosening, at: datetime, concerned: Iterable[str] = ()) -> None:
    """Those concerned, and who could agree; where nobody could, everybody who watches over decisions or administers."""
    told = alone.others(asked.asked_by, asked.person, asked.kept_by)
    addresses = [*concerned, *told.values_list("email", flat=True)]
    if asked.takes_effect_at:
        auditors = User.objects.filter(is_auditor=True, is_active=True).values_list("email", flat=True)
        stopped = User.objects.filter(stopped_administering_at__gt=at - alone.LEFT_ALONE).values_list(
            "email", flat=True
        )
        staff = User.objects.filter(is_staff=True, is_active=True).exclude(pk=asked.asked_by_id)
        administrators = staff.values_list("email", flat=True)
        addresses += [*ApproverMembership.objects.joined(at), *auditors, *stopped, *administrators]
    if asked.person:
        everybody = dict.fromkeys([asked.person.email, *addresses])
        notify_about_person(asked.person, Notification.Kind.MORE_AUTHORITY, everybody, at=at)
    else:
        notify_of_loosening(asked, dict.fromkeys(addresses), at=at)
