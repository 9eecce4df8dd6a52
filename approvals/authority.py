"""Who may decide this, and on whose authority? And who may read it?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from approvals.models import Approval, Assignment, Policy, Vote
from approvals.models.choices import Risk
from grants.models import ApproverMembership, User

ASSIGNEE = "assignee"
APPROVERS = "approvers"
SELF_APPROVABLE = (Risk.LOW, Risk.MEDIUM)
"""Where a policy may let somebody decide what an agent does for them (DESIGN §4.13)."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether a person may decide, on which basis and whose authority; else why not, in one sentence."""

    allowed: bool
    reason: str
    basis: str = ""
    principal: User | None = None


def may_decide(user: User, approval: Approval, *, at: datetime) -> Ruling:
    """The one answer, for the button, the refusal and the vote alike (DESIGN §4.9-14).

    A named assignee or an approver, and nobody else: no flag, permission or key counts. Whether the request
    is still open is not asked here. Inside a decision, call it with the request's row locked.
    """
    barred = _bar(user, approval)
    if barred:
        return Ruling(allowed=False, reason=barred)
    return _by_role(user, approval, at)


def may_use_draft(user: User, approval: Approval, *, at: datetime) -> Ruling:
    """Who is named on it, or an approver. Nothing is executed, so whoever it was made for may use it."""
    if not user.is_active:
        return Ruling(allowed=False, reason="This account is deactivated.")
    return _by_role(user, approval, at)


def _by_role(user: User, approval: Approval, at: datetime) -> Ruling:
    membership = ApproverMembership.objects.open(at).filter(user=user).first()
    is_late = _joined_too_late(membership, approval)
    named = [a.source for a in approval.assignments.all() if a.email == user.email and a.removed_at is None]
    # An approver whom only the agent named votes as an approver: that counts for more (DESIGN §4.1).
    if named and (Assignment.Source.POLICY in named or membership is None or is_late):
        return Ruling(allowed=True, reason="You are a named reviewer.", basis=ASSIGNEE, principal=user)
    if membership is None:
        return Ruling(
            allowed=False,
            reason="You are neither a named reviewer of this request nor in the approvers group.",
        )
    if is_late:
        return Ruling(
            allowed=False,
            reason="You joined the approvers after this critical request was opened, so others decide it.",
        )
    return Ruling(allowed=True, reason="You are in the approvers group.", basis=APPROVERS, principal=user)


def _joined_too_late(membership: ApproverMembership | None, approval: Approval) -> bool:
    """Nobody is put into the approvers for a critical request that is already open (DESIGN §4.14)."""
    return membership is not None and approval.is_critical and membership.joined_at > approval.created_at


def _bar(user: User, approval: Approval) -> str:
    """Why this person can never decide this request, or nothing (DESIGN §4.13)."""
    if not user.is_active:
        return "This account is deactivated."
    if approval.policy.allow_self_approval and approval.risk in SELF_APPROVABLE:
        return ""
    if user.email == approval.initiated_by:
        return "The agent runs on your behalf, so somebody else decides this."
    if user.pk in (approval.agent.owner_id, approval.key.owner_id):
        return "You answer for this agent, so somebody else decides this."
    return ""


def decidable_by(user: User, *, at: datetime) -> QuerySet[Approval]:
    """The pending requests for which `may_decide` says yes."""
    if not user.is_active:
        return Approval.objects.none()
    return (
        Approval.objects.pending()
        .filter(_is_assignee(user) | _is_approver(user, at))
        .exclude(_is_party(user) & ~Q(policy__allow_self_approval=True, risk__in=SELF_APPROVABLE))
    )


def _is_party(user: User) -> Q:
    return Q(initiated_by=user.email) | Q(agent__owner=user) | Q(key__owner=user)


def drafts_for(user: User, *, at: datetime) -> QuerySet[Approval]:
    """The open drafts that `may_use_draft` lets this person use."""
    if not user.is_active:
        return Approval.objects.none()
    drafts = Approval.objects.drafts()
    is_approver = ApproverMembership.objects.open(at).filter(user=user).exists()
    return drafts if is_approver else drafts.filter(_is_assignee(user))


def may_read_policies(user: User, *, at: datetime) -> bool:
    """Whoever decides by them, oversees them or runs the place: any authority, auditors and staff."""
    if not user.is_active:
        return False
    if user.is_auditor or user.is_staff or ApproverMembership.objects.open(at).filter(user=user).exists():
        return True
    return Assignment.objects.filter(email=user.email).exists() or is_named_in_policy(user)


def is_named_in_policy(user: User, **narrowed: str) -> bool:
    """Whether a current policy, of a pattern if one is given, names this person as a reviewer."""
    return Policy.objects.current().filter(reviewers__contains=[user.email], **narrowed).exists()


def _is_assignee(user: User) -> Q:
    named = Assignment.objects.filter(approval=OuterRef("pk"), email=user.email, removed_at=None)
    return Q(Exists(named))


def _is_approver(user: User, at: datetime) -> Q:
    membership = ApproverMembership.objects.open(at).filter(user=user).first()
    if membership is None:
        return Q(pk__in=[])
    return ~Q(risk=Risk.CRITICAL) | Q(created_at__gte=membership.joined_at)


def visible_to(user: User | AnonymousUser, *, at: datetime) -> QuerySet[Approval]:
    """What this person may read: what they may decide, voted on or were named on; all for auditors and staff.

    Whoever is outside gets 404, whoever is inside and may not act 403 (DESIGN §4.14).
    """
    if not isinstance(user, User) or not user.is_active:
        return Approval.objects.none()
    if user.is_auditor or user.is_staff or ApproverMembership.objects.open(at).filter(user=user).exists():
        return Approval.objects.all()
    named = Assignment.objects.filter(email=user.email).values("approval_id")
    voted = Vote.objects.filter(user=user).values("approval_id")
    # One set of ids, which a person has few of; two EXISTS with OR would be asked of every row there is.
    return Approval.objects.filter(pk__in=named.union(voted))


def has_quorum(approval: Approval, votes: Iterable[Vote]) -> bool:
    """Whether these approving votes on the current version are enough.

    Where the policy names reviewers, one of them, an escalation target or an approver must be among the
    voters: an agent never picks its judges alone (DESIGN §4.1).
    """
    principals = {vote.principal_id: vote for vote in votes}
    if len(principals) < approval.quorum:
        return False
    by_policy = {a.email for a in approval.assignments.all() if a.source == Assignment.Source.POLICY}
    if not by_policy:
        return True
    by_policy |= set(approval.policy.escalation_targets)
    return any(vote.basis == APPROVERS or vote.principal.email in by_policy for vote in principals.values())
