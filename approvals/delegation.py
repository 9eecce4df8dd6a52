"""What happens when authority is lent, taken back, begins or ends? Both people are told, and the log has it.

It lives above `grants` because it tells people. `authority` says what a grant then allows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from approvals import rates, wakeups
from approvals.exceptions import FieldError, InvalidInput, NotPermitted, StateConflict
from approvals.models import Notification, Policy
from approvals.models.policy import ANY_ACTION_TYPE
from approvals.notifications import notify_of_grant
from approvals.texts import LONGEST_REASON, normalised
from audit import clock, log
from audit.clock import rfc3339
from audit.message import START, SYSTEM, Actor, NewEvent
from grants.models import DelegatedGrant, User
from grants.risk import HARMFUL, Risk
from grants.roles import Role

LONGEST_SCOPE = 50
BATCH = 100


class AlreadyEnded(StateConflict):
    """The grant was revoked or has run out."""

    code = "already_ended"


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantTerms:
    """What is lent, and for how long. `is_whole` says explicitly that it is for every kind of request."""

    highest_risk: str
    expires_at: datetime | None
    starts_at: datetime | None = None
    workflows: Sequence[str] = ()
    action_types: Sequence[str] = ()
    is_whole: bool = False
    reason: str = ""


@transaction.atomic
def give(grantor: User, grantee_email: str, terms: GrantTerms) -> DelegatedGrant:
    """Lend the grantor's own authority, from `starts_at` on (empty: now). Raises InvalidInput, RateExceeded."""
    at = clock.now()
    grant = prepare(grantor, grantee_email, terms, at=at)
    rates.take_of_person("grants", grantor.pk)
    grant.save(force_insert=True)
    _record(grant, "grant.given", grantor.as_actor(), at, _facts(grant), is_first=True)
    _tell(grant, Notification.Kind.GRANT_GIVEN, at)
    return grant


def prepare(grantor: User, grantee_email: str, terms: GrantTerms, *, at: datetime) -> DelegatedGrant:
    """The grant as it would be given, not stored: to show what it would cover. Raises InvalidInput."""
    grantee = User.objects.filter(email=grantee_email.strip().lower()).first()
    errors = [
        *_errors_of_person(grantor, grantee),
        *_errors_of_terms(terms, at),
        *_errors_of_unsettled(grantor, terms, at),
    ]
    if errors or grantee is None or terms.expires_at is None:
        raise InvalidInput(_("The authority was not lent. See what does not fit."), errors)
    return DelegatedGrant(
        grantor=grantor,
        grantee=grantee,
        is_whole=terms.is_whole,
        workflows=_names(terms.workflows),
        action_types=_names(terms.action_types),
        highest_risk=terms.highest_risk,
        starts_at=_start(terms, at),
        expires_at=terms.expires_at,
        reason=normalised(terms.reason).strip(),
        created_at=at,
    )


@transaction.atomic
def revoke(grant_id: UUID, *, by: User) -> DelegatedGrant:
    """End it now. The grantor may, the grantee, and an administrator: it only takes authority away.

    A decision under it at this moment comes first, or is refused. Raises DelegatedGrant.DoesNotExist,
    NotPermitted, AlreadyEnded.
    """
    grant = _locked(grant_id)
    at = clock.now()
    if not may_revoke(by, grant):
        raise NotPermitted(
            _("Only the person who lent it, the person who holds it, or an administrator ends a grant.")
        )
    if grant.revoked_at or grant.expires_at <= at:
        raise AlreadyEnded(_("This grant has ended already. Nothing was changed."))
    grant.revoked_at, grant.revoked_by = at, by
    grant.save(update_fields=["revoked_at", "revoked_by"])
    _record(grant, "grant.revoked", by.as_actor(), at, {"votes": grant.votes.count()})
    _tell(grant, Notification.Kind.GRANT_ENDED, at)
    return grant


def may_hold(grantee: User, *, of: User) -> str:
    """Why this person cannot hold the authority of another, in one sentence; empty if they can."""
    if grantee.pk == of.pk:
        return _("You have your own authority already: lend it to another person.")
    if not grantee.is_active:
        sentence = _("The account of %(person)s is deactivated: lend it to another person.")
        return sentence % {"person": grantee.email}
    return ""


def may_revoke(user: User, grant: DelegatedGrant) -> bool:
    """Who may end it."""
    return user.is_active and (user.holds(Role.ACCOUNTS) or user.pk in (grant.grantor_id, grant.grantee_id))


def may_see(user: User, grant: DelegatedGrant) -> bool:
    """The two people, and those who oversee."""
    return user.is_active and (user.oversees or may_revoke(user, grant))


def begin_and_end() -> int:
    """Tell of grants that have begun, record and tell of those that ran out; returns how many. Safe to run at once."""
    done = 0
    while batch := _begin_batch() + _end_batch():
        done += batch
    return done


@transaction.atomic
def _begin_batch() -> int:
    at = clock.now()
    begun = DelegatedGrant.objects.unannounced(at).select_related("grantor", "grantee")
    batch = list(begun.select_for_update(skip_locked=True, of=("self",))[:BATCH])
    for grant in batch:
        grant.started_told_at = at
        grant.save(update_fields=["started_told_at"])
        if grant.starts_at > grant.created_at:  # else the message that it was given has told of it
            _tell(grant, Notification.Kind.GRANT_STARTED, at)
    return len(batch)


@transaction.atomic
def _end_batch() -> int:
    at = clock.now()
    ended = DelegatedGrant.objects.ended_unrecorded(at).select_related("grantor", "grantee")
    batch = list(ended.select_for_update(skip_locked=True, of=("self",))[:BATCH])
    for grant in batch:
        grant.expired_recorded_at = at
        grant.save(update_fields=["expired_recorded_at"])
        _record(grant, "grant.expired", SYSTEM, at, {"votes": grant.votes.count()})
        _tell(grant, Notification.Kind.GRANT_ENDED, at)
    return len(batch)


def _locked(grant_id: UUID) -> DelegatedGrant:
    grants = DelegatedGrant.objects.select_related("grantor", "grantee")
    return grants.select_for_update(of=("self",)).get(pk=grant_id)


def _start(terms: GrantTerms, at: datetime) -> datetime:
    """A start that has passed is now: nothing is lent for the past."""
    return max(terms.starts_at or at, at)


def _errors_of_person(grantor: User, grantee: User | None) -> list[FieldError]:
    if not grantor.is_active:
        return [_error("grantee", _("This account is deactivated: it lends nothing."))]
    if grantee is None:
        return [
            _error("grantee", _("Nobody active here has that address: ask an administrator to add them."))
        ]
    if refusal := may_hold(grantee, of=grantor):
        return [_error("grantee", refusal)]
    return []


def _errors_of_terms(terms: GrantTerms, at: datetime) -> list[FieldError]:
    found = [*_errors_of_scope(terms), *_errors_of_time(terms, at)]
    if terms.highest_risk not in Risk.values:
        found.append(_error("highest_risk", _("Choose the highest risk that it covers.")))
    if not terms.reason.strip():
        found.append(_error("reason", _("Say why, such as “on leave”: both of you and the log read it.")))
    elif len(terms.reason) > LONGEST_REASON or "\0" in terms.reason:
        sentence = _("Say it in at most %(most)s characters of plain text.")
        found.append(_error("reason", sentence % {"most": LONGEST_REASON}))
    return found


def _errors_of_unsettled(grantor: User, terms: GrantTerms, at: datetime) -> list[FieldError]:
    """New credentials lend no more than they decide (docs/rules.md: new-credentials-wait)."""
    settles_at = grantor.settles_at()
    if settles_at is None or not grantor.is_unsettled(at) or terms.highest_risk not in HARMFUL:
        return []
    until = clock.in_words(settles_at)
    sentence = _("Your password was replaced less than a day ago: lend up to medium risk until %(until)s.")
    return [_error("highest_risk", sentence % {"until": until})]


def _errors_of_scope(terms: GrantTerms) -> list[FieldError]:
    named = [*_names(terms.workflows), *_names(terms.action_types)]
    if terms.is_whole and named:
        return [_error("scope", _("Lend everything, or name action types and workflows: not both."))]
    if not terms.is_whole and not named:
        return [
            _error("scope", _("Name an action type or a workflow, or say explicitly that it is everything."))
        ]
    if len(named) > LONGEST_SCOPE or any(len(name) > 100 or "\0" in name for name in named):
        sentence = _("Name at most %(most)s, each of up to %(length)s characters.")
        return [_error("scope", sentence % {"most": LONGEST_SCOPE, "length": 100})]
    return []


def _errors_of_time(terms: GrantTerms, at: datetime) -> list[FieldError]:
    if terms.expires_at is None:
        return [_error("expires_at", _("Say until when: a grant without an end is not given."))]
    if terms.expires_at <= _start(terms, at):
        return [_error("expires_at", _("It has to end after it starts, and later than now."))]
    if terms.expires_at > at + DelegatedGrant.LONGEST_WHOLE and _is_over_every_action_type(terms):
        sentence = _(
            "Authority over every action type is lent for %(days)s days at most: choose an earlier end, or name fewer."
        )
        return [_error("expires_at", sentence % {"days": DelegatedGrant.LONGEST_WHOLE.days})]
    return []


def _is_over_every_action_type(terms: GrantTerms) -> bool:
    """Whether it is as good as the whole authority: it says so, names no action type, or all that have a policy."""
    named = set(_names(terms.action_types))
    current = Policy.objects.current().exclude(action_type=ANY_ACTION_TYPE)
    known = set(current.values_list("action_type", flat=True))
    return not named or (bool(known) and known <= named)


def _names(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(name.strip() for name in names if name.strip()))


def _error(field: str, sentence: str) -> FieldError:
    return FieldError(field, "unfit", sentence)


def _facts(grant: DelegatedGrant) -> dict[str, object]:
    return {
        "grantor": grant.grantor.as_facts(),
        "grantee": grant.grantee.as_facts(),
        "everything": grant.is_whole,
        "workflows": grant.workflows,
        "action_types": grant.action_types,
        "highest_risk": grant.highest_risk,
        "starts_at": rfc3339(grant.starts_at),
        "expires_at": rfc3339(grant.expires_at),
        "reason": grant.reason,
    }


def _record(
    grant: DelegatedGrant,
    event: str,
    actor: Actor,
    at: datetime,
    data: dict[str, object],
    *,
    is_first: bool = False,
) -> None:
    happened = NewEvent(grant.as_subject(), event, actor=actor, at=at, data=data)
    log.record(happened, after=START if is_first else None)
    wakeups.publish_after_commit(grant.pk, people=[grant.grantee.email])


def _tell(grant: DelegatedGrant, kind: Notification.Kind, at: datetime) -> None:
    notify_of_grant(grant, kind, [grant.grantor.email, grant.grantee.email], at=at)
