"""Which requests may this person decide, use, or read? The querysets behind the inbox and the 404."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, UUIDField, Value, When

from approvals.authority.ruling import SELF_APPROVABLE, Ruling, decided_meanwhile
from approvals.models import Approval, Assignment, Policy, Vote, VoteSeat
from approvals.models.approval_queries import ApprovalQuerySet
from approvals.models.choices import Pattern, Risk
from grants.models import ApproverMembership, DelegatedGrant, User

NOTHING = Q(pk__in=())


def decidable_by(user: User, *, at: datetime) -> ApprovalQuerySet:
    """The pending requests for which `may_decide` says yes."""
    return PersonAuthority(user, at).decidable()


def would_cover(grant: DelegatedGrant, *, at: datetime) -> ApprovalQuerySet:
    """The pending requests that could be decided under the grant if it counted now; it need not be stored."""
    if not (grant.grantor.is_active and grant.grantee.is_active):
        return Approval.objects.none()
    return Approval.objects.pending().filter(
        PersonAuthority(grant.grantor, at).lent_by(grant) & ~_is_barred(grant.grantee)
    )


def hands_on(user: User, *, at: datetime) -> Q:
    """The requests for which `may_hand_on` lets this person ask another."""
    person = PersonAuthority(user, at)
    return (Q() if user.is_staff else person.in_own_right(user)) & ~_is_barred(user)


def drafts_for(user: User, *, at: datetime) -> ApprovalQuerySet:
    """The open drafts that `may_use_draft` lets this person use."""
    return PersonAuthority(user, at).drafts()


def visible_to(user: User | AnonymousUser, *, at: datetime) -> ApprovalQuerySet:
    """What this person may read: what they may decide, voted on, were named on or lent their name to.

    Auditors, administrators and approvers read everything. A person who may not read a request gets 404, one who
    may read it and not act gets 403.
    """
    return PersonAuthority(user, at).visible() if isinstance(user, User) else Approval.objects.none()


def may_read(user: User, approval: Approval, *, at: datetime, ruling: Ruling | None = None) -> bool:
    """What `visible_to` lists, and what others decided while this person could have it open under a grant.

    Reading it, commenting on it and being mentioned there go by this one rule. With the `ruling` of `may_decide` in
    hand nothing is asked for a person who may decide in their own right: they are named, or read everything.
    """
    if ruling and ruling.allowed and ruling.grant is None:
        return True
    if visible_to(user, at=at).filter(pk=approval.pk).exists():
        return True
    return decided_meanwhile(user, approval, at=at)


def may_read_policies(user: User, *, at: datetime) -> bool:
    """People with any authority, who decide by the policies, and auditors and administrators."""
    if not user.is_active:
        return False
    person = PersonAuthority(user, at)
    return person.reads_everything or person.has_any


def is_named_in_policy(user: User, **narrowed: str) -> bool:
    """Whether a current policy, of a pattern if one is given, names this person as a reviewer."""
    return Policy.objects.current().filter(reviewers__contains=[user.email], **narrowed).exists()


class PersonAuthority:
    """One person at one moment: what they hold and what is lent to them, read once."""

    def __init__(self, user: User, at: datetime) -> None:
        self.user = user
        self.at = at

    @cached_property
    def grants(self) -> list[DelegatedGrant]:
        """What is lent to this person now, the oldest first."""
        held = DelegatedGrant.objects.active(self.at).filter(grantee=self.user, grantor__is_active=True)
        return list(held.select_related("grantor").order_by("pk"))

    @cached_property
    def is_approver(self) -> bool:
        """Whether they are in the approvers group themselves."""
        return self.user.pk in self._memberships

    @property
    def takes_from_pool(self) -> bool:
        """Whether they, or a person who lends to them, are an approver."""
        return bool(self._memberships)

    @property
    def reads_everything(self) -> bool:
        return self.user.is_auditor or self.user.is_staff or self.is_approver

    @property
    def has_any(self) -> bool:
        """Whether anybody ever named this person, lends to them or made them an approver."""
        if self.is_approver or self.grants or is_named_in_policy(self.user):
            return True
        return Assignment.objects.filter(email=self.user.email).exists()

    def decidable(self) -> ApprovalQuerySet:
        """What is pending and theirs to decide."""
        if not self.user.is_active:
            return Approval.objects.none()
        return self._near(Approval.objects.pending()).filter(self._decidable & ~_is_barred(self.user))

    def is_done(self) -> Q:
        """Of what they may decide: where their own seat is filled, or the seats of all for whom they could stand in."""
        free = self.in_own_right(self.user)
        for grant in self.grants:
            free |= self.lent_by(grant) & ~_has_seat(grant.grantor_id)
        return _has_seat(self.user.pk) | ~free

    def mine(self) -> Q:
        """Of what they may decide: the requests that name them or come through a grant. The rest is the pool."""
        by_name, pool = _is_assignee(self.user), self._is_approver(self.user)
        for grant in self.grants:
            by_name |= self.lent_by(grant) & ~pool
        return by_name

    def on_behalf_of(self) -> Case:
        """For each row the id of the person in whose place they would decide it, or null."""
        own = When(self.in_own_right(self.user), then=None)
        lent = (When(self.lent_by(grant), then=Value(grant.grantor_id)) for grant in self.grants)
        return Case(own, *lent, default=None, output_field=UUIDField(null=True))

    def drafts(self) -> ApprovalQuerySet:
        """The open drafts they may use: theirs, and what is lent to them."""
        if not self.user.is_active:
            return Approval.objects.none()
        return self._near(Approval.objects.drafts()).filter(self._decidable)

    def visible(self) -> ApprovalQuerySet:
        """What they may read."""
        if not self.user.is_active:
            return Approval.objects.none()
        if self.reads_everything or not self.grants:
            return self.past()
        theirs = self.decidable().values("pk"), self.drafts().values("pk")
        return Approval.objects.filter(pk__in=self._ids_of_past().union(*theirs))

    def past(self) -> ApprovalQuerySet:
        """What they may read whether or not they may decide it: everything, or what concerned them before."""
        if not self.user.is_active:
            return Approval.objects.none()
        if self.reads_everything:
            return Approval.objects.all()
        return Approval.objects.filter(pk__in=self._ids_of_past())

    def _near(self, rows: ApprovalQuerySet) -> ApprovalQuerySet:
        """Narrow the rows, by one index, to the few that name one of these people, before each row is looked at."""
        if not self.grants or self.takes_from_pool:
            return rows
        people = [self.user.email, *(grant.grantor.email for grant in self.grants)]
        named = Assignment.objects.filter(email__in=people, is_open=True)
        return rows.filter(pk__in=named.values("approval_id"))

    def _ids_of_past(self) -> QuerySet[Any, Any]:
        named = Assignment.objects.filter(email=self.user.email).values("approval_id")
        voted = Vote.objects.filter(Q(user=self.user) | Q(principal=self.user)).values("approval_id")
        # One set of ids, which a person has few of; EXISTS with OR would be asked of every row there is.
        return named.union(voted)

    @cached_property
    def _memberships(self) -> dict[object, ApproverMembership]:
        people = [self.user.pk, *(grant.grantor_id for grant in self.grants)]
        return {m.user_id: m for m in ApproverMembership.objects.open(self.at).filter(user__in=people)}

    @property
    def _decidable(self) -> Q:
        found = self.in_own_right(self.user)
        for grant in self.grants:
            found |= self.lent_by(grant)
        return found

    def lent_by(self, grant: DelegatedGrant) -> Q:
        """What the grantor may decide in their own right, within the scope; not what the grantee handed to them."""
        named = _is_assignee(grant.grantor, apart_from=grant.grantee_id)
        return grant.covered() & (named | self._is_approver(grant.grantor)) & ~_is_barred(grant.grantor)

    def in_own_right(self, user: User) -> Q:
        """What that person, or a person who lends to them, may decide without a grant."""
        return _is_assignee(user) | self._is_approver(user)

    def _is_approver(self, user: User) -> Q:
        membership = self._memberships.get(user.pk)
        if membership is None:
            return NOTHING
        return ~Q(risk=Risk.CRITICAL) | Q(created_at__gte=membership.joined_at)


def _is_assignee(user: User, *, apart_from: UUID | None = None) -> Q:
    """Of open requests; the assignment's own copy of that finds them by one index."""
    named = Assignment.objects.filter(approval=OuterRef("pk"), email=user.email, is_open=True)
    return Q(Exists(named.exclude(placed_by=apart_from) if apart_from else named))


def _has_seat(person: UUID) -> Q:
    seats = VoteSeat.objects.filter(approval=OuterRef("pk"), version=OuterRef("current_version"), user=person)
    return Q(Exists(seats))


def _is_barred(user: User) -> Q:
    """As `bar` says: the person the agent runs for, and the owners of agent and key, now and when it asked."""
    owns = Q(agent__owner=user) | Q(key__owner=user) | Q(agent_owner=user) | Q(key_owner=user)
    is_party = (Q(initiated_by=user.email) | owns) & ~Q(pattern=Pattern.DRAFT_ONLY)
    return is_party & ~Q(policy__allow_self_approval=True, risk__in=SELF_APPROVABLE)
