"""How many have approved, is that enough, and who is still asked?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from approvals.authority.ruling import ASSIGNEE, bar, counts_for_policy, names_reviewers
from approvals.authority.stand_ins import StandIns
from approvals.models import Approval, Assignment, Away, Vote, VoteSeat
from grants.models import User


@dataclass(frozen=True, slots=True)
class Quorum:
    """Approvals against what it takes. `lacks_policy_seat`: the voters are all of the agent's choosing."""

    required: int
    approved: int
    lacks_policy_seat: bool

    @property
    def is_met(self) -> bool:
        return self.approved >= self.required and not self.lacks_policy_seat

    @property
    def wants_policy_seat(self) -> bool:
        """Enough have approved, and all of them were the agent's choice."""
        return self.approved >= self.required and self.lacks_policy_seat


def quorum_of(approval: Approval, votes: Iterable[Vote]) -> Quorum:
    """What these approving votes on the current version come to: distinct people and distinct principals.

    Where the policy names reviewers, one of them, their delegate, an escalation target or an approver must be
    among them.
    """
    by_principal = {vote.principal_id: vote for vote in votes}
    people = {vote.user_id for vote in by_principal.values()}
    is_seated = any(vote.fills_policy_seat for vote in by_principal.values())
    return Quorum(
        required=approval.quorum,
        approved=min(len(people), len(by_principal)),
        lacks_policy_seat=names_reviewers(approval) and not is_seated,
    )


def waits_for_another() -> Q:
    """The pending requests of which one approval at least counts, and is not enough."""
    seats = VoteSeat.objects.filter(
        approval=OuterRef("pk"), version=OuterRef("current_version"), is_open=True
    )
    return Q(Exists(seats))


@dataclass(frozen=True, slots=True)
class Asked:
    """A person named on the request. `covered_by`: the people who may decide it in their place now. `away` is what they
    said of being away.
    """

    email: str
    user: User | None
    assignment: Assignment
    can_decide: bool
    covered_by: tuple[User, ...] = ()
    away: Away | None = None

    @property
    def name(self) -> str:
        return self.user.get_full_name() if self.user else self.email

    @property
    def absence(self) -> str:
        """That they are away, until when, and who covers for them; empty if neither they nor a grant says so."""
        if not self.covered_by:
            return _("away until %(day)s") % {"day": self.away.until} if self.away else ""
        names = ", ".join(person.get_full_name() for person in self.covered_by)
        if not self.away:
            return _("away, covered by %(people)s") % {"people": names}
        sentence = _("away until %(day)s, covered by %(people)s")
        return sentence % {"day": self.away.until, "people": names}


def still_asked(
    approval: Approval, accounts: Mapping[str, User], stand_ins: StandIns, away: Mapping[str, Away]
) -> list[Asked]:
    """Everybody still named on the request, with the people who stand in for them."""
    named = [a for a in approval.assignments.all() if a.is_named]
    asked = (_asked(a, accounts.get(a.email), stand_ins, approval) for a in named)
    return [replace(one, away=away.get(one.email)) for one in asked]


def awaited(asked: Iterable[Asked], votes: Iterable[Vote], approval: Approval) -> list[Asked]:
    """The people named whose approval is still to come: they can decide and have no seat. Nor has anybody in their
    `covered_by`.

    Once enough people have approved and the agent chose them all, only a person it did not choose can complete it.
    """
    votes = list(votes)
    seated = {person for vote in votes for person in (vote.user_id, vote.principal_id)}
    free = [one for one in asked if one.can_decide and one.user and one.user.pk not in seated]
    free = [replace(one, covered_by=tuple(u for u in one.covered_by if u.pk not in seated)) for one in free]
    if not quorum_of(approval, votes).wants_policy_seat:
        return free
    return [one for one in free if counts_for_policy(ASSIGNEE, one.email, approval)]


def _asked(assignment: Assignment, user: User | None, stand_ins: StandIns, approval: Approval) -> Asked:
    can_decide = user is not None and not bar(user, approval)  # being named is what else it takes
    covered_by = stand_ins.of(assignment.email, approval) if can_decide else ()
    return Asked(assignment.email, user, assignment, can_decide, covered_by)
