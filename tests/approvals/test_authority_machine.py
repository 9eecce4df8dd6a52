"""People act at random on the real database, and a ledger of its own says what each of them may.

Five hundred steps for each policy. Nothing is decided without its quorum of different people and different
principals, nobody votes without authority at that moment, and each act that succeeds has its event.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings, strategies
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from approvals import authority, delegation, lifecycle, payload
from approvals.exceptions import AlreadyDecided, InvalidInput, NotPermitted, Refused, SeatTaken, StaleVersion
from approvals.lifecycle import Seen
from approvals.models import Approval, Policy, Vote
from audit import clock
from audit.message import SYSTEM
from audit.models import Event
from audit.verify import everything
from grants import membership
from grants.models import ApproverMembership, User
from tests.approvals.ledger import RISKS, Case, Ledger, Loan, Seat
from tests.factories import (
    EMAIL_PAYLOAD,
    attest,
    make_agent,
    make_approval,
    make_key,
    make_policy,
    make_user,
    proved,
)
from tests.races.soundness import faults

pytestmark = pytest.mark.django_db

RUNS, STEPS = 10, 50
ANN, BEN, CAT, DAN, EVE, ZOE = PEOPLE = tuple(
    f"{name}@example.com" for name in ("ann", "ben", "cat", "dan", "eve", "zoe")
)
"""Ann is a policy's reviewer, Cat an approver at first, Eve answers for the agent, Zoe is an administrator."""

ASKING = ("approval.approvers_asked", "approval.understaffed")
"""Written where too few were told; the story of who did what goes without them."""

MOMENT = timedelta(milliseconds=15)
LONG = timedelta(days=1)

people = strategies.sampled_from(PEOPLE)
numbers = strategies.integers(0, 20)
Someone = tuple[str, bool]
someone: strategies.SearchStrategy[Someone] = strategies.tuples(people, strategies.booleans())
"""Anybody; where it is true, rather somebody who may decide, if there is one."""


class Authority(RuleBasedStateMachine):
    """One story, from empty tables; rolled back at its end."""

    terms: ClassVar[dict[str, Any]] = {}
    taken: ClassVar[Counter[str]] = Counter()
    """What people tried and what came of it, over all stories."""
    steps: ClassVar[int] = 0

    @initialize()
    def begin(self) -> None:
        self.story = transaction.atomic()
        self.story.__enter__()
        self.users = {email: make_user(email, is_staff=email == ZOE) for email in PEOPLE}
        self.ledger = Ledger(list(PEOPLE), staff={ZOE})
        self.policy: Policy = make_policy(**self.terms)
        self.key, _ = make_key(make_agent(owner=self.users[EVE]))
        self.refunds = make_policy("refund", **self.terms)
        self._join(CAT)
        self.submit("low", False, {BEN}, False)
        self.submit("critical", True, {BEN, DAN}, True)

    def teardown(self) -> None:
        if not hasattr(self, "story"):
            return
        try:
            assert faults() == []
            assert everything().events > len(self.ledger.cases)
        finally:
            transaction.set_rollback(True)
            self.story.__exit__(None, None, None)

    @rule(
        risk=strategies.sampled_from(RISKS),
        is_refund=strategies.booleans(),
        named=strategies.sets(people, min_size=1, max_size=2),
        runs_for_dan=strategies.booleans(),
    )
    @precondition(lambda self: sum(case.status == "pending" for case in self.ledger.cases) < 2)
    def submit(self, risk: str, is_refund: bool, named: set[str], runs_for_dan: bool) -> None:
        policy = self.refunds if is_refund else self.policy
        approval = make_approval(
            risk=risk,
            assignees=tuple(sorted(named)),
            policy=policy,
            key=self.key,
            initiated_by=DAN if runs_for_dan else "",
        )
        reviewers = set(policy.reviewers)
        names = dict.fromkeys(named, "agent") | dict.fromkeys(reviewers, "policy")
        self.ledger.cases.append(
            Case(
                row=approval,
                action_type=policy.action_type,
                risk=risk,
                quorum=max(policy.quorum, 2) if risk == "critical" else policy.quorum,
                parties={EVE, DAN} if runs_for_dan else {EVE},
                is_own_allowed=policy.allow_self_approval,
                names=names,
                targets=reviewers | set(policy.escalation_targets),
            )
        )
        self._count("submit", "done")

    @rule(someone=someone, number=numbers, edits=strategies.sampled_from([False, False, False, True]))
    def approve(self, someone: Someone, number: int, edits: bool) -> None:
        case = self._case(number)
        name = self._who(someone, case)
        edited = {**EMAIL_PAYLOAD, "subject": f"Version {case.version + 1}"} if edits else None
        shown = _shown(case, edited)
        text = json.dumps(edited) if edited else None
        before = clock.now()
        wanted = self._refusal_of_vote(name, case, is_new=edits)

        came = self._try(
            "approve",
            lambda: lifecycle.approve(
                case.row.pk,
                by=self.users[name],
                seen=shown,
                attestation=attest(case.row, by=self.users[name]),
                edited=text,
            ),
        )

        if came is None:
            case.note_opening(name)
            self._note_edit(case) if edits else None
            self._note_vote(name, case)
        elif came is not wanted:
            self._must_have_ended_meanwhile(name, case, before)

    @rule(someone=someone, number=numbers)
    def reject(self, someone: Someone, number: int) -> None:
        case = self._case(number)
        name = self._who(someone, case)
        before, wanted = clock.now(), self._refusal_of_vote(name, case, is_new=True)

        came = self._try(
            "reject",
            lambda: lifecycle.reject(
                case.row.pk,
                by=self.users[name],
                seen=_shown(case),
                resolution="declined",
                proof=proved(case.row, by=self.users[name]),
            ),
        )

        if came is None:
            self._check_vote(name, case)
            case.status = "rejected"
            case.note_opening(name)
            case.story += ["approval.voted", "approval.rejected"]
        elif came is not wanted:
            self._must_have_ended_meanwhile(name, case, before)

    @rule(someone=someone, number=numbers)
    def approve_what_was_superseded(self, someone: Someone, number: int) -> None:
        case = self._case(number)
        name = self._who(someone, case)
        if case.version == 1 or case.status != "pending":
            return
        old = case.row.versions.get(number=case.version - 1)
        before = clock.now()
        is_allowed = self.ledger.may_decide(name, case, before)

        came = self._try(
            "approve an old version",
            lambda: lifecycle.approve(
                case.row.pk,
                by=self.users[name],
                seen=Seen(old.number, old.digest),
                attestation=attest(case.row, by=self.users[name]),
            ),
        )

        assert came in (StaleVersion, NotPermitted)
        if is_allowed and came is not StaleVersion:
            self._must_have_ended_meanwhile(name, case, before)

    @rule(
        grantor=people,
        grantee=people,
        highest_risk=strategies.sampled_from(RISKS),
        action_types=strategies.sampled_from([(), (), ("refund",), ("external_email",)]),
        starts=strategies.sampled_from([timedelta(0), timedelta(0), MOMENT, LONG]),
        lasts=strategies.sampled_from([LONG, LONG, MOMENT]),
    )
    def lend(
        self,
        grantor: str,
        grantee: str,
        highest_risk: str,
        action_types: tuple[str, ...],
        starts: timedelta,
        lasts: timedelta,
    ) -> None:
        at = clock.now()
        terms = delegation.GrantTerms(
            highest_risk=highest_risk,
            starts_at=at + starts,
            expires_at=at + starts + lasts,
            action_types=action_types,
            is_whole=not action_types,
            reason="On leave.",
        )

        grants: list[Any] = []
        came = self._try(
            "lend", lambda: grants.append(delegation.give(User.objects.get(email=grantor), grantee, terms))
        )

        if grantor == grantee or {grantor, grantee} & self.ledger.inactive:
            assert came is InvalidInput
            return
        if came is not None:
            assert clock.now() >= terms.expires_at, "a loan was refused"
            return
        row = grants[0]
        loan = Loan(row, grantor, grantee, highest_risk, action_types, row.starts_at, row.expires_at)
        self.ledger.loans.append(loan)
        assert _events("grant", row.pk) == ["grant.given"]

    @rule(name=people, number=numbers)
    def revoke(self, name: str, number: int) -> None:
        if not self.ledger.loans:
            return
        loan = self.ledger.loans[number % len(self.ledger.loans)]
        has_ended = loan.is_revoked or loan.expires <= clock.now()
        may = name in (loan.grantor, loan.grantee, ZOE) and name not in self.ledger.inactive

        came = self._try("revoke", lambda: delegation.revoke(loan.row.pk, by=User.objects.get(email=name)))

        if not may:
            assert came is NotPermitted
        elif has_ended:
            assert came is delegation.AlreadyEnded
        elif came is None:
            loan.is_revoked = True
            assert _events("grant", loan.row.pk) == ["grant.given", "grant.revoked"]
        else:
            assert loan.expires <= clock.now()

    @rule(name=people)
    def join(self, name: str) -> None:
        self._join(name)
        lifecycle.sweep()
        self._count("join", "done")

    @rule(name=people)
    def leave(self, name: str) -> None:
        membership.leave(self.users[name], by=SYSTEM)
        self.ledger.members.pop(name, None)
        lifecycle.sweep()
        self._count("leave", "done")

    @rule(someone=someone, to=people, number=numbers, whose=strategies.none() | people)
    def reassign(self, someone: Someone, to: str, number: int, whose: str | None) -> None:
        case = self._case(number)
        by = self._who(someone, case)
        named = sorted(set(case.names) - case.removed)
        place = whose and (whose if number % 4 == 0 else named[PEOPLE.index(whose) % len(named)])
        wanted = self._refusal_of_reassignment(by, to, case, place)

        came = self._try(
            "reassign",
            lambda: lifecycle.reassign(
                case.row.pk, by=self.users[by], to=to, reason="On leave.", instead_of=place or ""
            ),
        )

        assert came is wanted
        if came is None:
            source = case.names[place] if place else "reassigned"
            case.names[to] = (
                source if case.names.get(to, "agent") in ("agent", "reassigned") else case.names[to]
            )
            case.removed = (case.removed | ({place} if place else set())) - {to}
            case.placed[to] = by
            case.story.append("approval.reassigned")

    @rule(name=people, is_active=strategies.sampled_from([True, True, False]))
    def deactivate_or_not(self, name: str, is_active: bool) -> None:
        User.objects.filter(email=name).update(is_active=is_active)
        (self.ledger.inactive.discard if is_active else self.ledger.inactive.add)(name)
        lifecycle.sweep()
        self._count("activate" if is_active else "deactivate", "done")

    @rule()
    def let_time_pass(self) -> None:
        time.sleep(MOMENT.total_seconds())

    @invariant()
    def ruling_table_and_ledger_agree(self) -> None:
        if not hasattr(self, "ledger"):
            return
        at = clock.now()
        pending = [case for case in self.ledger.cases if case.status == "pending"]
        open_rows = Approval.objects.select_related("agent", "key", "policy").prefetch_related("assignments")
        rows = open_rows.in_bulk([case.row.pk for case in pending])
        for user in User.objects.filter(email__in=PEOPLE):
            decidable = set(authority.decidable_by(user, at=at).values_list("pk", flat=True))
            for case in pending:
                is_allowed = authority.may_decide(user, rows[case.row.pk], at=at).allowed
                assert is_allowed is (case.row.pk in decidable)
                assert is_allowed is self.ledger.may_decide(user.email, case, at)

    @invariant()
    def each_request_stands_as_the_ledger_says(self) -> None:
        if not hasattr(self, "ledger"):
            return
        type(self).steps += 1
        cases = {case.row.pk: case for case in self.ledger.cases}
        told: dict[str, list[str]] = {str(pk): [] for pk in cases}
        for event in Event.objects.filter(subject_id__in=told).exclude(type__in=ASKING).order_by("seq"):
            told[event.subject_id].append(event.type)
        for row in Approval.objects.filter(pk__in=cases):
            case = cases[row.pk]
            assert (row.status, row.current_version) == (case.status, case.version)
            assert told[str(row.pk)] == case.story

    @invariant()
    def nobody_is_waited_for_who_was_never_asked(self) -> None:
        if not hasattr(self, "ledger"):
            return
        for case in self.ledger.cases:
            if case.status != "pending":
                continue
            named = set(case.names) - case.removed
            pool = {name for name in self.ledger.members if self.ledger.is_approver_of(name, case)}
            pool = {name for name in pool if not self.ledger.is_barred(name, case)} - case.seated - named
            asked = {name for people in _people_of(case, ASKING[0]) for name in people}
            if self.ledger.can_complete(named | (asked & pool), case):
                continue
            assert pool <= asked
            if not self.ledger.is_barred(ZOE, case):
                assert [ZOE] in _people_of(case, ASKING[1])

    def _case(self, number: int) -> Case:
        """Mostly an open one."""
        cases = sorted(self.ledger.cases, key=lambda case: case.status != "pending")
        return cases[0] if number > 3 else cases[number % len(cases)]

    def _who(self, someone: Someone, case: Case) -> str:
        name, is_entitled = someone
        at = clock.now()
        entitled = [one for one in PEOPLE if self.ledger.may_decide(one, case, at)]
        return entitled[PEOPLE.index(name) % len(entitled)] if is_entitled and entitled else name

    def _join(self, name: str) -> None:
        membership.join(self.users[name], by=SYSTEM)
        joined = ApproverMembership.objects.get(user=self.users[name], left_at=None).joined_at
        self.ledger.members.setdefault(name, joined)

    def _try(self, act: str, do: Callable[[], object]) -> type[Refused] | None:
        """None where it was done, else which refusal came."""
        try:
            do()
        except Refused as refusal:
            self._count(act, type(refusal).__name__)
            return type(refusal)
        self._count(act, "done")
        return None

    def _count(self, act: str, came: str) -> None:
        self.taken[f"{act}: {came}"] += 1

    def _refusal_of_vote(self, name: str, case: Case, *, is_new: bool) -> type[Refused] | None:
        """What the ledger expects. `is_new`: no seat of the current version stands in the way."""
        at = clock.now()
        if not self.ledger.may_decide(name, case, at):
            return NotPermitted
        if case.status != "pending":
            return AlreadyDecided
        return None if is_new or self.ledger.has_free_seat(name, case, at) else SeatTaken

    def _refusal_of_reassignment(
        self, by: str, to: str, case: Case, place: str | None
    ) -> type[Refused] | None:
        if not self.ledger.may_hand_on(by, case):
            return NotPermitted
        if case.status != "pending":
            return AlreadyDecided
        if place is not None and (place not in case.names or place in case.removed):
            return InvalidInput
        if not self.ledger.may_replace(by, case, place):
            return InvalidInput
        return None if self.ledger.may_receive(to, case, by) else InvalidInput

    def _note_edit(self, case: Case) -> None:
        case.version += 1
        case.story.append("approval.edited")
        if case.seats:
            case.story.append("approval.votes_voided")
        case.make_void()

    def _note_vote(self, name: str, case: Case) -> None:
        seat = self._check_vote(name, case)
        assert not {seat.person, seat.principal} & case.seated
        case.take(seat)
        case.story.append("approval.voted")
        if case.is_complete():
            case.status = "approved"
            case.story.append("approval.granted")

    def _check_vote(self, name: str, case: Case) -> Seat:
        """The vote that was just cast stands on an authority that the ledger knew at its very moment."""
        vote = Vote.objects.filter(approval=case.row).select_related("user", "principal").latest("decided_at")
        seat = Seat(vote.user.email, vote.principal.email, vote.basis)
        assert seat.person == name
        assert vote.version == case.version
        found = [loan for one, loan in self.ledger.authorities(name, case, vote.decided_at) if one == seat]
        assert vote.grant_id in [loan and loan.row.pk for loan in found]
        return seat

    def _must_have_ended_meanwhile(self, name: str, case: Case, before: Any) -> None:
        """A refusal that the ledger did not expect: right only where a loan began or ended in that instant."""
        after = clock.now()
        moments = [moment for loan in self.ledger.loans for moment in (loan.starts, loan.expires)]
        assert any(before <= moment <= after for moment in moments), f"{name} was refused"


def _shown(case: Case, edited: dict[str, str] | None = None) -> Seen:
    """What the page showed; with an edit, what it comes to."""
    version = case.row.versions.get(number=case.version)
    digest = payload.digest(payload.canonical(edited)).hex() if edited else version.digest
    return Seen(version.number, digest)


def _people_of(case: Case, kind: str) -> list[list[str]]:
    events = Event.objects.about("approval", case.row.pk).filter(type=kind).select_related("body")
    return [json.loads(bytes(event.body.content))["data"]["people"] for event in events]


def _events(kind: str, subject: object) -> list[str]:
    return [event.type for event in Event.objects.about(kind, subject)]


TERMS: dict[str, dict[str, Any]] = {
    "nobody named": {},
    "a reviewer named": {"reviewers": [ANN]},
    "two approve": {"reviewers": [ANN, DAN], "quorum": 2, "escalation": [{"emails": [BEN], "after_minutes": 5}]},
    "self approval": {"allow_self_approval": True, "quorum": 2},
}  # fmt: skip


@pytest.mark.shows("only-authority-decides")
@pytest.mark.parametrize("terms", TERMS)
def test_nobody_ever_decides_without_authority(terms: str) -> None:
    machine = type("Machine", (Authority,), {"terms": TERMS[terms], "taken": Counter()})

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            derandomize=True,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )

    done = {name for name in machine.taken if name.endswith(": done")}  # type: ignore[attr-defined]
    assert done >= {
        f"{act}: done" for act in ("submit", "approve", "reject", "lend", "revoke", "reassign", "leave")
    }
    assert machine.steps > 0.9 * RUNS * STEPS  # type: ignore[attr-defined]
