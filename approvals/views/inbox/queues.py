"""Which requests stand in which tab of a person's inbox, in which order, and from where on?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from approvals import authority
from approvals.authority import PersonAuthority
from approvals.models import Approval
from approvals.models.choices import BreachAction, Pattern, Risk, Status
from approvals.paging import first_page
from approvals.views.inbox.cursors import Cursor
from approvals.views.inbox.filters import DECIDED, DRAFTS, FOR_ME, OPEN_TABS, POOL, Filters
from grants.models import User

PAGE = 25
MOST_COUNTED = 100
"""A tab counts this far and says "99+" beyond: a count over the whole table would grow with it."""

_RANK = Case(
    *(When(risk=risk, then=Value(risk.rank)) for risk in Risk), default=Value(0), output_field=IntegerField()
)
BY_DEADLINE = ("deadline", "-rank", "id")
BY_AGE = ("-id",)
BY_DECISION = ("-decided_at", "-id")
_PAGE, _OVERDUE = "page", "overdue"
_BY_PEOPLE = (Status.APPROVED, Status.REJECTED, Status.CANCELLED, Status.USED, Status.DISCARDED)


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

    @cached_property
    def holds(self) -> PersonAuthority:
        """What this person holds and what is lent to them."""
        return PersonAuthority(self.user, self.at)

    @property
    def is_approver(self) -> bool:
        """Whether there is a pool to take from."""
        return self.holds.is_approver

    @cached_property
    def has_authority(self) -> bool:
        """Whether anybody ever named this person, lends to them or made them an approver."""
        return self.holds.has_any

    @cached_property
    def counts(self) -> dict[str, str]:
        """How many requests each tab has for this person, whatever the filter, up to "99+"; in one query."""
        return {tab: _up_to_most(len(ids)) for tab, ids in _ids_of(self._tabs()).items()}

    @cached_property
    def uses_drafts(self) -> bool:
        """Whether drafts are made for this person: as an approver, or named by a policy or on a draft."""
        is_named = authority.is_named_in_policy(self.user, pattern=Pattern.DRAFT_ONLY)
        return self.is_approver or is_named or self.counts[DRAFTS] != "0"

    def news(self, until: str) -> tuple[dict[str, str], list[str]]:
        """The counts, and the ids that this page of the list would show now; in one query.

        `until` is the cursor of the page's last row, "" where it is the list's last page: what comes below it is the
        next page's. A group of overdue ones that goes on elsewhere is left out, since its end is not known.
        """
        rows, order = self._listed()
        keys = Cursor(order)
        rows = keys.after(self._in_order(rows, order), self.filters.after)
        page = {_PAGE: keys.until(rows, until), _OVERDUE: self._overdue_below()[: PAGE + 1]}
        found = _ids_of(self._tabs() | page)
        shown, overdue = found.pop(_PAGE), found.pop(_OVERDUE)
        counts = {tab: _up_to_most(len(ids)) for tab, ids in found.items()}
        return counts, shown + (overdue if len(overdue) <= PAGE else [])

    def page(self) -> Page:
        """The tab's list: what can still be saved, the next deadline first, or the latest drafts or decisions."""
        return self._page(*self._listed())

    def overdue(self) -> Page:
        """Past their deadline and held: a group of its own below what can still be saved."""
        return self._page(self._overdue_below(), BY_DEADLINE)

    def _tabs(self) -> dict[str, QuerySet[Approval]]:
        pool = {POOL: self._undecided(POOL)} if self.is_approver else {}
        return {FOR_ME: self._undecided(FOR_ME), **pool, DRAFTS: self._drafts, DECIDED: self._decided}

    def _listed(self) -> tuple[QuerySet[Approval], Sequence[str]]:
        """What the tab lists, without the groups below, and in which order."""
        if self.filters.tab == DECIDED:
            return self._decided, BY_DECISION
        if self.filters.tab == DRAFTS:
            return self._drafts, BY_AGE
        rows = self._undecided(self.filters.tab)
        is_late = Q(deadline__lte=self.at)
        return rows.filter(is_late if self.filters.is_overdue else ~is_late), BY_DEADLINE

    def _overdue_below(self) -> QuerySet[Approval]:
        if self.filters.tab not in OPEN_TABS or self.filters.is_overdue or self.filters.after:
            return Approval.objects.none()
        return self._in_order(self._undecided(self.filters.tab).filter(deadline__lte=self.at), BY_DEADLINE)

    def waiting(self) -> list[Approval]:
        """What this person, or somebody they stand in for, has approved and others have yet to approve."""
        if self.filters.tab != FOR_ME or self.filters.after or self.filters.is_overdue:
            return []
        rows = self._pending.filter(self.holds.is_done()).select_related("agent", "policy")
        return list(self._in_order(rows, BY_DEADLINE)[:PAGE])

    def on_behalf_of(self, rows: Iterable[Approval]) -> dict[str, str]:
        """By the request's id, the name of the person in whose place this one would decide it."""
        lenders = {grant.grantor_id: grant.grantor.get_full_name() for grant in self.holds.grants}
        if not lenders:
            return {}
        shown = Approval.objects.undecided().filter(pk__in=[row.pk for row in rows])
        undecided = shown.exclude(self.holds.is_done()).annotate(lender=self.holds.on_behalf_of())
        found = undecided.values_list("pk", "lender")
        return {str(pk): lenders[lender] for pk, lender in found if lender}

    def next_in_pool(self) -> Approval | None:
        """The pool's next deadline, for an approver who has nothing of their own to decide."""
        return _sorted(self._undecided(POOL).filter(deadline__gt=self.at), BY_DEADLINE).first()

    def next_after(self, done: Approval) -> Approval | None:
        """What to open once that request is done: the row below it in this list, behind the last the first."""
        steps = self._below(done)
        found = (rows.exclude(pk=done.pk).first() for rows in steps)
        return next(filter(None, found), None)

    def _below(self, done: Approval) -> Iterator[QuerySet[Approval]]:
        """The list from that request on, as far as this person can act there; then the list from its start."""
        if self.filters.tab == DRAFTS:
            drafts = self._in_order(self._drafts, BY_AGE)
            yield Cursor(BY_AGE).after(drafts, Cursor(BY_AGE).of(done))
            yield drafts
        if self.filters.tab in OPEN_TABS:
            lost = Q(deadline__lte=self.at, breach_action=BreachAction.REJECT)
            rows = self._in_order(self._undecided(self.filters.tab).exclude(lost), BY_DEADLINE)
            overdue, open_still = rows.filter(deadline__lte=self.at), rows.filter(deadline__gt=self.at)
            is_late = self.filters.is_overdue or (done.deadline is not None and done.deadline <= self.at)
            here, elsewhere = (overdue, open_still) if is_late else (open_still, overdue)
            yield Cursor(BY_DEADLINE).after(here, Cursor(BY_DEADLINE).of(done))
            if not self.filters.is_overdue:
                yield elsewhere
            yield here

    @cached_property
    def _pending(self) -> QuerySet[Approval]:
        return self.holds.decidable()

    @property
    def _drafts(self) -> QuerySet[Approval]:
        return self.holds.drafts()

    @property
    def _decided(self) -> QuerySet[Approval]:
        return self.holds.past().filter(status__in=_BY_PEOPLE)

    def _undecided(self, tab: str) -> QuerySet[Approval]:
        mine = self.holds.mine()
        return self._pending.filter(mine if tab == FOR_ME else ~mine).exclude(self.holds.is_done())

    def _narrowed(self, rows: QuerySet[Approval]) -> QuerySet[Approval]:
        if self.filters.risk:
            rows = rows.filter(risk=self.filters.risk)
        if self.filters.action_type:
            rows = rows.filter(action_type=self.filters.action_type)
        if self.filters.text:
            rows = rows.filter(
                Q(action__icontains=self.filters.text) | Q(workflow__icontains=self.filters.text)
            )
        return rows

    def _in_order(self, rows: QuerySet[Approval], order: Sequence[str]) -> QuerySet[Approval]:
        return _sorted(self._narrowed(rows), order)

    def _page(self, rows: QuerySet[Approval], order: Sequence[str]) -> Page:
        keys = Cursor(order)
        ordered = self._in_order(rows, order).select_related("agent", "policy")
        rows_shown, last = first_page(keys.after(ordered, self.filters.after), PAGE)
        return Page(rows_shown, keys.of(last) if last else "")


def _sorted(rows: QuerySet[Approval], order: Sequence[str]) -> QuerySet[Approval]:
    return rows.annotate(rank=_RANK).order_by(*order)


def bounded(rows: QuerySet[Approval]) -> str:
    """How many they are, up to "99+"."""
    return _up_to_most(rows[:MOST_COUNTED].count())


def _up_to_most(found: int) -> str:
    return str(found) if found < MOST_COUNTED else f"{MOST_COUNTED - 1}+"


def _ids_of(parts: dict[str, QuerySet[Approval]]) -> dict[str, list[str]]:
    """The ids of each part in its order, at most MOST_COUNTED of each, in one query."""
    found: dict[str, list[str]] = {name: [] for name in parts}
    first, *others = (
        (rows if rows.query.is_sliced else rows[:MOST_COUNTED])
        .annotate(part=Value(name))
        .values_list("part", "pk")
        for name, rows in parts.items()
    )
    for name, pk in first.union(*others, all=True):
        found[name].append(str(pk))
    return found
