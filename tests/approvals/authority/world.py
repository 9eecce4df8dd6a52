"""All rows of the truth table as one state of the database: many people on few requests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from django.db import connection, transaction
from django.utils import timezone

from approvals.models import Agent, Approval, Assignment
from audit import clock
from grants.models import ApproverMembership, DelegatedGrant, User
from tests.approvals.authority.people import Grant, Person, Row
from tests.factories import give_key, make_agent, make_approval, make_grant, make_key, make_policy, make_user
from tests.unsaid import told_of

WORKFLOW = "finance"
DAY = timedelta(days=1)


@dataclass
class Place:
    """A row as it stands in the database."""

    user: User
    approval: Approval
    grants: list[DelegatedGrant] = field(default_factory=list)


@dataclass
class _Stage:
    """Rows that share one request: alike in its terms, and no two have the same party to it."""

    rows: list[Row] = field(default_factory=list)
    parties: set[str] = field(default_factory=set)


@contextmanager
def standing(rows: Iterable[Row], *, pattern: str = "approval_gate") -> Iterator[World]:
    """A world for tests that only read: built once, rolled back in the end.

    Its foreign keys are checked here: left open, the end of each test would check those of every row anew.
    """
    with transaction.atomic():
        world = World(rows, pattern=pattern)
        connection.check_constraints()
        yield world
        transaction.set_rollback(True)


class World:
    """`at` is the moment to ask about: everything that happens has happened by then."""

    def __init__(self, rows: Iterable[Row], *, pattern: str = "approval_gate") -> None:
        self._pattern = pattern
        self.places: dict[Row, Place] = {}
        self._numbers = count()
        self._born = clock.now()
        for number, stage in enumerate(_stages(rows)):
            self._build(stage, f"action_{number}")
        self.at: datetime = clock.now()

    def _build(self, stage: _Stage, action_type: str) -> None:
        users = {(row, i): self._user(p) for row in stage.rows for i, p in enumerate(row.people)}
        self._join(users, "before", "left")
        approval = _request(stage, action_type, users, self._pattern)
        _rename(approval, users)
        self._join(users, "after")
        self._leave(users)
        for row in stage.rows:
            given = [self._grant(g, users, row, i, action_type) for i, g in enumerate(row.grants, start=1)]
            self.places[row] = Place(users[row, 0], approval, given)

    def _user(self, person: Person) -> User:
        return make_user(
            f"person-{next(self._numbers)}@example.com",
            is_superuser=person.account == "superuser",
            is_staff=person.account == "superuser",
            is_active=person.account != "inactive",
        )

    def _join(self, users: dict[tuple[Row, int], User], *groups: str) -> None:
        at = clock.now() if "after" in groups else self._born - DAY
        members = [user for (row, i), user in users.items() if row.people[i].group in groups]
        for user in members:
            with told_of(user.as_subject(), "approvers.joined"):
                ApproverMembership.objects.create(user=user, joined_at=at)

    def _leave(self, users: dict[tuple[Row, int], User]) -> None:
        leavers = [user for (row, i), user in users.items() if row.people[i].group == "left"]
        for user in leavers:
            with told_of(user.as_subject(), "approvers.left"):
                ApproverMembership.objects.filter(user=user).update(left_at=clock.now())

    def _grant(
        self, grant: Grant, users: dict[tuple[Row, int], User], row: Row, i: int, action_type: str
    ) -> DelegatedGrant:
        scope, at = _scope(grant, row, action_type), clock.now()
        starts, expires = {
            "future": (at + DAY, at + 2 * DAY),
            "expired": (at - 2 * DAY, at - timedelta(milliseconds=1)),
        }.get(grant.lent, (at - DAY, at + DAY))
        values = {"is_whole": False, **scope}
        moments = {"starts_at": starts, "expires_at": expires, "created_at": at - 2 * DAY}
        given = make_grant(users[row, i], users[row, 0], **values, **moments)
        if grant.lent == "revoked":
            given.revoked_at, given.revoked_by = at, given.grantor
            with told_of(given.as_subject(), "grant.revoked"):
                given.save(update_fields=["revoked_at", "revoked_by"])
        return given


def _stages(rows: Iterable[Row]) -> Iterable[_Stage]:
    """As few requests as the parties allow: each has one initiator, one agent's owner, one key's owner."""
    found: dict[tuple[object, ...], list[_Stage]] = {}
    for row in rows:
        stages = found.setdefault((row.risk, row.allows_self, row.policy_names), [])
        parties = {person.party for person in row.people} - {"no"}
        stage = next((stage for stage in stages if not stage.parties & parties), None)
        if stage is None:
            stages.append(stage := _Stage())
        stage.rows.append(row)
        stage.parties |= parties
    return [stage for stages in found.values() for stage in stages]


def _request(stage: _Stage, action_type: str, users: dict[tuple[Row, int], User], pattern: str) -> Approval:
    row = stage.rows[0]
    parties = {r.people[i].party: user for (r, i), user in users.items()}
    policy = make_policy(
        action_type,
        reviewers=[*_named(users, "policy", "removed"), *["reviewer@example.com"] * row.policy_names],
        allow_self_approval=row.allows_self,
        pattern=pattern,
        author=parties.get("policy author"),
    )
    owner, keeper = make_user("owner@example.com"), make_user("keeper@example.com")
    agent = make_agent(f"Agent of {action_type}", owner=parties.get("former agent owner", owner))
    key, _ = make_key(
        agent, owner=parties.get("former key owner", keeper), minted_by=parties.get("key minter")
    )
    initiator = parties.get("initiator")
    approval = make_approval(
        key=key,
        policy=policy,
        risk=row.risk,
        workflow=WORKFLOW,
        assignees=tuple(_named(users, "agent")) or ("somebody@example.com",),
        initiated_by=initiator.email if initiator else "",
    )
    with told_of(agent.as_subject(), "agent.changed"):
        Agent.objects.filter(pk=agent.pk).update(owner=parties.get("agent owner", owner))
    give_key(key, parties.get("key owner", keeper))
    return Approval.objects.get(pk=approval.pk)


def _rename(approval: Approval, users: dict[tuple[Row, int], User]) -> None:
    """What happened to the names since."""
    with told_of(approval.as_subject(), "approval.reassigned"):
        _rename_told(approval, users)


def _rename_told(approval: Approval, users: dict[tuple[Row, int], User]) -> None:
    removed = Assignment.objects.filter(approval=approval, email__in=_named(users, "removed"))
    removed.update(removed_at=timezone.now())
    for source in (Assignment.Source.REASSIGNED, Assignment.Source.ESCALATION):
        for email in _named(users, source):
            Assignment.objects.create(
                approval=approval, email=email, source=source, created_at=approval.created_at
            )


def _named(users: dict[tuple[Row, int], User], *namings: str) -> list[str]:
    return [user.email for (row, i), user in users.items() if row.people[i].naming in namings]


def _scope(grant: Grant, row: Row, action_type: str) -> dict[str, object]:
    narrow: dict[str, dict[str, object]] = {
        "action type": {"action_types": ["something_else", action_type]},
        "workflow": {"workflows": [WORKFLOW]},
        "other action type": {"action_types": ["something_else"], "workflows": [WORKFLOW]},
        "other workflow": {"action_types": [action_type], "workflows": ["sales"]},
    }
    scope = narrow.get(grant.lent, {"is_whole": True})
    return {"highest_risk": _below(row.risk) if grant.lent == "lower risk" else row.risk, **scope}


def _below(risk: str) -> str:
    return {"medium": "low", "high": "medium", "critical": "high"}[risk]
