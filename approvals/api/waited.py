"""What do many agents hear at once of the requests they wait for? One statement reads just what the answers show."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Model
from django.db.models.base import ModelState

from approvals import reach
from approvals.api.representation import as_bytes, waited_for_out
from approvals.models import Approval, Claim, Outcome, PayloadVersion, Vote, read_whole_by_id
from approvals.models.choices import Disposition
from audit import clock
from grants.models import User
from patience import statements


@dataclass(frozen=True, slots=True)
class Standing:
    """How a request stands, and what the call `wait` answers to the agent that it belongs to.

    `is_pending`: the agent is told to wait. `body` is empty where it was not asked for.
    """

    agent_id: UUID
    action_type: str
    workflow: str
    is_pending: bool
    body: bytes


def standings(ids: Collection[UUID], *, with_pending: bool) -> dict[UUID, Standing]:
    """How these requests stand: in one statement, one more where an agent would proceed (`lifecycle.unproven`), and
    `with_pending` a few where warnings are to be looked up.
    """
    approvals = [_approval(row) for row in statements.fetch(_READ, [list(ids)])]
    if with_pending:
        _look_up_warnings(approvals)
    asked_for = [one for one in approvals if with_pending or not one.is_pending]
    outs = waited_for_out(asked_for) if asked_for else []
    bodies = {one.pk: as_bytes(out) for one, out in zip(asked_for, outs, strict=True)}
    waiting = {UUID(out["id"]) for out in outs if out["disposition"] == Disposition.WAIT}
    return {one.pk: _standing(one, bodies.get(one.pk, b""), one.pk in waiting) for one in approvals}


def _standing(approval: Approval, body: bytes, is_to_wait: bool) -> Standing:
    is_pending = approval.is_pending or is_to_wait
    return Standing(approval.agent_id, approval.action_type, approval.workflow, is_pending, body)


def _look_up_warnings(approvals: Iterable[Approval]) -> None:
    unknown = [approval.pk for approval in approvals if not reach.has_warnings_lately(approval)]
    if unknown:
        reach.look_up_lately(read_whole_by_id(unknown), at=clock.now())


class _Part:
    """Some columns of a model: what an answer shows of its rows."""

    def __init__(self, model: type[Model], alias: str, names: str) -> None:
        self._model = model
        self._names = [
            field.attname for field in model._meta.concrete_fields if field.attname in names.split()
        ]
        self.columns = ", ".join(f"{alias}.{name}" for name in self._names)

    def take(self, values: Iterator[Any]) -> Any:
        """The row from the next values; None where there is none.

        A column that is not among them is read when it is asked for. The model's `__init__` looks at every column of
        every row, which took two thirds of an answer.
        """
        taken = dict(zip(self._names, islice(values, len(self._names)), strict=True))
        if taken[self._names[0]] is None:
            return None
        row = self._model.__new__(self._model)
        row._state = ModelState()
        row._state.adding, row._state.db = False, connection.alias
        vars(row).update(taken)
        return row


_REQUEST = _Part(
    Approval,
    "request",
    "id agent_id pattern action_type action risk quorum deadline breach_action status resolution current_version "
    "created_at breached_at decided_at valid_until claimed_at supersedes_id successor_id initiated_by "
    "workflow",
)
_VERSION = _Part(PayloadVersion, "version", "id number canonical sha256 source")
_FIRST = _Part(PayloadVersion, "first", "id number source")
_CLAIM = _Part(Claim, "claim", "approval_id claim_id claimed_at")
_OUTCOME = _Part(Outcome, "outcome", "claim_id status detail payload_sha256 is_mismatch reported_at")
_VOTE = _Part(
    Vote, "vote", "id verdict version user_id principal_id basis category comment decided_at manifest"
)
_VOTER, _PRINCIPAL = _Part(User, "voter", "id email name"), _Part(User, "principal", "id email name")

_READ = f"""
    SELECT clock_timestamp(), {_REQUEST.columns}, {_VERSION.columns}, {_FIRST.columns}, {_CLAIM.columns},
        {_OUTCOME.columns},
        (SELECT json_agg(json_build_array({_VOTE.columns}, {_VOTER.columns}, {_PRINCIPAL.columns})
                ORDER BY vote.decided_at)::text
            FROM approvals_vote vote JOIN grants_user voter ON voter.id = vote.user_id
            JOIN grants_user principal ON principal.id = vote.principal_id
            WHERE vote.approval_id = request.id)
    FROM approvals_approval request
    JOIN approvals_payloadversion version
        ON version.approval_id = request.id AND version.number = request.current_version
    LEFT JOIN approvals_payloadversion first
        ON first.approval_id = request.id AND first.number = 1 AND request.current_version > 1
    LEFT JOIN approvals_claim claim ON claim.approval_id = request.id
    LEFT JOIN approvals_outcome outcome ON outcome.claim_id = claim.approval_id
    WHERE request.id = ANY(%s)
"""  # nosec B608 # noqa: S608 - the columns that stand above


def _approval(row: Sequence[Any]) -> Approval:
    """The request with what `waited_for_out` shows in hand."""
    read_at, *rest = row
    values = iter(rest)
    approval: Approval = _REQUEST.take(values)
    approval.read_at = read_at.astimezone(UTC)
    versions = [part.take(values) for part in (_VERSION, _FIRST)]
    claim, outcome = _CLAIM.take(values), _OUTCOME.take(values)
    if claim:
        claim._state.fields_cache["outcome"] = outcome
    approval._state.fields_cache["claim"] = claim
    votes = [_vote(iter(one)) for one in orjson.loads(next(values) or "[]")]
    # What `versions.all()` and `votes.all()` give.
    vars(approval)["_prefetched_objects_cache"] = {
        "versions": [one for one in versions if one],
        "votes": votes,
    }
    return approval


def _vote(values: Iterator[Any]) -> Vote:
    vote: Vote = _VOTE.take(values)
    vote.decided_at = datetime.fromisoformat(str(vote.decided_at))
    vote._state.fields_cache.update(user=_VOTER.take(values), principal=_PRINCIPAL.take(values))
    return vote
