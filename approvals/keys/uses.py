"""What is noted when a key is used, or its text is sent after its end? As little as can be."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from approvals.models import AgentKey, Ended
from patience import statements

logger = structlog.get_logger(__name__)

USE_STEP = timedelta(minutes=1)
"""Last use is kept to the minute, so that a busy agent does not write a row for every call."""

REFUSAL_STEP = timedelta(hours=1)
"""A key that is sent after its end is noted and logged once an hour, and at once from a new address."""

REFUSAL_DAY = timedelta(days=1)
"""People hear of such a key once a day from each address."""

MOST_ADDRESSES = 5
"""From so many addresses a day; so that a key that is sent from everywhere floods nobody."""

TOLD_ONCE = (Ended.AGENT, Ended.OWNER)
"""Of these ends people know, and a program that goes on asking is no news: each address is told of once."""


@dataclass(frozen=True, slots=True)
class Use:
    """That a key's text came, when, and from which address, which may be empty."""

    key: AgentKey
    at: datetime
    address: str


def stamp_uses(uses: Iterable[Use]) -> None:
    """In one statement. A key whose row is locked is being stamped or revoked, and is left to that."""
    stale = [use for use in uses if _is_before(use.key.last_used_at, use, USE_STEP)]
    if stale:
        ids, addresses = [use.key.pk for use in stale], [use.address for use in stale]
        statements.execute(_STAMP, [max(use.at for use in stale), ids, addresses, ids, USE_STEP])


_STAMP = """
    WITH used AS (SELECT %s::timestamptz AS at)
    UPDATE approvals_agentkey key SET last_used_at = used.at, last_used_from = came.address
    FROM used, unnest(%s::uuid[], %s::text[]) AS came (id, address)
    WHERE key.id = came.id AND key.id IN (
        SELECT id FROM approvals_agentkey, used
        WHERE id = ANY(%s) AND (last_used_at IS NULL OR last_used_at < used.at - %s::interval)
        FOR UPDATE OF approvals_agentkey SKIP LOCKED)
"""


def stamp_refusal(use: Use, why: Ended) -> None:
    """Note that the text of a key that has ended came, each hour and from each new address; `watching` tells people.

    Nothing more is done here, so that the answer tells nothing and costs as little as any other refusal.
    """
    key, kept = use.key, _kept(use, why)
    is_new = len(kept) < MOST_ADDRESSES and all(one["address"] != use.address for one in kept)
    if not is_new and not _is_before(key.refused_at, use, REFUSAL_STEP):
        return
    new = {"address": use.address, "at": use.at.isoformat(), "because": str(why), "is_told": False}
    noted = json.dumps([*kept, new] if is_new else kept)
    values = [use.at, use.address, str(why), noted, key.pk, key.refused_at, json.dumps(key.refusals)]
    if statements.fetch(_REFUSED, values):
        logger.warning("ended_key_used", key=str(use.key), why=str(why), address=use.address)


_REFUSED = """
    UPDATE approvals_agentkey SET refused_at = %s, refused_from = %s, refused_because = %s, refusals = %s::jsonb
    WHERE id IN (
        SELECT id FROM approvals_agentkey
        WHERE id = %s AND refused_at IS NOT DISTINCT FROM %s::timestamptz AND refusals = %s::jsonb
        FOR UPDATE SKIP LOCKED)
    RETURNING id
"""


def _kept(use: Use, why: Ended) -> list[dict[str, Any]]:
    """What still counts of the refusals noted before: those of this day, and of an end that people know all of it."""
    key: AgentKey = use.key
    if not key.refusals:
        return []
    first = datetime.fromisoformat(key.refusals[0]["at"])
    was_valid_since = key.last_used_at is not None and key.last_used_at > first
    is_over = why not in TOLD_ONCE and use.at - first > REFUSAL_DAY
    return [] if was_valid_since or is_over else key.refusals


def _is_before(last: datetime | None, use: Use, step: timedelta) -> bool:
    return last is None or use.at - last > step
