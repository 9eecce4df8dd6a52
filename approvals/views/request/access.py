"""Which request is it, and what may this person do with it? A stranger gets the 404 of a missing one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.http import Http404

from approvals import authority, lifecycle, reach
from approvals.addresses import spellings
from approvals.authority import Asked, Held, Quorum, Ruling
from approvals.exceptions import NotPermitted
from approvals.lifecycle import EscalationStep
from approvals.models import Approval, Assignment, Vote, read_whole
from approvals.models.choices import Resolution, Status, state_name
from approvals.reach import People
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
    held: Held

    @cached_property
    def people(self) -> People:
        """Who is around the request."""
        return reach.people_around(self.approval, at=self.at)

    @cached_property
    def votes(self) -> list[Vote]:
        """All of them, oldest first, with those that an edit made void."""
        return list(self.approval.votes.all())

    @property
    def approving(self) -> list[Vote]:
        """The approvals that count."""
        return [vote for vote in self.votes if vote.verdict == "approve" and self.is_current(vote)]

    def is_current(self, vote: Vote) -> bool:
        """Whether the vote is on the payload as it now stands."""
        return vote.version == self.approval.current_version

    @property
    def own_vote(self) -> Vote | None:
        """The approval that fills this person's seat: their own, or one that a delegate gave in their place.

        To a delegate also the one that their grantor gave meanwhile: there is nothing left to stand in for.
        """
        seats = {self.person.pk, self.ruling.principal.pk if self.ruling.principal else self.person.pk}
        return next((vote for vote in self.approving if seats & {vote.user_id, vote.principal_id}), None)

    @property
    def voided_vote(self) -> Vote | None:
        """This person's newest approval that an edit made void, while they have given no other."""
        if not self._is_open or self.has_approved:
            return None
        void = [vote for vote in self.votes if vote.verdict == "approve" and not self.is_current(vote)]
        return next((vote for vote in reversed(void) if vote.user_id == self.person.pk), None)

    @property
    def has_approved(self) -> bool:
        """Whether this person's part is done, by their own approval or by one given in their place."""
        return self.own_vote is not None

    @property
    def places(self) -> list[Asked]:
        """The people named in whose place this person may ask another."""
        ruling = self.hand_on_ruling
        return [one for one in self.asked if not authority.may_replace(ruling, self.approval, one.assignment)]

    @property
    def may_ask_one_more(self) -> bool:
        return not authority.may_replace(self.hand_on_ruling, self.approval, None)

    @cached_property
    def escalated(self) -> set[str]:
        """The addresses that the escalation ladder has asked so far."""
        return lifecycle.asked_by_escalation(self.approval)

    @cached_property
    def ladder(self) -> list[EscalationStep]:
        """Whom the escalation ladder asks, asked and yet to be asked."""
        return lifecycle.ladder(self.approval)

    @cached_property
    def takes_back(self) -> list[Assignment]:
        """The people whom this person asked in another's place, as long as nobody has acted since."""
        return authority.handed_on_by(self.person, self.approval)

    @cached_property
    def asked(self) -> list[Asked]:
        """Everybody named on the request, with who stands in for them."""
        people = self.people
        return authority.still_asked(self.approval, people.accounts, people.stand_ins, people.away)

    @property
    def initiator(self) -> User | None:
        """The person here on whose behalf the agent runs, if it named one who has an active account."""
        address = self.approval.initiated_by
        found = (self.people.accounts.get(one) for one in (address, *sorted(spellings(address))))
        return next((user for user in found if user and user.is_active), None)

    @property
    def quorum(self) -> Quorum:
        """How far the approvals have come."""
        return authority.quorum_of(self.approval, self.approving)

    @property
    def awaited(self) -> list[Asked]:
        """The people named who have yet to approve; all of them while this person must not see who has."""
        votes = [] if self.is_blind else self.approving
        return authority.awaited(self.asked, votes, self.approval)

    @cached_property
    def hand_on_ruling(self) -> Ruling:
        """Whether this person may ask another in somebody's place."""
        return authority.may_hand_on(self.person, self.approval, at=self.at, held=self.held)

    @property
    def may_hand_on(self) -> bool:
        return self.approval.is_pending and self.hand_on_ruling.allowed

    @property
    def awaits_person(self) -> bool:
        """Whether the page offers to decide. The lifecycle checks again, with the row locked."""
        return self._is_open and self.ruling.allowed and not self.has_approved

    @property
    def may_reject(self) -> bool:
        """A person who approved may still think better of it while the request is open."""
        return self._is_open and self.ruling.allowed

    @property
    def is_lost(self) -> bool:
        """The deadline passed and rejects it: no decision counts any more, though nothing has noted it yet."""
        return self.approval.is_rejected_by_deadline(self.at)

    @property
    def state_name(self) -> str:
        """Where the request stands; a deadline that rejects counts before anything has noted it."""
        lost = state_name(Status.REJECTED, Resolution.SLA_EXPIRED)
        return lost if self.is_lost else self.approval.state_name

    @property
    def is_overdue(self) -> bool:
        """Whether the deadline passed, even before a sweep has noted it."""
        return self.approval.is_overdue(self.at)

    @property
    def _is_open(self) -> bool:
        return self.approval.is_pending and not self.is_lost

    @property
    def draft_ruling(self) -> Ruling:
        """Whether this person may use the draft, and why or why not."""
        return authority.may_use_draft(self.person, self.approval, at=self.at, held=self.held)

    @property
    def is_blind(self) -> bool:
        """Whether earlier voters' names and words stay hidden from this person."""
        return authority.hides_votes(
            self.person, self.approval, may_decide=self.ruling.allowed, has_approved=self.has_approved
        )

    def has_voted(self, person_id: str) -> bool:
        """Whether that person has voted, on this version or one before."""
        return person_id in {str(vote.user_id) for vote in self.votes}


def load(request: PersonRequest, pk: UUID) -> Case:
    """The request as whoever asks may see it. Raises Http404, alike for missing and for hidden ones."""
    return case_of(request.user, pk)


def case_of(person: User, pk: UUID) -> Case:
    """The request as this person may see it. Raises Http404, alike for missing and for hidden ones."""
    found = read_whole(Approval.objects.filter(pk=pk))
    if not found:
        raise Http404
    approval = found[0]
    at = approval.read_at or clock.now()
    held = authority.held_by(person, at=at)
    ruling = authority.may_decide(person, approval, at=at, held=held)
    if not authority.may_read(person, approval, at=at, ruling=ruling, held=held):
        raise Http404
    return Case(approval, person, ruling, at, held)


def load_to_decide(request: PersonRequest, pk: UUID) -> Case:
    """The request as a person who may decide it sees it. Raises NotPermitted with the ruling's sentence.

    A person who had it open under a grant that ended meanwhile is told so; to other strangers it is Http404.
    """
    try:
        case = load(request, pk)
    except Http404:
        if sentence := _lost_meanwhile(request.user, pk):
            raise NotPermitted(sentence) from None
        raise
    if not case.ruling.allowed:
        raise NotPermitted(case.ruling.reason)
    return case


def _lost_meanwhile(person: User, pk: UUID) -> str:
    found = Approval.objects.pending().select_related("policy").filter(pk=pk).first()
    return authority.lost_meanwhile(person, found, at=clock.now()) if found else ""
