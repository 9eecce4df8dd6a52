"""Who is there around some requests? One statement reads everybody whom the questions of this room are about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import orjson

from approvals import policy
from approvals.authority import StandIns
from approvals.models import Away, Policy, policies_with_ids
from approvals.notifications.routing import OFF_AT_FIRST, Kind, Route, Routes
from grants.models import DelegatedGrant, User
from grants.roles import ALL, Role
from patience import statements


@dataclass(frozen=True)
class People:
    """Everybody around some requests, at one moment.

    `accounts` are those of the addresses looked up that have one; `approvers` since when each is one, in the
    addresses' order; `away` what those of the accounts who are away said of it; `watchers` are the approvers who hear
    of everything in the pool. `routes` are those of the addresses, of who stands in for them and of the watchers;
    `broken` where the last message to one of the addresses was given up, or a test did not arrive.
    """

    at: datetime
    accounts: Mapping[str, User]
    approvers: Mapping[str, datetime]
    away: Mapping[str, Away]
    stand_ins: StandIns
    watchers: Sequence[str]
    routes: Routes
    broken: frozenset[tuple[str, Route]] = field(default_factory=frozenset)

    @cached_property
    def active(self) -> frozenset[str]:
        """The addresses looked up that have an active account."""
        return frozenset(address for address, user in self.accounts.items() if user.is_active)

    @cached_property
    def staff(self) -> tuple[str, ...]:
        """The administrators who can have others asked, looked up only where they are needed."""
        people = User.objects.holding(Role.ACCOUNTS).order_by("email")
        return tuple(people.values_list("email", flat=True))


def read(addresses: Collection[str], *, at: datetime, with_broken: bool = False) -> People:
    """The people around requests that name these addresses; `broken` only where it is asked for."""
    return _people(_read(addresses, at=at, with_broken=with_broken))


def read_with_policies(
    addresses: Collection[str],
    *,
    action_type: str,
    workflow: str,
    agent_id: UUID | None = None,
    most_open: int = 0,
) -> tuple[People, list[Policy], int]:
    """The people around a proposal that names these addresses, now, and the policies among which `policy.find` chooses.

    Whom these policies name as reviewers is looked up along with the addresses. The number is that of the agent's
    pending requests, of which no more than `most_open` are counted.
    """
    found = _read(
        addresses,
        action_type=action_type,
        workflow=workflow,
        with_broken=True,
        agent_id=agent_id,
        most_open=most_open,
    )
    return _people(found), policies_with_ids([UUID(pk) for pk in found["candidates"]]), found["pending"] or 0


_UNUSED = (
    *("password", "last_login", "is_superuser", "is_staff", "is_auditor", "date_joined"),
    *("time_zone", "written_form", "credentials_changed_at", "stopped_administering_at"),
    *ALL,
)
_AWAY = statements.as_json(Away, "away")
_ACCOUNT = statements.as_json(User, "account", but=_UNUSED)
_GRANT = statements.as_json(DelegatedGrant, "lent")
_GRANTEE = statements.as_json(User, "person", but=_UNUSED)

# The filters of `objects.active`, `at`, `joined` and `in_use`, and of `routing`, in one statement:
# tests/approvals/reach/test_people.py holds them equal. A grant, a membership or a choice counts from the next read on.
_READ = f"""
    WITH this AS MATERIALIZED (SELECT coalesce(%(at)s::timestamptz, clock_timestamp()) AS moment),
    candidate AS MATERIALIZED ({policy.CANDIDATES}),
    named AS MATERIALIZED (
        SELECT unnest(%(addresses)s::text[]) AS email UNION SELECT unnest(reviewers) FROM candidate),
    account AS MATERIALIZED (
        SELECT person.id, person.email, person.name, person.is_active, person.proven_at
        FROM grants_user person JOIN named USING (email)),
    approver AS MATERIALIZED (
        SELECT person.id, person.email, member.joined_at
        FROM this, grants_approvermembership member JOIN grants_user person ON person.id = member.user_id
        WHERE member.joined_at <= moment AND (member.left_at IS NULL OR member.left_at > moment) AND person.is_active),
    watcher AS MATERIALIZED (
        SELECT DISTINCT approver.id, approver.email FROM approver
        JOIN approvals_choice choice ON choice.user_id = approver.id AND choice.event = '{Kind.POOL}' AND choice.is_on),
    lent AS MATERIALIZED (
        SELECT lending.*, account.email AS lender, person.email AS grantee
        FROM this, grants_delegatedgrant lending JOIN account ON account.id = lending.grantor_id
        JOIN grants_user person ON person.id = lending.grantee_id
        WHERE lending.revoked_at IS NULL AND lending.starts_at <= moment AND lending.expires_at > moment
            AND person.is_active),
    hearer AS MATERIALIZED (
        SELECT id, email FROM account UNION SELECT id, email FROM watcher UNION SELECT grantee_id, grantee FROM lent),
    last_test AS (
        SELECT DISTINCT ON (email, channel_id) email, channel_id, arrived
        FROM approvals_channeltest test JOIN account ON account.id = test.user_id
        WHERE answered_at IS NOT NULL ORDER BY email, channel_id, created_at DESC),
    given_up AS (
        SELECT recipient, channel_id, max(given_up_at) AS last
        FROM approvals_notification JOIN named ON email = recipient WHERE given_up_at IS NOT NULL GROUP BY 1, 2),
    broken AS (
        SELECT recipient, channel_id FROM given_up WHERE NOT EXISTS (
            SELECT FROM approvals_notification later WHERE later.recipient = given_up.recipient
                AND later.channel_id IS NOT DISTINCT FROM given_up.channel_id AND later.sent_at > last)
        EXCEPT SELECT email, channel_id FROM last_test WHERE arrived
        UNION SELECT email, channel_id FROM last_test WHERE NOT arrived)
    SELECT json_build_object(
        'candidates', (SELECT json_agg(id) FROM candidate),
        'named', (SELECT json_agg(email) FROM named),
        'accounts', (SELECT json_agg({_ACCOUNT}) FROM account),
        'approvers', (SELECT json_agg(json_build_array(email, joined_at) ORDER BY email) FROM approver),
        'away', (
            SELECT json_agg(json_build_array(email, {_AWAY}))
            FROM this, approvals_away away JOIN account ON account.id = away.user_id
            WHERE away.starts_at <= moment AND away.ends_at > moment),
        'watchers', (SELECT json_agg(email ORDER BY email) FROM watcher),
        'lent', (
            SELECT json_agg(json_build_array(lender, {_GRANT}, {_GRANTEE}) ORDER BY lent.id)
            FROM lent JOIN grants_user person ON person.id = grantee_id),
        'hearers', (SELECT json_agg(email) FROM hearer),
        'channels', (
            SELECT json_agg(json_build_array(email, channel.id) ORDER BY channel.created_at)
            FROM approvals_channel channel JOIN hearer ON hearer.id = owner_id WHERE removed_at IS NULL),
        'choices', (
            SELECT json_agg(json_build_array(email, event, channel_id, is_on))
            FROM approvals_choice JOIN hearer ON hearer.id = user_id WHERE is_on = (event = ANY(%(off_at_first)s))),
        'broken', CASE WHEN %(with_broken)s::boolean THEN (
            SELECT json_agg(json_build_array(recipient, channel_id)) FROM broken) END,
        'pending', (
            SELECT count(*) FROM (
                SELECT FROM approvals_approval request
                WHERE request.agent_id = %(agent_id)s::uuid AND request.status = 'pending'
                LIMIT %(most_open)s::bigint) counted)
    )::text, moment FROM this
"""  # nosec B608 # noqa: S608 - constants


def _read(
    addresses: Collection[str],
    *,
    with_broken: bool,
    at: datetime | None = None,
    action_type: str = "",
    workflow: str = "",
    agent_id: UUID | None = None,
    most_open: int = 0,
) -> dict[str, Any]:
    values: dict[str, object] = {
        "addresses": list(addresses),
        "at": at,
        "action_type": action_type or None,
        "workflow": workflow,
        "off_at_first": [str(kind) for kind in OFF_AT_FIRST],
        "with_broken": with_broken,
        "agent_id": agent_id,
        "most_open": most_open,
    }
    ((text, moment),) = statements.fetch(_READ, values)
    found = {name: rows or [] for name, rows in orjson.loads(text).items()}
    return {**found, "at": moment}


def _people(found: dict[str, Any]) -> People:
    return People(
        at=found["at"],
        accounts={user.email: user for user in map(_user, found["accounts"])},
        approvers={address: datetime.fromisoformat(joined) for address, joined in found["approvers"]},
        away={address: statements.from_json(Away, values) for address, values in found["away"]},
        stand_ins=_stand_ins(found["lent"]),
        watchers=found["watchers"],
        routes=_routes(found),
        broken=frozenset((address, _route(route)) for address, route in found["broken"]),
    )


def _stand_ins(rows: Sequence[Sequence[Any]]) -> StandIns:
    lent: defaultdict[str, list[DelegatedGrant]] = defaultdict(list)
    for lender, values, grantee in rows:
        lent[lender].append(statements.from_json(DelegatedGrant, values, grantee=_user(grantee)))
    return StandIns(lent)


def _user(values: Sequence[Any]) -> User:
    return statements.from_json(User, values, but=_UNUSED)


def _routes(found: dict[str, Any]) -> Routes:
    channels: defaultdict[str, list[Route]] = defaultdict(list)
    for address, pk in found["channels"]:
        channels[address].append(UUID(pk))
    choices = {(address, event, _route(route)): is_on for address, event, route, is_on in found["choices"]}
    return Routes(frozenset(found["named"]).union(found["hearers"]), dict(channels), choices)


def _route(text: str | None) -> Route:
    return UUID(text) if text else None
