"""What does a person hold at a moment, what is lent to them, and what do they answer for? One statement reads it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson

from grants.models import ApproverMembership, DelegatedGrant, User
from patience import statements


@dataclass(frozen=True, slots=True)
class Held:
    """What a person's authority rests on beside being named, and what bars them.

    `grants` are lent to them by people with an active account, the oldest first; `memberships` are the open ones, by
    the person's id: their own and those of who lends to them. `has_lost` says whether any grant to them has ended.
    `agents` and `keys` are the ids of those that they answer for now, and of the keys that they made.
    """

    grants: Sequence[DelegatedGrant]
    memberships: Mapping[UUID, ApproverMembership]
    has_lost: bool
    agents: Collection[UUID]
    keys: Collection[UUID]


_SECRET = ("password",)

# The filters of `DelegatedGrant.objects.active` and `ended`, and of `ApproverMembership.objects.open`:
# tests/approvals/authority/test_held.py holds them equal.
_READ = f"""
    WITH lent AS MATERIALIZED (
        SELECT lending.* FROM grants_delegatedgrant lending JOIN grants_user person ON person.id = lending.grantor_id
        WHERE grantee_id = %(user)s AND revoked_at IS NULL AND starts_at <= %(at)s AND expires_at > %(at)s
            AND person.is_active)
    SELECT json_build_object(
        'grants', (
            SELECT json_agg(
                json_build_array(
                    {statements.as_json(DelegatedGrant, "lent")}, {statements.as_json(User, "lender", but=_SECRET)})
                ORDER BY lent.id)
            FROM lent JOIN grants_user lender ON lender.id = lent.grantor_id),
        'memberships', (
            SELECT json_agg({statements.as_json(ApproverMembership, "member")}) FROM grants_approvermembership member
            WHERE member.user_id IN (SELECT %(user)s UNION SELECT grantor_id FROM lent)
                AND joined_at <= %(at)s AND (left_at IS NULL OR left_at > %(at)s)))::text,
    ARRAY(SELECT id FROM approvals_agent WHERE owner_id = %(user)s),
    ARRAY(SELECT id FROM approvals_agentkey WHERE owner_id = %(user)s OR minted_by_id = %(user)s),
    EXISTS (
        SELECT FROM grants_delegatedgrant
        WHERE grantee_id = %(user)s AND (revoked_at IS NOT NULL OR expires_at <= %(at)s))
"""  # nosec B608 # noqa: S608 - the models' own columns


def held_by(user: User, *, at: datetime) -> Held:
    """What this person holds at that moment."""
    ((text, agents, keys, has_lost),) = statements.fetch(_READ, {"user": user.pk, "at": at})
    found = {name: rows or [] for name, rows in orjson.loads(text).items()}
    memberships = [statements.from_json(ApproverMembership, values) for values in found["memberships"]]
    return Held(
        grants=[
            statements.from_json(
                DelegatedGrant, values, grantor=statements.from_json(User, lender, but=_SECRET), grantee=user
            )
            for values, lender in found["grants"]
        ],
        memberships={membership.user_id: membership for membership in memberships},
        has_lost=has_lost,
        agents=agents,
        keys=keys,
    )
