"""What happens when an administrator loosens something? It waits for a second one; tightening never waits.

Where there is no second administrator it waits an hour instead, or a week from when the last one was suspended, and
everybody concerned is told.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from approvals.exceptions import NotPermitted, StateConflict
from approvals.models import Loosening, Notification
from approvals.notifications import notify_about_person
from audit import clock, log
from audit.clock import rfc3339
from audit.message import SYSTEM, Actor, NewEvent
from grants import accounts, membership
from grants.models import ApproverMembership, User
from grants.providers import Authority, governing

Kind = Loosening.Kind
FLAGS = {Kind.AUDITOR: "is_auditor", Kind.ADMINISTRATOR: "is_staff"}
"""The column of an account that says so."""

_GOVERNED: dict[Loosening.Kind, Authority] = {Kind.APPROVER: "approvers", Kind.AUDITOR: "auditors"}
"""What a provider's groups may govern instead (docs/rules.md: groups-govern)."""

ALONE = timedelta(hours=1)
"""How long a single administrator waits instead."""
LEFT_ALONE = timedelta(days=7)
"""How long they wait after another one stopped: nobody gets rid of the second pair of eyes in an afternoon."""


@transaction.atomic
def ask(kind: Loosening.Kind, person: User, *, by: User) -> Loosening:
    """Ask that the person gets this authority. Raises NotPermitted, StateConflict."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    at = clock.now()
    if not by.administers:
        raise NotPermitted(_("Only an administrator asks for this."))
    if person.pk == by.pk:
        raise NotPermitted(_("Nobody asks for more authority for themselves: another administrator does."))
    if not person.is_active:
        raise NotPermitted(_("This account is not open: nobody can act with it."))
    if kind != Kind.ADMINISTRATOR and (provider := governing(person.pk, _GOVERNED[kind])):
        raise NotPermitted(
            _("The groups of %(provider)s say who has this: it is changed there.")
            % {"provider": provider.label}
        )
    _end_lapsed(Loosening.objects.filter(person=person, kind=kind).lapsed(at), at)
    if Loosening.objects.open().filter(person=person, kind=kind).exists():
        raise StateConflict(_("That was asked for already, and waits for a second administrator."))
    asked = Loosening.objects.create(
        kind=kind, person=person, asked_by=by, asked_at=at, takes_effect_at=_by_itself(by, person, at)
    )
    _record(asked, "authority.asked", by.as_actor(), at)
    _tell(asked, at)
    return asked


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
    if not by.administers:
        raise NotPermitted(_("Only an administrator refuses this."))
    return _end(asked, Loosening.Outcome.REFUSED, by=by, at=clock.now())


def let_take_effect() -> int:
    """What a single administrator asked for an hour ago counts from now on, and what nobody answered lapses.

    Returns how many took effect.
    """
    at = clock.now()
    count = 0
    for pk in list(Loosening.objects.due(at).values_list("pk", flat=True)):
        with transaction.atomic():
            asked = (
                Loosening.objects.select_for_update(skip_locked=True, of=("self",))
                .due(at)
                .filter(pk=pk)
                .first()
            )
            if asked is None:
                continue
            _take_effect(asked, second=SYSTEM)
            _end(asked, Loosening.Outcome.AGREED, by=None, at=at)
            count += 1
    with transaction.atomic():
        _end_lapsed(Loosening.objects.lapsed(at).select_for_update(skip_locked=True, of=("self",)), at)
    return count


def objection(asked: Loosening, *, by: User, at: datetime) -> str:
    """Why this administrator cannot be the second one; empty if they can."""
    if not by.administers:
        return _("Only an administrator agrees to this.")
    if by.pk == asked.asked_by_id:
        return _("You asked for it: a second administrator agrees.")
    if by.pk == asked.person_id:
        return _("It is about you: another administrator agrees.")
    if by.proven_at is None or by.proven_at > asked.asked_at:
        return _("Your account was confirmed after this was asked for, so another administrator agrees.")
    if by.is_unsettled(at):
        return _(
            "Your password or another way to sign in was replaced less than a day ago, so you cannot agree yet."
        )
    return ""


def _by_itself(by: User, person: User, at: datetime) -> datetime | None:
    """When it takes effect without a second administrator; None where there is one."""
    if _others(by, person).exists():
        return None
    stopped = User.objects.exclude(pk=by.pk).aggregate(last=Max("stopped_administering_at"))["last"]
    return max(at + ALONE, stopped + LEFT_ALONE) if stopped else at + ALONE


def _others(by: User, person: User) -> QuerySet[User]:
    """Who could be the second administrator."""
    return User.objects.filter(is_staff=True, is_active=True).exclude(pk__in=[by.pk, person.pk])


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
    by = asked.asked_by.as_actor()
    if asked.kind == Kind.APPROVER:
        membership.join(asked.person, by=by, second=second)
        return
    flag = FLAGS[Kind(asked.kind)]
    setattr(asked.person, flag, True)
    accounts.change(asked.person, by=by, second=second, changed=[flag])


def _end(asked: Loosening, outcome: Loosening.Outcome, *, by: User | None, at: datetime) -> Loosening:
    asked.outcome, asked.ended_at, asked.ended_by = outcome, at, by
    asked.save(update_fields=["outcome", "ended_at", "ended_by"])
    _record(asked, f"authority.{outcome}", by.as_actor() if by else SYSTEM, at)
    return asked


def _end_lapsed(lapsed: QuerySet[Loosening], at: datetime) -> None:
    for asked in lapsed.select_related("person", "asked_by"):
        _end(asked, Loosening.Outcome.LAPSED, by=None, at=at)


def _record(asked: Loosening, event: str, by: Actor, at: datetime) -> None:
    data = {
        "email": asked.person.email,
        "becomes": str(asked.kind),
        "asked_by": asked.asked_by.as_facts(),
        "takes_effect_at": rfc3339(asked.takes_effect_at) if asked.takes_effect_at else None,
    }
    log.record(NewEvent(asked.person.as_subject(), event, actor=by, at=at, data=data))


def _tell(asked: Loosening, at: datetime) -> None:
    """The person, and who could agree; where nobody could, everybody who watches over decisions."""
    told = _others(asked.asked_by, asked.person)
    addresses = [asked.person.email, *told.values_list("email", flat=True)]
    if asked.takes_effect_at:
        auditors = User.objects.filter(is_auditor=True, is_active=True).values_list("email", flat=True)
        stopped = User.objects.filter(stopped_administering_at__gt=at - LEFT_ALONE).values_list(
            "email", flat=True
        )
        addresses += [*ApproverMembership.objects.joined(at), *auditors, *stopped]
    notify_about_person(asked.person, Notification.Kind.MORE_AUTHORITY, dict.fromkeys(addresses), at=at)
