"""Which requests go into a pack, and which of them does a sample draw? So that nobody picks."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

BATCH = 1000

# By key, since a cursor would not outlive its transaction behind PgBouncer.
_REQUESTS = """
    SELECT event.at, event.event_id, event.subject_id
    FROM audit_event AS event LEFT JOIN audit_eventbody AS body USING (event_id)
    WHERE event.subject_kind = 'approval' AND event.seq = 1
        AND (%(from)s::timestamptz IS NULL OR event.at >= %(from)s) AND event.at < %(to)s
        AND (%(approval)s::text[] IS NULL OR event.subject_id = ANY(%(approval)s))
        AND (%(actor)s::text IS NULL OR EXISTS (
            SELECT FROM audit_event AS other
            WHERE other.subject_kind = 'approval' AND other.subject_id = event.subject_id
                AND other.actor_id = %(actor)s))
        AND (%(policy)s::text IS NULL
            OR convert_from(body.content, 'UTF8')::jsonb -> 'data' ->> 'action_type' = %(policy)s)
        AND (%(after)s::timestamptz IS NULL OR (event.at, event.event_id) > (%(after)s, %(after_id)s::uuid))
    ORDER BY event.at, event.event_id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Requests made from `start` on and before `end`, narrowed by ids, by who acted in them, by kind of action."""

    end: datetime
    start: datetime | None = None
    approval: tuple[str, ...] = ()
    actor: str | None = None
    policy: str | None = None

    def filters(self) -> dict[str, Any]:
        """As the pack and its event say them."""
        return {"approval": list(self.approval), "actor": self.actor, "policy": self.policy}


def population(wanted: Wanted) -> Iterator[str]:
    """The ids of the requests, oldest first, in flat memory."""
    values: dict[str, Any] = {
        "from": wanted.start,
        "to": wanted.end,
        "approval": list(wanted.approval) or None,
        "actor": wanted.actor,
        "policy": wanted.policy,
        "after": None,
        "after_id": None,
        "most": BATCH,
    }
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_REQUESTS, values)
            rows = cursor.fetchall()
        yield from (id_ for _, _, id_ in rows)
        if len(rows) < BATCH:
            return
        values["after"], values["after_id"], _ = rows[-1]


def draw(ids: Iterable[str], count: int, seed: bytes) -> list[str]:
    """The sample: those with the smallest SHA-256(seed, id), in that order.

    `seed` is the SHA-256 of a signed checkpoint's note, which nobody could choose.
    """
    return heapq.nsmallest(count, ids, key=lambda id_: hashlib.sha256(seed + id_.encode()).digest())
