"""Which request is it, and what may this person do with it? Strangers get the same 404 as for none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.shortcuts import get_object_or_404

from approvals import authority
from approvals.authority import Ruling
from approvals.exceptions import NotPermitted
from approvals.models import Approval, Vote
from approvals.views.page import PersonRequest
from audit import clock
from grants.models import User


@dataclass
class Case:
    """A request before one person at one moment."""

    approval: Approval
    person: User
    ruling: Ruling
    at: datetime

    @cached_property
    def votes(self) -> list[Vote]:
        """All of them, oldest first, with those that an edit made void."""
        return list(self.approval.votes.select_related("user", "principal"))

    @property
    def approving(self) -> list[Vote]:
        """The approvals that count."""
        return [vote for vote in self.votes if vote.verdict == "approve" and self.is_current(vote)]

    def is_current(self, vote: Vote) -> bool:
        """Whether the vote is on the payload as it now stands."""
        return vote.version == self.approval.current_version

    @property
    def has_approved(self) -> bool:
        """This person's part is done; somebody else's is not."""
        return any(vote.user_id == self.person.pk for vote in self.approving)

    @property
    def awaits_person(self) -> bool:
        """Whether the page offers to decide. The lifecycle rules again, with the row locked."""
        return self._is_open and self.ruling.allowed and not self.has_approved

    @property
    def may_reject(self) -> bool:
        """Whoever approved may still think better of it while the request is open."""
        return self._is_open and self.ruling.allowed

    @property
    def is_lost(self) -> bool:
        """The deadline passed and rejects it: no decision counts any more, though nothing has noted it yet."""
        return self.approval.is_rejected_by_deadline(self.at)

    @property
    def is_overdue(self) -> bool:
        """The deadline passed; seen before the sweep notes it."""
        return self.approval.is_overdue(self.at)

    @property
    def _is_open(self) -> bool:
        return self.approval.is_pending and not self.is_lost

    @property
    def draft_ruling(self) -> Ruling:
        """Whether this person may use the draft, and why or why not."""
        return authority.may_use_draft(self.person, self.approval, at=self.at)

    @property
    def is_blind(self) -> bool:
        """Whether others' names and words stay hidden: on a critical request until one has voted (UX.md)."""
        return self.approval.is_critical and self.awaits_person


def load(request: PersonRequest, pk: UUID) -> Case:
    """The request as this person may see it. Raises Http404, alike for missing and for hidden ones."""
    at = clock.now()
    visible = authority.visible_to(request.user, at=at)
    rows = visible.select_related("agent", "key", "policy").prefetch_related(
        "assignments", "versions__edited_by"
    )
    approval = get_object_or_404(rows, pk=pk)
    return Case(approval, request.user, authority.may_decide(request.user, approval, at=at), at)


def load_to_decide(request: PersonRequest, pk: UUID) -> Case:
    """The same, for whoever may decide it. Raises NotPermitted with the ruling's sentence."""
    case = load(request, pk)
    if not case.ruling.allowed:
        raise NotPermitted(case.ruling.reason)
    return case
