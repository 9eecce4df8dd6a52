"""A request is handed on: another person is asked in a reviewer's place."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from approvals import authority
from approvals.exceptions import InvalidInput, NotPermitted, UnknownAddress
from approvals.lifecycle.beats import RequestEvent, as_stored, record, require_pending
from approvals.lifecycle.deadline import in_time
from approvals.models import Approval, Assignment, Notification
from approvals.notifications import notify
from approvals.reach import gather
from approvals.texts import LONGEST_REASON, normalised
from audit.message import Authority
from grants.models import User


def reassign(
    approval_id: UUID,
    *,
    by: User,
    to: str,
    reason: str,
    instead_of: str = "",
    accepts_unknown: bool = False,
) -> Approval:
    """Ask the address `to` in the place of `instead_of`; without the latter, `to` is asked in addition.

    `authority.may_hand_on` says who may do so, `may_receive` who may be asked. Votes already cast stand. With
    `accepts_unknown`, `to` may have no account. Raises NotPermitted, AlreadyDecided, InvalidInput, and
    UnknownAddress where the missing account is the only objection.
    """

    def act(approval: Approval, at: datetime) -> None:
        person = as_stored(by)
        ruling = authority.may_hand_on(person, approval, at=at)
        if not ruling.allowed:
            raise NotPermitted(ruling.reason)
        require_pending(approval)
        place = _place(approval, instead_of.strip().lower())
        if refusal := authority.may_replace(ruling, approval, place):
            raise _invalid("instead_of", refusal)
        target = _target(approval, to, person, at)
        words = _reason(reason)
        if not accepts_unknown:
            _require_account(target)
        _replace(approval, place, target, person, at)
        handed_on = RequestEvent(
            approval,
            "approval.reassigned",
            actor=person.as_actor(),
            at=at,
            version=approval.version(),
            authority=Authority(basis=ruling.basis, principal=str(person.pk)),
            data={"from": place.email if place else None, "to": target, "reason": words},
        )
        record(handed_on, people=[target, *(a.email for a in approval.assignments.all())])
        told = gather([target], at=at).of(approval, [target])
        notify(approval, Notification.Kind.REASSIGNED, (one for one in told if one != person.email), at=at)

    return in_time(approval_id, act, by=by, concerned=[to.strip().lower()])


def _place(approval: Approval, email: str) -> Assignment | None:
    if not email:
        return None
    found = next((a for a in approval.assignments.all() if a.email == email and a.is_named), None)
    if found is None:
        sentence = _("%(person)s is not named on this request any more: choose somebody who is.")
        raise _invalid("instead_of", sentence % {"person": email})
    return found


def _target(approval: Approval, to: str, by: User, at: datetime) -> str:
    email = to.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise _invalid("to", _("Give the e-mail address of the person to decide instead.")) from None
    if refusal := authority.may_receive(email, approval, by=by, at=at):
        raise _invalid("to", f"{refusal} {authority.whom_to_ask(approval, by=by, at=at)}".strip())
    return email


def _require_account(email: str) -> None:
    """A mistyped address would hold the request, and nobody would hear of it."""
    if User.objects.filter(email=email).exists():
        return
    sentence = _("Nobody here has the address %(address)s: they must be given an account to decide.")
    raise UnknownAddress.at("to", UnknownAddress.code, sentence % {"address": email})


def _reason(reason: str) -> str:
    words = normalised(reason).replace("\0", "").strip()
    if not words:
        raise _invalid("reason", _("Say why, in a few words: the new reviewer and the log read it."))
    if len(words) > LONGEST_REASON:
        raise _invalid("reason", _("Say it in at most %(most)s characters.") % {"most": LONGEST_REASON})
    return words


_FOLLOWS_THE_PLACE = (Assignment.Source.AGENT, Assignment.Source.REASSIGNED)
"""Sources that give way to that of the place filled. A person whom the policy or its ladder names keeps that source."""


def _replace(approval: Approval, place: Assignment | None, email: str, by: User, at: datetime) -> None:
    """Fill the place with its source unchanged, so that what the policy wanted there still holds."""
    source = place.source if place else Assignment.Source.REASSIGNED
    if place is not None:
        place.removed_at = at
        place.save(update_fields=["removed_at"])
    former = Assignment.objects.filter(approval=approval, email=email).first()
    if former is None:
        Assignment.objects.create(
            approval=approval,
            email=email,
            source=source,
            in_place_of=place,
            placed_by=by,
            placed_at=at,
            created_at=at,
        )
        return
    former.source_before = former.source
    if former.source in _FOLLOWS_THE_PLACE:
        former.source = source
    former.removed_at, former.in_place_of, former.placed_by, former.placed_at = None, place, by, at
    former.save(
        update_fields=["removed_at", "source", "source_before", "in_place_of", "placed_by", "placed_at"]
    )


def _invalid(field: str, sentence: str) -> InvalidInput:
    return InvalidInput.at(field, "unfit", sentence)
