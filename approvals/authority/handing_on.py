"""Who may hand a request on, and to whom? Nobody hands on authority that is not theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.authority.held import Held, held_by
from approvals.authority.ruling import (
    Ruling,
    bar,
    barred_addresses,
    in_own_right,
    is_agents_choice,
    joined_too_late,
    seated,
)
from approvals.models import Approval, Assignment
from approvals.models.choices import Risk
from audit.joined import either
from grants.models import ApproverMembership, User
from grants.roles import Role

STAFF = "staff"
MOST_NAMED = 3
"""Of the people who can be asked, in one sentence."""


def may_hand_on(user: User, approval: Approval, *, at: datetime, held: Held | None = None) -> Ruling:
    """People who may decide in their own right, and administrators who keep accounts; a delegate hands on nothing.

    `held` is as `may_decide` takes it.
    """
    if barred := bar(user, approval):
        return Ruling(allowed=False, reason=barred)
    held = held or held_by(user, at=at)
    own = in_own_right(user, approval, held.memberships.get(user.pk))
    if own.allowed:
        return own
    if user.holds(Role.ACCOUNTS):
        return Ruling(allowed=True, reason=_("You administer this place."), basis=STAFF, principal=user)
    sentence = _("Only a person who may decide this in their own right, or an administrator, hands it on.")
    return Ruling(allowed=False, reason=sentence)


def may_replace(ruling: Ruling, approval: Approval, place: Assignment | None) -> str:
    """Why the person with this ruling may not refill the place; empty if they may. `None` adds a place.

    A person whom only the agent named hands on their own place alone: else an agent's choice could replace the
    policy's.
    """
    is_agents = is_agents_choice(ruling, approval)
    if place is None and ruling.basis == STAFF:
        return _("An administrator replaces a person who is named; only people who may decide ask one more.")
    user = ruling.principal
    is_own = place is not None and user is not None and place.email == user.email
    if is_own or not is_agents or (place is not None and user is not None and user.holds(Role.ACCOUNTS)):
        return ""
    return _("Only the agent named you: you can hand on only your own place.")


def may_receive(email: str, approval: Approval, *, by: User, at: datetime) -> str:
    """Why this person cannot be asked instead, in one sentence; empty if they can."""
    user = User.objects.filter(email=email).first()
    joined = _joined([user] if user else [], approval, at)
    return _objection(email, user, approval, by, joined, at=at)


def objections(
    people: Sequence[User], approval: Approval, *, by: User, at: datetime, tells_votes: bool
) -> dict[UUID, str]:
    """What `may_receive` says of each of these people, by their id, in one query.

    Without `tells_votes` nothing is said of a person for having voted: `by` may not know that yet.
    """
    joined = _joined(people, approval, at)
    return {
        user.pk: _objection(user.email, user, approval, by, joined, at=at, tells_votes=tells_votes)
        for user in people
    }


def never_receives(email: str, user: User | None, *, by: User) -> str:
    """Why this person can be asked instead on no request at all; empty if on some they can."""
    if email == by.email:
        return _("You cannot hand a request to yourself.")
    if user is None or user.is_active:
        return ""
    return _("The account of %(person)s is deactivated.") % {"person": email}


def whom_to_ask(approval: Approval, *, by: User, at: datetime) -> str:
    """Whom this person can ask instead, in one sentence; empty if there is nobody to suggest."""
    names = [user.get_full_name() for user in receivers(approval, by=by, at=at)]
    if not names:
        return ""
    if len(names) > MOST_NAMED:
        more = len(names) - MOST_NAMED
        sentence = ngettext(
            "You can ask %(people)s or one more person.",
            "You can ask %(people)s or %(count)s more people.",
            more,
        )
        return sentence % {"people": ", ".join(names[:MOST_NAMED]), "count": more}
    *others, last = names
    people = either(", ".join(others), last) if others else last
    return _("You can ask %(people)s.") % {"people": people}


def handed_on_by(user: User, approval: Approval) -> list[Assignment]:
    """The places that this person handed on and may take back, since nobody has acted on the request meanwhile."""
    if not (approval.is_pending and user.is_active):
        return []
    placed = [a for a in approval.assignments.all() if a.placed_by_id == user.pk]
    return [a for a in placed if not acted_since(a, approval)]


def acted_since(asked: Assignment, approval: Approval) -> str:
    """What has happened since this person was asked, so that it cannot be taken back; empty if nothing has."""
    if not asked.is_named or asked.placed_at is None:
        return _("%(person)s is not asked any more. Nothing was changed.") % {"person": asked.email}
    if any(vote.decided_at >= asked.placed_at for vote in approval.votes.all()):
        return _("Somebody has voted since it was handed on, so that stands. Nothing was changed.")
    is_escalated = approval.breached_at is not None and approval.breached_at >= asked.placed_at
    if is_escalated and asked.email in approval.policy.escalation_targets:
        sentence = _("%(person)s has been asked by escalation meanwhile. Nothing was changed.")
        return sentence % {"person": asked.email}
    return ""


def is_restricted(approval: Approval) -> bool:
    """Whether only people of the policy and approvers can be asked instead: at high and critical risk."""
    return Risk(approval.risk).rank >= Risk.HIGH.rank


def receivers(approval: Approval, *, by: User, at: datetime) -> list[User]:
    """Whom to suggest: the policy's reviewers, its escalation ladder and the approvers, where they may receive it."""
    members = {m.user_id: m for m in ApproverMembership.objects.open(at)}
    by_policy = {*approval.policy.reviewers, *approval.policy.escalation_targets}
    named = {a.email for a in approval.assignments.all() if a.is_named}
    taken = seated(approval)
    people = User.objects.filter(Q(email__in=by_policy) | Q(pk__in=members), is_active=True).exclude(pk=by.pk)

    def fits(user: User) -> bool:
        is_known = user.email in by_policy or not joined_too_late(members[user.pk].joined_at, approval)
        return not (user.email in named or user.pk in taken) and is_known and not bar(user, approval)

    return [user for user in people if fits(user)]


def _joined(people: Sequence[User], approval: Approval, at: datetime) -> dict[UUID, datetime]:
    """Since when each of these people is an approver, where the risk makes that matter."""
    if not (people and is_restricted(approval)):
        return {}
    members = ApproverMembership.objects.open(at).filter(user__in=people)
    return dict(members.values_list("user_id", "joined_at"))


def _objection(
    email: str,
    user: User | None,
    approval: Approval,
    by: User,
    joined: Mapping[UUID, datetime],
    *,
    at: datetime,
    tells_votes: bool = True,
) -> str:
    if email == by.email:
        return never_receives(email, user, by=by)
    if any(a.email == email and a.is_named for a in approval.assignments.all()):
        return _("%(person)s is named on this request already.") % {"person": email}
    if email in barred_addresses(approval):
        sentence = _(
            "%(person)s is a party to this request: the agent runs for them, they answer for it or made its key, or "
            "they wrote the policy of this critical request."
        )
        return sentence % {"person": email}
    if never := never_receives(email, user, by=by):
        return never
    if by.holds(Role.ACCOUNTS) and (stranger := _of_stranger(email, user, at)):
        return stranger
    if tells_votes and user and user.pk in seated(approval):
        return _("%(person)s has a part in this decision already: ask somebody else.") % {"person": email}
    return _of_risky(email, user, approval, joined) if is_restricted(approval) else ""


def _of_stranger(email: str, user: User | None, at: datetime) -> str:
    """An administrator makes accounts, so hands nothing to one that they may have made for that."""
    if user is None:
        return _(
            "%(email)s has no account here: an administrator hands requests only to people who have one."
        ) % {"email": email}
    if user.is_newcomer(at):
        sentence = _(
            "The account of %(email)s was confirmed less than a day ago: an administrator hands it nothing."
        )
        return sentence % {"email": email}
    return ""


def _of_risky(email: str, user: User | None, approval: Approval, joined: Mapping[UUID, datetime]) -> str:
    if user is None:
        sentence = _(
            "%(person)s has no account here; a request of this risk goes only to people who have one."
        )
        return sentence % {"person": email}
    if email in approval.policy.reviewers or email in approval.policy.escalation_targets:
        return ""
    if user.pk not in joined:
        sentence = _(
            "At high and critical risk only a reviewer of the policy, a person on its escalation ladder or "
            "an approver can be asked: %(person)s is none of these."
        )
        return sentence % {"person": email}
    if joined_too_late(joined[user.pk], approval):
        sentence = _("%(person)s joined the approvers after this critical request was opened.")
        return sentence % {"person": email}
    return ""
