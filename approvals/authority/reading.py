"""Which requests may this person decide, use, or read? The querysets behind the 404."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from approvals.authority.held import Held
from approvals.authority.person import PersonAuthority, is_barred
from approvals.authority.ruling import Ruling, decided_meanwhile
from approvals.models import Approval, assignments_in_hand
from approvals.models.approval_queries import ApprovalQuerySet
from grants.models import ApproverMembership, DelegatedGrant, User
from grants.roles import Role


def decidable_by(user: User, *, at: datetime) -> ApprovalQuerySet:
    """The pending requests for which `may_decide` says yes."""
    return PersonAuthority(user, at).decidable()


def would_cover(grant: DelegatedGrant, *, at: datetime) -> ApprovalQuerySet:
    """The pending requests that could be decided under the grant if it counted now; it need not be stored."""
    if not (grant.grantor.is_active and grant.grantee.is_active):
        return Approval.objects.none()
    return Approval.objects.pending().filter(
        PersonAuthority(grant.grantor, at).lent_by(grant) & ~is_barred(grant.grantee)
    )


def hands_on(user: User, *, at: datetime) -> Q:
    """The requests for which `may_hand_on` lets this person ask another."""
    person = PersonAuthority(user, at)
    return (Q() if user.holds(Role.ACCOUNTS) else person.in_own_right(user)) & ~person.is_barred


def drafts_for(user: User, *, at: datetime) -> ApprovalQuerySet:
    """The open drafts that `may_use_draft` lets this person use."""
    return PersonAuthority(user, at).drafts()


def visible_to(user: User | AnonymousUser, *, at: datetime, held: Held | None = None) -> ApprovalQuerySet:
    """What this person may read: what they may decide, voted on, were named on or lent their name to.

    Those who oversee and approvers read everything. A person who may not read a request gets 404, one who
    may read it and not act gets 403.
    """
    return PersonAuthority(user, at, held).visible() if isinstance(user, User) else Approval.objects.none()


def may_read(
    user: User, approval: Approval, *, at: datetime, ruling: Ruling | None = None, held: Held | None = None
) -> bool:
    """What `visible_to` lists, and what others decided while this person could have it open under a grant.

    Reading it, commenting on it and being mentioned there go by this one rule. The database is asked about the request
    only for people who neither read everything, nor may decide it now, as the `ruling` of `may_decide` says, nor are
    named among the assignments in hand.
    """
    person = PersonAuthority(user, at, held)
    if ruling and ruling.allowed and (ruling.grant is None or approval.is_pending):
        return True
    if user.is_active and (_is_named_in_hand(user, approval) or person.reads_everything):
        return True
    if decided_meanwhile(user, approval, at=at, held=person.held):
        return True
    return person.visible().filter(pk=approval.pk).exists()


def _is_named_in_hand(user: User, approval: Approval) -> bool:
    """Whether the request names or named them, where `read_whole` read that along; False where it did not."""
    return any(assignment.email == user.email for assignment in assignments_in_hand(approval))


def strangers_among(people: Sequence[User], approval: Approval, *, at: datetime) -> set[UUID]:
    """The ids of those whom `may_read` refuses. Only people whom the request does not name are looked up one by one."""
    members = ApproverMembership.objects.open(at).filter(user__in=people)
    approvers = set(members.values_list("user_id", flat=True))
    named = {assignment.email for assignment in approval.assignments.all()}

    def reads(user: User) -> bool:
        if not user.is_active:
            return False
        is_known = user.oversees or user.pk in approvers or user.email in named
        return is_known or may_read(user, approval, at=at)

    return {user.pk for user in people if not reads(user)}


def may_read_policies(user: User, *, at: datetime, held: Held | None = None) -> bool:
    """People with any authority, who decide by the policies, those who oversee, and those who keep the policies."""
    if not user.is_active:
        return False
    person = PersonAuthority(user, at, held)
    return person.reads_everything or user.holds(Role.POLICIES) or person.has_any
