"""What must be so, kept beside the database while people act at random: the machine's own account of authority.

It asks the product nothing. People go by their addresses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from approvals.models import Approval
from grants.models import DelegatedGrant

RISKS = ("low", "medium", "high", "critical")


@dataclass
class Loan:
    """Authority lent, as it was agreed."""

    row: DelegatedGrant
    grantor: str
    grantee: str
    highest_risk: str
    action_types: tuple[str, ...]
    starts: datetime
    expires: datetime
    is_revoked: bool = False

    def lends(self, case: Case, at: datetime) -> bool:
        is_in_scope = not self.action_types or case.action_type in self.action_types
        is_in_reach = RISKS.index(case.risk) <= RISKS.index(self.highest_risk)
        return is_in_scope and is_in_reach and not self.is_revoked and self.starts <= at < self.expires


@dataclass(frozen=True)
class Seat:
    """An approval of the payload as it now stands."""

    person: str
    principal: str
    basis: str


@dataclass
class Case:
    """A request. `names` has who named each person, `removed` who is asked no more, `placed` who handed it to whom.

    `filled` says of each seat whether it was the policy's when it was taken; `story` has the events.
    """

    row: Approval
    action_type: str
    risk: str
    quorum: int
    parties: set[str]
    is_own_allowed: bool
    names: dict[str, str]
    targets: set[str]
    removed: set[str] = field(default_factory=set)
    placed: dict[str, str] = field(default_factory=dict)
    status: str = "pending"
    version: int = 1
    seats: list[Seat] = field(default_factory=list)
    filled: list[bool] = field(default_factory=list)
    story: list[str] = field(default_factory=lambda: ["approval.requested"])
    openers: set[str] = field(default_factory=set)

    def note_opening(self, name: str) -> None:
        """Nobody decides what they have not opened: a first decision is the opening too."""
        if name not in self.openers:
            self.openers.add(name)
            self.story.append("approval.opened")

    @property
    def seated(self) -> set[str]:
        return {name for seat in self.seats for name in (seat.person, seat.principal)}

    @property
    def policy_names(self) -> bool:
        return "policy" in self.names.values()

    def is_complete(self) -> bool:
        """Enough people for enough principals, and one of them is not of the agent's choosing."""
        people, principals = {s.person for s in self.seats}, {s.principal for s in self.seats}
        is_enough = min(len(people), len(principals)) >= self.quorum
        return is_enough and any(self.filled)

    def take(self, seat: Seat) -> None:
        """A seat, and whether the policy's is filled by it, which later handing on does not change."""
        self.seats.append(seat)
        self.filled.append(not self.is_agents_pick(seat.principal, seat.basis))

    def make_void(self) -> None:
        self.seats, self.filled = [], []

    def is_agents_pick(self, name: str, basis: str) -> bool:
        named_by_agent = basis == "assignee" and self.names.get(name) == "agent"
        return self.policy_names and named_by_agent and name not in self.targets


@dataclass
class Ledger:
    """Everybody, what they belong to, and what was lent."""

    people: list[str]
    staff: set[str]
    inactive: set[str] = field(default_factory=set)
    members: dict[str, datetime] = field(default_factory=dict)
    loans: list[Loan] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)

    def is_barred(self, name: str, case: Case) -> bool:
        may_be_own = case.is_own_allowed and case.risk in ("low", "medium")
        return name in self.inactive or (name in case.parties and not may_be_own)

    def is_approver_of(self, name: str, case: Case) -> bool:
        joined = self.members.get(name)
        return joined is not None and (case.risk != "critical" or joined <= case.row.created_at)

    def own_basis(self, name: str, case: Case, *, apart_from: str = "") -> str | None:
        """Being named does not count where it was `apart_from` who handed the request to them."""
        is_placed = bool(apart_from) and case.placed.get(name) == apart_from
        is_named = name in case.names and name not in case.removed and not is_placed
        if is_named and not (case.names[name] == "agent" and self.is_approver_of(name, case)):
            return "assignee"
        return "approvers" if self.is_approver_of(name, case) else None

    def authorities(self, name: str, case: Case, at: datetime) -> Iterator[tuple[Seat, Loan | None]]:
        """Each way in which this person may decide, their own first."""
        if self.is_barred(name, case):
            return
        if own := self.own_basis(name, case):
            yield Seat(name, name, own), None
        for loan in self.loans:
            if loan.grantee != name or not loan.lends(case, at) or self.is_barred(loan.grantor, case):
                continue
            if basis := self.own_basis(loan.grantor, case, apart_from=name):
                yield Seat(name, loan.grantor, basis), loan

    def may_decide(self, name: str, case: Case, at: datetime) -> bool:
        return any(True for _ in self.authorities(name, case, at))

    def has_free_seat(self, name: str, case: Case, at: datetime) -> bool:
        """Whether an approval of theirs could count; own authority that suffices is the one that is used."""
        if name in case.seated:
            return False
        return any(seat.principal not in case.seated for seat, _ in self.authorities(name, case, at))

    def can_complete(self, told: set[str], case: Case) -> bool:
        """Whether these, of whom none has a seat, can give all that is wanted still."""
        able = [name for name in told if not self.is_barred(name, case) and self.own_basis(name, case)]
        free = [name for name in able if name not in case.seated]
        has_policys = any(case.filled) or not case.policy_names
        counts = [name for name in free if not case.is_agents_pick(name, self.own_basis(name, case) or "")]
        return len(free) >= case.quorum - len(case.seats) and (has_policys or bool(counts))

    def may_hand_on(self, name: str, case: Case) -> bool:
        return not self.is_barred(name, case) and bool(self.own_basis(name, case) or name in self.staff)

    def may_replace(self, name: str, case: Case, place: str | None) -> bool:
        own = self.own_basis(name, case)
        if place is None and own is None:
            return False  # an administrator adds no judge
        is_own_choice = own is not None and case.is_agents_pick(name, own)
        return place == name or not is_own_choice or (place is not None and name in self.staff)

    def may_receive(self, name: str, case: Case, by: str) -> bool:
        if name == by or self.is_barred(name, case) or name in case.seated:
            return False
        if name in case.names and name not in case.removed:
            return False
        return case.risk in ("low", "medium") or name in case.targets or self.is_approver_of(name, case)
