"""Which requests stand in which tab of a person's inbox, in which order, and from where on?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    TextField,
    Value,
    When,
)

from approvals.authority import Held, PersonAuthority
from approvals.models import Approval, PayloadVersion
from approvals.models.approval_queries import ApprovalQuerySet
from approvals.models.choices import UNDECIDED, BreachAction, Risk
from approvals.views.inbox.choices import Choices, address_of
from approvals.views.inbox.counting import Parts, ids_of, up_to_most
from approvals.views.inbox.current_policies import CurrentPolicies
from approvals.views.inbox.cursors import Cursor
from approvals.views.inbox.filters import DECIDED, DRAFTS, FOR_ME, OPEN_TABS, POOL, Filters
from approvals.views.inbox.narrowing import BY_DECISION, narrowed
from approvals.views.inbox.surroundings import Surroundings, surroundings_of
from grants.models import User

PAGE = 25

_RANK = Func(Value(list(Risk.values)), F("of_risk"), function="array_position", output_field=IntegerField())
"""From 1."""
BY_DEADLINE = ("due", "-rank", "id")
BY_AGE = ("-id",)
_PAGE, _OVERDUE, _WAITING = "page", "overdue", "waiting"
_SHOWN = (
    *("action", "workflow", "risk", "status", "resolution", "deadline", "decided_at", "current_version"),
    *("action_type", "alike", "agent__name", "policy__headline"),
)
"""What a row of the list says."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the cursor that the next ones come after."""

    rows: list[Approval]
    following: str = ""


@dataclass
class Inbox:
    """One person's queues at one moment, as the filters narrow them."""

    user: User
    at: datetime
    filters: Filters
    held: Held | None = None

    @cached_property
    def holds(self) -> PersonAuthority:
        """What this person holds and what is lent to them."""
        return PersonAuthority(self.user, self.at, self.held)

    @property
    def is_approver(self) -> bool:
        """Whether there is a pool to take from."""
        return self.holds.is_approver

    @property
    def policies(self) -> CurrentPolicies:
        """What the current policies say of this person."""
        return self._surroundings.policies

    @property
    def choices(self) -> Choices:
        """The agents and workflows to filter by: of what this person may read, and of what the tabs hold."""
        return self._surroundings.choices

    @property
    def has_authority(self) -> bool:
        """Whether anybody ever named this person, lends to them or made them an approver."""
        return (
            bool(self.is_approver or self.holds.grants) or self.policies.name_person or self.holds.was_named
        )

    @property
    def uses_drafts(self) -> bool:
        """Whether drafts are made for this person: as an approver, or named by a policy or on a draft."""
        return self.is_approver or self.policies.name_person_for_drafts or self.counts[DRAFTS] != "0"

    @property
    def counts(self) -> dict[str, str]:
        """How many requests each tab has for this person, whatever the filter, up to "99+"."""
        return {tab: up_to_most(len(self._ids[tab])) for tab in self._tabs}

    def news(self, until: str) -> tuple[dict[str, str], list[str]]:
        """The counts, and the ids that this page of the list would show now; in one query.

        `until` is the cursor of the page's last row, "" where it is the list's last page: what comes below it is the
        next page's. A group of overdue ones that goes on elsewhere is left out, since its end is not known.
        """
        parts, order = self._listed()
        keys = Cursor(order)
        page = [keys.until(rows, until) for rows in self._of_page(parts, order)]
        overdue = [rows[: PAGE + 1] for rows in self._overdue_below()]
        found = ids_of({**self._tabs, _PAGE: page, _OVERDUE: overdue})
        counts = {tab: up_to_most(len(found[tab])) for tab in self._tabs}
        shown = found[_PAGE] + (found[_OVERDUE] if len(found[_OVERDUE]) <= PAGE else [])
        return counts, [str(pk) for pk in shown]

    @property
    def page(self) -> Page:
        """The tab's list: what can still be saved, the next deadline first, or the latest drafts or decisions."""
        _, order = self._listed()
        return self._shown(_PAGE, order)

    @property
    def overdue(self) -> Page:
        """Past their deadline and held: a group of its own below what can still be saved."""
        return self._shown(_OVERDUE, BY_DEADLINE)

    @property
    def waiting(self) -> list[Approval]:
        """What this person, or somebody they stand in for, has approved and others have yet to approve."""
        return self._shown(_WAITING, BY_DEADLINE).rows

    @property
    def on_behalf_of(self) -> dict[str, str]:
        """By the request's id, the name of the person in whose place this one would decide it."""
        lenders = {grant.grantor_id: grant.grantor.get_full_name() for grant in self.holds.grants}
        if not lenders:
            return {}
        return {str(pk): lenders[row.lender] for pk, row in self._rows.items() if row.lender}

    def next_in_pool(self) -> Approval | None:
        """The pool's next deadline, for an approver who has nothing of their own to decide."""
        return _sorted(self._pool.due_after(self.at), BY_DEADLINE).first()

    def next_after(self, done: Approval) -> Approval | None:
        """What to open once that request is done: the row below it in this list, behind the last the first."""
        steps = [
            rows.exclude(pk=done.pk).annotate(step=Value(number)).only("action")[:1]
            for number, rows in enumerate(self._below(done))
        ]
        if not steps:
            return None
        first, *others = steps
        return min(first.union(*others, all=True), key=attrgetter("step"), default=None)

    def _below(self, done: Approval) -> Iterator[ApprovalQuerySet]:
        """The list from that request on, as far as this person can act there; then the list from its start."""
        if self.filters.tab == DRAFTS:
            drafts = self._in_order(self._drafts, BY_AGE)
            yield Cursor(BY_AGE).after(drafts, Cursor(BY_AGE).of(done))
            yield drafts
        if self.filters.tab in OPEN_TABS:
            lost = Q(deadline__lte=self.at, breach_action=BreachAction.REJECT)
            rows = self._in_order(self._undecided(self.filters.tab).exclude(lost), BY_DEADLINE)
            overdue, open_still = rows.due_by(self.at), rows.due_after(self.at)
            is_late = self.filters.is_overdue or (done.deadline is not None and done.deadline <= self.at)
            here, elsewhere = (overdue, open_still) if is_late else (open_still, overdue)
            yield Cursor(BY_DEADLINE).after(here, Cursor(BY_DEADLINE).of(done))
            if not self.filters.is_overdue:
                yield elsewhere
            yield here

    @cached_property
    def _surroundings(self) -> Surroundings:
        sees_all = self.holds.reads_everything
        address = address_of(email=self.user.email, reads_everything=sees_all)
        shown = set() if sees_all else {pk for tab in self._tabs for pk in self._ids[tab]}
        return surroundings_of(self.user, address=address, shown=shown, workflow=self.filters.workflow)

    @cached_property
    def _ids(self) -> dict[str, list[UUID]]:
        """What each tab counts, and what each group of the list shows; in one query."""
        parts, order = self._listed()
        page = [rows[: PAGE + 1] for rows in self._of_page(parts, order)]
        overdue = [rows[: PAGE + 1] for rows in self._overdue_below()]
        waiting = [rows[:PAGE] for rows in self._waiting()]
        return ids_of({**self._tabs, _PAGE: page, _OVERDUE: overdue, _WAITING: waiting})

    @cached_property
    def _rows(self) -> Mapping[UUID, Any]:
        """The rows of every group, with what the list says of them; in one query."""
        wanted = [pk for group in (_PAGE, _OVERDUE, _WAITING) for pk in self._ids[group]]
        if not wanted:
            return {}
        current = PayloadVersion.objects.filter(approval=OuterRef("pk"), number=OuterRef("current_version"))
        has_headline = When(~Q(policy__headline=[]), then=Subquery(current.values("source")))
        rows = Approval.objects.filter(pk__in=wanted).select_related("agent", "policy").only(*_SHOWN)
        rows = rows.annotate(shown=Case(has_headline, default=None, output_field=TextField(null=True)))
        if self.holds.grants:
            asks = Q(status__in=UNDECIDED) & ~self._is_done
            rows = rows.annotate(lender=Case(When(asks, then=self.holds.on_behalf_of()), default=None))
        return rows.in_bulk()

    def _shown(self, group: str, order: Sequence[str]) -> Page:
        keys = Cursor(order)
        rows = keys.sorted(self._rows[pk] for pk in self._ids[group] if pk in self._rows)
        return Page(rows[:PAGE], keys.of(rows[PAGE - 1]) if len(rows) > PAGE else "")

    @cached_property
    def _tabs(self) -> dict[str, Parts]:
        """In their order, which is that of an index: else each would be sorted whole before its first are counted."""
        pool = {POOL: [_sorted(self._pool, BY_DEADLINE)]} if self.is_approver else {}
        decided = [_sorted(rows, BY_DECISION) for rows in self._past]
        drafts = [_sorted(self._drafts, BY_AGE)]
        return {FOR_ME: [_sorted(self._for_me, BY_DEADLINE)], **pool, DRAFTS: drafts, DECIDED: decided}

    def _listed(self) -> tuple[Parts, Sequence[str]]:
        """What the tab lists, without the groups below, and in which order."""
        if self.filters.tab == DECIDED:
            return self._past, BY_DECISION
        if self.filters.tab == DRAFTS:
            return [self._drafts], BY_AGE
        rows = self._undecided(self.filters.tab)
        rows = rows.due_by(self.at) if self.filters.is_overdue else rows.due_after(self.at)
        return [rows], BY_DEADLINE

    def _of_page(self, parts: Parts, order: Sequence[str]) -> Parts:
        keys = Cursor(order)
        return [keys.after(self._in_order(rows, order), self.filters.after) for rows in parts]

    def _overdue_below(self) -> Parts:
        if self.filters.tab not in OPEN_TABS or self.filters.is_overdue or self.filters.after:
            return []
        return [self._in_order(self._undecided(self.filters.tab).due_by(self.at), BY_DEADLINE)]

    def _waiting(self) -> Parts:
        if self.filters.tab != FOR_ME or self.filters.after or self.filters.is_overdue:
            return []
        return [self._in_order(self.holds.done(), BY_DEADLINE)]

    @cached_property
    def _for_me(self) -> ApprovalQuerySet:
        return self.holds.asked().exclude(self._is_done)

    @cached_property
    def _pool(self) -> ApprovalQuerySet:
        return self.holds.pool().exclude(self._is_done)

    @cached_property
    def _drafts(self) -> ApprovalQuerySet:
        return self.holds.drafts().with_sort_keys()

    @cached_property
    def _past(self) -> Parts:
        return [*self.holds.past()]

    @cached_property
    def _is_done(self) -> Q:
        return self.holds.is_done()

    def _undecided(self, tab: str) -> ApprovalQuerySet:
        return self._for_me if tab == FOR_ME else self._pool

    def _in_order(self, rows: ApprovalQuerySet, order: Sequence[str]) -> ApprovalQuerySet:
        return _sorted(narrowed(rows, self.filters, reads_everything=self.holds.reads_everything), order)


def _sorted(rows: ApprovalQuerySet, order: Sequence[str]) -> ApprovalQuerySet:
    return rows.alias(rank=_RANK).order_by(*order)
