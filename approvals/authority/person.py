"""Which requests does one person's authority cover? The querysets behind the inbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Case,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    UUIDField,
    Value,
    When,
)

from approvals.addresses import reaches
from approvals.authority.held import Held, held_by
from approvals.authority.ruling import SELF_APPROVABLE
from approvals.models import Agent, AgentKey, Approval, Assignment, Policy, Vote, VoteSeat
from approvals.models.approval_queries import ApprovalQuerySet
from approvals.models.choices import Pattern, Risk, Status
from approvals.models.decision import VoteQuerySet
from grants.models import DelegatedGrant, User

NOTHING = Q(pk__in=())


class PersonAuthority:
    """One person at one moment: what they hold and what is lent to them, read once."""

    def __init__(self, user: User, at: datetime, held: Held | None = None) -> None:
        self.user = user
        self.at = at
        if held:
            self.held = held

    @cached_property
    def held(self) -> Held:
        """Their memberships and grants."""
        return held_by(self.user, at=self.at)

    @property
    def grants(self) -> Sequence[DelegatedGrant]:
        """What is lent to this person now, the oldest first."""
        return self.held.grants

    @property
    def is_approver(self) -> bool:
        """Whether they are in the approvers group themselves."""
        return self.user.pk in self.held.memberships

    @property
    def takes_from_pool(self) -> bool:
        """Whether they, or a person who lends to them, are an approver."""
        return bool(self.held.memberships)

    @property
    def reads_everything(self) -> bool:
        return self.user.oversees or self.is_approver

    @property
    def has_any(self) -> bool:
        """Whether anybody ever named this person, lends to them or made them an approver."""
        return bool(self.is_approver or self.grants) or is_named_in_policy(self.user) or self.was_named

    @property
    def was_named(self) -> bool:
        """Whether a request, open or decided, ever named this person."""
        of_person = Assignment.objects.filter(email=self.user.email)
        # Two indexes, each asked for one row.
        is_named = Exists(of_person.filter(is_open=True)) | Exists(of_person.filter(decided_at__isnull=False))
        return User.objects.filter(is_named, pk=self.user.pk).exists()

    def decidable(self) -> ApprovalQuerySet:
        """What is pending and theirs to decide."""
        if not self.user.is_active:
            return Approval.objects.none()
        return self._near(Approval.objects.pending()).filter(self._decidable & ~self.is_barred)

    def asked(self) -> ApprovalQuerySet:
        """Of what is theirs to decide: what names them or comes through a grant."""
        if self.grants or not self.user.is_active:
            return self.decidable().filter(self.mine()).with_sort_keys()
        # Being named is all it takes, and the assignments' index has the order. An open assignment is of a pending
        # request or a draft: PostgreSQL takes "pending" for a hundredth of them, and sorted them all.
        named = (
            Approval.objects.exclude(status=Status.DRAFT)
            .assigned_to(self.user.email)
            .with_sort_keys_of_assignments()
        )
        return named.filter(~self.is_barred)

    def pool(self) -> ApprovalQuerySet:
        """Of what is theirs to decide: the rest, which any approver may take."""
        return self.decidable().filter(~self.mine()).with_sort_keys()

    def done(self) -> ApprovalQuerySet:
        """Of what is theirs to decide: what they have approved, or people they stand in for, and others have not."""
        people = [self.user.pk, *(grant.grantor_id for grant in self.grants)]
        seats = VoteSeat.objects.filter(user__in=people, is_open=True)
        found = self.decidable().filter(self.is_done(), pk__in=seats.values("approval_id"))
        return found.with_sort_keys()

    def is_done(self) -> Q:
        """Of what they may decide: where their own seat is filled, or the seats of all for whom they could stand in."""
        if not self.grants:
            return _has_seat(self.user.pk)
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
        """What they may read. Ask it of requests that are known already: it looks at each."""
        if not self.user.is_active:
            return Approval.objects.none()
        if self.reads_everything:
            return Approval.objects.all()
        may_read = Exists(self._of_named()) | Exists(self._of_votes().filter(approval=OuterRef("pk")))
        if self.grants:
            pending = Q(status=Status.PENDING) & self._decidable & ~self.is_barred
            may_read |= pending | Q(status=Status.DRAFT) & self._decidable
        return Approval.objects.filter(may_read)

    def past(self) -> list[ApprovalQuerySet]:
        """What people have decided and they may read, whether or not they could decide it: everything, or what
        concerned them. In parts that have nothing in common.
        """
        decided = Approval.objects.decided_by_people()
        if not self.user.is_active:
            return []
        if self.reads_everything:
            return [decided.with_sort_keys()]
        named = decided.named_in_past(self.user.email).with_sort_keys_of_assignments()
        by_vote = self._of_votes().not_by_place().values("approval_id")
        voted = decided.filter(~Exists(self._of_named()), _is_among(by_vote)).with_sort_keys()
        return [named, voted]

    def _near(self, rows: ApprovalQuerySet) -> ApprovalQuerySet:
        """Narrow the rows, by one index, to the few that name one of these people, before each row is looked at."""
        if not self.grants or self.takes_from_pool:
            return rows
        people = [self.user.email, *(grant.grantor.email for grant in self.grants)]
        named = Assignment.objects.filter(email__in=people, is_open=True)
        return rows.filter(pk__in=named.values("approval_id"))

    def _of_named(self) -> QuerySet[Assignment]:
        return Assignment.objects.filter(approval=OuterRef("pk"), email=self.user.email)

    def _of_votes(self) -> VoteQuerySet:
        return Vote.objects.filter(Q(user=self.user) | Q(principal=self.user))

    @property
    def is_barred(self) -> Q:
        """The requests that they are a party to, as `bar` says."""
        return is_barred(self.user, Q(agent__in=self.held.agents) | Q(key__in=self.held.keys))

    @property
    def _decidable(self) -> Q:
        found = self.in_own_right(self.user)
        for grant in self.grants:
            found |= self.lent_by(grant)
        return found

    def lent_by(self, grant: DelegatedGrant) -> Q:
        """What the grantor may decide in their own right, within the scope; not what the grantee handed to them."""
        named = _is_assignee(grant.grantor, apart_from=grant.grantee_id)
        return grant.covered() & (named | self._is_approver(grant.grantor)) & ~is_barred(grant.grantor)

    def in_own_right(self, user: User) -> Q:
        """What that person, or a person who lends to them, may decide without a grant."""
        return self._is_approver(user) | _is_assignee(user)  # PostgreSQL asks in this order

    def _is_approver(self, user: User) -> Q:
        membership = self.held.memberships.get(user.pk)
        if membership is None:
            return NOTHING
        return ~Q(risk=Risk.CRITICAL) | Q(created_at__gte=membership.joined_at)


def _is_assignee(user: User, *, apart_from: UUID | None = None) -> Q:
    """Of open requests; the assignment's own copy of that finds them by one index."""
    named = Assignment.objects.filter(approval=OuterRef("pk"), email=user.email, is_open=True)
    return Q(Exists(named.exclude(placed_by=apart_from) if apart_from else named))


def _is_among(ids: QuerySet[Any, Any]) -> Func:
    """`pk__in`, of few ids: PostgreSQL takes them to be few, and looks these up instead of all in their order."""
    found = ArraySubquery(ids, template="(ARRAY(%(subquery)s))")
    return Func(F("pk"), found, template="%(expressions)s", arg_joiner=" = ANY ", output_field=BooleanField())


def _has_seat(person: UUID) -> Q:
    seats = VoteSeat.objects.filter(approval=OuterRef("pk"), version=OuterRef("current_version"), user=person)
    return Q(Exists(seats))


def is_barred(user: User, owns: Q | None = None) -> Q:
    """As `bar` says: the person the agent runs for, the owners of agent and key, now and when it asked, who made the
    key, and on a critical request who wrote its policy.

    The few agents, keys and policies it is about are looked up apart: a join for each would take longer to plan.
    `owns` are the requests of the agents and keys that this person answers for now or made, where they are known.
    """
    if owns is None:
        owns = Q(agent__in=Agent.objects.filter(owner=user)) | Q(
            key__in=AgentKey.objects.filter(Q(owner=user) | Q(minted_by=user))
        )
    owned = Q(agent_owner=user) | Q(key_owner=user) | Q(key_minter=user)
    is_draft = Q(pattern=Pattern.DRAFT_ONLY)
    is_party = (reaches("initiated_by", user.email) | owned | owns) & ~is_draft
    is_author = Q(risk=Risk.CRITICAL, policy__in=Policy.objects.filter(created_by=user)) & ~is_draft
    may_be_own = Policy.objects.filter(allow_self_approval=True)
    is_too_late = Q(risk=Risk.CRITICAL, created_at__lt=user.proven_at)
    return is_party & ~Q(risk__in=SELF_APPROVABLE, policy__in=may_be_own) | is_author | is_too_late


def is_named_in_policy(user: User, **narrowed: str) -> bool:
    """Whether a current policy, of a pattern if one is given, names this person as a reviewer."""
    return Policy.objects.current().filter(reviewers__contains=[user.email], **narrowed).exists()
