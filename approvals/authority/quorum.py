"""How many have approved, is that enough, and who is still asked?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from approvals.authority.ruling import counts_for_policy, may_decide, names_reviewers
from approvals.models import Approval, Assignment, Vote
from grants.models import DelegatedGrant, User


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
    def sentence(self) -> str:
        """What is missing yet, or nothing."""
        if self.approved < self.required:
            return ""
        return (
            "Those who approved were all named by the agent: somebody whom the policy names, or an approver, "
            "has to approve as well."
            if self.lacks_policy_seat
            else ""
        )


def quorum_of(approval: Approval, votes: Iterable[Vote]) -> Quorum:
    """What these approving votes on the current version come to: distinct people and distinct principals.

    Where the policy names reviewers, one of them, their delegate, an escalation target or an approver must be
    among them (DESIGN §4.1, §4.12).
    """
    by_principal = {vote.principal_id: vote for vote in votes}
    people = {vote.user_id for vote in by_principal.values()}
    is_seated = any(counts_for_policy(v.basis, v.principal.email, approval) for v in by_principal.values())
    return Quorum(
        required=approval.quorum,
        approved=min(len(people), len(by_principal)),
        lacks_policy_seat=names_reviewers(approval) and not is_seated,
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody named on the request. `covered_by`: those who hold a grant of theirs that covers it now."""

    email: str
    user: User | None
    by: str
    can_decide: bool
    covered_by: tuple[User, ...] = ()

    @property
    def name(self) -> str:
        return self.user.get_full_name() if self.user else self.email


def still_asked(approval: Approval, *, at: datetime) -> list[Asked]:
    """Everybody named on the request and still so, with who stands in for them."""
    named = [a for a in approval.assignments.all() if a.removed_at is None]
    users = {user.email: user for user in User.objects.filter(email__in=[a.email for a in named])}
    lent = DelegatedGrant.objects.active(at).filter(grantor__in=users.values()).select_related("grantee")
    cover: dict[str, list[User]] = {}
    for grant in lent:
        if grant.covers(workflow=approval.workflow, action_type=approval.action_type, risk=approval.risk):
            cover.setdefault(str(grant.grantor_id), []).append(grant.grantee)
    return [_asked(a, users.get(a.email), cover, approval, at) for a in named]


def _asked(
    assignment: Assignment, user: User | None, cover: dict[str, list[User]], approval: Approval, at: datetime
) -> Asked:
    stand_ins = cover.get(str(user.pk), []) if user else []
    return Asked(
        email=assignment.email,
        user=user,
        by=assignment.get_source_display(),
        can_decide=user is not None and may_decide(user, approval, at=at).allowed,
        covered_by=tuple(one for one in stand_ins if may_decide(one, approval, at=at).allowed),
    )
