"""How is a request read with everything around it? In one statement, and as it is at that moment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC
from typing import Any, TypeVar
from uuid import UUID

import orjson
from django.core.exceptions import EmptyResultSet
from django.db.models import Model

from approvals.models.agent import Agent, AgentKey
from approvals.models.approval import Approval
from approvals.models.approval_queries import ApprovalQuerySet
from approvals.models.assignment import Assignment
from approvals.models.decision import Opening, Vote
from approvals.models.execution import Claim, Outcome
from approvals.models.in_hand import put_in_hand
from approvals.models.kept_policies import policies_with_ids
from approvals.models.payload import PayloadVersion
from grants.models import User
from patience import statements

M = TypeVar("M", bound=Model)

_SECRET = ("password",)
_UNUSED = ("secret_sha256",)


def _listed(model: type[Any], order: str) -> str:
    """The rows of a model that point to the request, as JSON."""
    found = statements.as_json(model, "part")
    table = model._meta.db_table
    return f"(SELECT json_agg({found} ORDER BY part.{order}) FROM {table} part WHERE part.approval_id = request.id)"  # nosec B608 # noqa: S608 - a model's own names


WHOLE = f"""
    clock_timestamp(), {statements.columns(Approval, "request")},
    (SELECT json_build_object(
        'agent', {statements.as_json(Agent, "agent")},
        'key', {statements.as_json(AgentKey, "key", but=_UNUSED)},
        'versions', {_listed(PayloadVersion, "number")},
        'assignments', {_listed(Assignment, "id")},
        'votes', {_listed(Vote, "decided_at")},
        'openings', {_listed(Opening, "id")},
        'claims', {_listed(Claim, "claimed_at")},
        'outcomes', (
            SELECT json_agg({statements.as_json(Outcome, "part")}) FROM approvals_outcome part
            WHERE part.claim_id = request.id),
        'people', (
            SELECT json_agg({statements.as_json(User, "person", but=_SECRET)}) FROM grants_user person
            WHERE person.id IN (
                SELECT unnest(ARRAY[
                    agent.owner_id, key.owner_id, key.minted_by_id,
                    request.agent_owner_id, request.key_owner_id, request.key_minter_id])
                UNION SELECT user_id FROM approvals_vote part WHERE part.approval_id = request.id
                UNION SELECT principal_id FROM approvals_vote part WHERE part.approval_id = request.id
                UNION SELECT edited_by_id FROM approvals_payloadversion part
                WHERE part.approval_id = request.id)))::text
        FROM approvals_agent agent, approvals_agentkey key
        WHERE agent.id = request.agent_id AND key.id = request.key_id)
"""  # nosec B608 # noqa: S608 - the models' own columns
"""What `from_rows` reads, of a table `approvals_approval` called `request`."""


def read_whole(rows: ApprovalQuerySet) -> list[Approval]:
    """These requests, the newest first, with all that `from_rows` puts in hand."""
    try:
        wanted, params = rows.values("pk").query.sql_with_params()
    except EmptyResultSet:
        return []
    sql = f"SELECT {WHOLE} FROM approvals_approval request WHERE request.id IN ({wanted}) ORDER BY request.id DESC"  # nosec B608 # noqa: S608 - Django's own
    return from_rows(statements.fetch(sql, params))


def read_whole_by_id(ids: Collection[UUID]) -> list[Approval]:
    """The requests with these ids, in no order."""
    return from_rows(statements.fetch(_BY_ID, [list(ids)]))


_BY_ID = f"SELECT {WHOLE} FROM approvals_approval request WHERE request.id = ANY(%s)"  # nosec B608 # noqa: S608 - a constant


def from_rows(rows: Sequence[Sequence[Any]]) -> list[Approval]:
    """The requests in rows of WHOLE, `with_parties`.

    In hand are the versions and who edited them, the assignments, the votes with their people, openings, claim and
    outcome.
    """
    approvals = [statements.instance(Approval, values[1:-1]) for values in rows]
    policies = {one.pk: one for one in policies_with_ids({approval.policy_id for approval in approvals})}
    for approval, (read_at, *_, around) in zip(approvals, rows, strict=True):
        approval.read_at = read_at.astimezone(UTC)
        approval.policy = policies[approval.policy_id]
        _surround(approval, orjson.loads(around))
    return approvals


def _surround(approval: Approval, around: dict[str, Any]) -> None:
    people = {
        one.pk: one
        for one in (statements.from_json(User, values, but=_SECRET) for values in around["people"])
    }
    agent = statements.from_json(Agent, around["agent"])
    agent.owner = people[agent.owner_id]
    key = statements.from_json(AgentKey, around["key"], but=_UNUSED, agent=agent)
    key.owner = people[key.owner_id]
    key.minted_by = people[key.minted_by_id] if key.minted_by_id else None
    approval.agent, approval.key = agent, key
    approval.agent_owner = people[approval.agent_owner_id]
    approval.key_owner = people[approval.key_owner_id]
    approval.key_minter = people[approval.key_minter_id] if approval.key_minter_id else None
    votes = _rows(Vote, around["votes"], approval)
    for vote in votes:
        vote.user, vote.principal = people[vote.user_id], people[vote.principal_id]
    versions = _rows(PayloadVersion, around["versions"], approval)
    for version in versions:
        version.edited_by = people[version.edited_by_id] if version.edited_by_id else None
    assignments = _rows(Assignment, around["assignments"], approval)
    for one in assignments:
        one.in_place_of = next((other for other in assignments if other.pk == one.in_place_of_id), None)
    openings = _rows(Opening, around["openings"], approval)
    put_in_hand(approval, versions=versions, assignments=assignments, votes=votes, openings=openings)
    _put_claim(approval, around)


def _rows(model: type[M], listed: Sequence[Sequence[Any]] | None, approval: Approval) -> list[M]:
    return [statements.from_json(model, values, approval=approval) for values in listed or ()]


def _put_claim(approval: Approval, around: dict[str, Any]) -> None:
    if not around["claims"]:
        put_in_hand(approval, claim=None)
        return
    claim = statements.from_json(Claim, around["claims"][0], approval=approval)
    outcomes = [statements.from_json(Outcome, values, claim=claim) for values in around["outcomes"] or ()]
    Claim._meta.get_field("outcome").set_cached_value(claim, outcomes[0] if outcomes else None)
