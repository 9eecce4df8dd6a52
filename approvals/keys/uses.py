"""What is noted when a key is used, or its text is sent after its end? As little as can be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from approvals.models import AgentKey, Ended
from patience import statements

logger = structlog.get_logger(__name__)

USE_STEP = timedelta(minutes=1)
"""Last use is kept to the minute, so that a busy agent does not write a row for every call."""

REFUSAL_STEP = timedelta(hours=1)
"""People hear of a key that is used after its end once an hour, however often that happens."""


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
    """Note that the text of a key that has ended came, at most once an hour; `watching` tells people of it.

    Nothing more is done here, so that the answer tells nothing and costs as little as any other refusal.
    """
    if not _is_before(use.key.refused_at, use, REFUSAL_STEP):
        return
    if statements.fetch(_REFUSED, [use.at, use.address, str(why), use.key.pk, use.at - REFUSAL_STEP]):
        logger.warning("ended_key_used", key=str(use.key), why=str(why), address=use.address)


_REFUSED = """
    UPDATE approvals_agentkey SET refused_at = %s, refused_from = %s, refused_because = %s
    WHERE id IN (
        SELECT id FROM approvals_agentkey WHERE id = %s AND (refused_at IS NULL OR refused_at < %s)
        FOR UPDATE SKIP LOCKED)
    RETURNING id
"""


def _is_before(last: datetime | None, use: Use, step: timedelta) -> bool:
    return last is None or use.at - last > step
