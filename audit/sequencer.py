"""How does the log become one tree, and who vouches for it? One sequencer, one signed checkpoint a minute.

Each step is one transaction: leaves, nodes and the checkpoint over them are there together or not at all, so
it may be killed at any point and simply runs again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction

from audit import checkpoint, clock, keys, tree
from audit.anchors import trust
from audit.checkpoint import Statement
from audit.merkle import Frontier
from audit.models import Checkpoint, UsedKey

LOCK = 0x6175646974  # "audit"; also held by whatever writes to the log's own chain
BATCH = 10_000
"""The most leaves of one checkpoint, so that memory stays flat however much waits. It never changes: by it
`verify_audit` knows a full batch."""

MARGIN = timedelta(minutes=10)
"""How long after an event's `at` its transaction may commit for the next run to still find the event."""

WHOLE = 1440
"""After so many checkpoints, which is once a day, the whole log is searched for events that came even later."""

_ASSIGN = """
    INSERT INTO audit_leaf (index, event_id)
    SELECT %(size)s + row_number() OVER (ORDER BY waiting.at, waiting.event_id) - 1, waiting.event_id
    FROM (
        SELECT event.event_id, event.at FROM audit_event AS event
        WHERE (%(since)s::timestamptz IS NULL OR event.at >= %(since)s)
            AND NOT EXISTS (SELECT FROM audit_leaf AS leaf WHERE leaf.event_id = event.event_id)
        ORDER BY event.at, event.event_id LIMIT %(most)s
    ) AS waiting
"""
_ADDED = """
    SELECT event.leaf, event.key_id, event.at
    FROM audit_leaf AS leaf JOIN audit_event AS event USING (event_id)
    WHERE leaf.index >= %s ORDER BY leaf.index
"""
_NODES = """
    INSERT INTO audit_node (level, index, hash) SELECT * FROM unnest(%s::int[], %s::bigint[], %s::bytea[])
"""


def run() -> list[Checkpoint]:
    """Sign checkpoints until no event waits: at least one, even over nothing new.

    Signs none while another sequencer runs, or if the log does not extend what is anchored outside.
    """
    signed: list[Checkpoint] = []
    since: datetime | None = None
    while (one := step(since)) is not None:
        signed.append(one)
        if one.horizon == one.at:
            break
        since = one.horizon  # older events were searched for a moment ago
    return signed


@transaction.atomic
def step(since: datetime | None = None) -> Checkpoint | None:
    """Take in up to BATCH events and sign one checkpoint; None where nothing may be signed now.

    Searches events from `since` on; without it, from as far back as the last checkpoint demands. Raises
    tree.NodeMissing where the stored tree was damaged: no true root can be signed on top of it.
    """
    if not _is_alone():
        return None
    last = Checkpoint.objects.order_by("-number").first()
    if not trust.is_extended():
        return None
    at = clock.now()
    size = last.size if last else 0
    frontier = tree.frontier(size)
    if last and frontier.root() != bytes(last.root):
        raise tree.NodeMissing(f"The stored tree has not the root that checkpoint {last.number} signs.")
    _assign(size, since or _since(last))
    added = _added(size)
    _grow(frontier, [leaf for leaf, _, _ in added])
    _note_keys({key_id for _, key_id, _ in added}, at)
    # A full batch leaves events behind: the next step starts where this one ended.
    horizon = added[-1][2] if len(added) == BATCH else at
    return _sign(last, frontier, at=at, horizon=horizon)


def hold_lock() -> None:
    """Wait for the sequencer's lock, and keep it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _is_alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        (is_alone,) = cursor.fetchone()
    return bool(is_alone)


def _since(last: Checkpoint | None) -> datetime | None:
    """From when on to look; None looks at the whole log."""
    if last is None or last.number % WHOLE == 0:
        return None
    return last.horizon - MARGIN


def _assign(size: int, since: datetime | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ASSIGN, {"size": size, "since": since, "most": BATCH})


def _added(size: int) -> list[tuple[bytes, str, datetime]]:
    with connection.cursor() as cursor:
        cursor.execute(_ADDED, [size])
        return [(bytes(leaf), key_id, at) for leaf, key_id, at in cursor.fetchall()]


def _grow(frontier: Frontier, leaves: list[bytes]) -> None:
    nodes = [node for leaf in leaves for node in frontier.append(leaf)]
    if not nodes:
        return
    levels, indexes, hashes = map(list, zip(*nodes, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_NODES, [levels, indexes, hashes])


def _note_keys(key_ids: set[str], at: datetime) -> None:
    """Remember the keys in use, so that a start without one of them is noticed (`audit.known_keys`)."""
    purposes = UsedKey.Purpose
    found = [(purposes.EVENTS, key_id, keys.fingerprint(key_id)) for key_id in sorted(key_ids)]
    mine = keys.checkpoint_key()[0]
    found.append((purposes.CHECKPOINTS, mine, keys.public_fingerprint(mine)))
    UsedKey.objects.bulk_create(
        (
            UsedKey(purpose=purpose, key_id=key_id, fingerprint=fingerprint, first_used_at=at)
            for purpose, key_id, fingerprint in found
        ),
        ignore_conflicts=True,
    )


def _sign(last: Checkpoint | None, frontier: Frontier, *, at: datetime, horizon: datetime) -> Checkpoint:
    key_id, key = keys.checkpoint_key()
    statement = Statement(
        origin=_origin(last),
        size=frontier.size,
        root=frontier.root(),
        at=at,
        previous=bytes(last.hash) if last else checkpoint.FIRST,
    )
    note = checkpoint.sign(statement, key_id, key)
    return Checkpoint.objects.create(
        number=last.number + 1 if last else 1,
        size=statement.size,
        root=statement.root,
        at=at,
        previous=statement.previous,
        hash=checkpoint.digest(note),
        key_id=key_id,
        note=note,
        horizon=horizon,
    )


def _origin(last: Checkpoint | None) -> str:
    """The log's name. It stays the first one, wherever the site moves."""
    if last:
        return checkpoint.read(last.note).statement.origin
    return f"{urlsplit(settings.PUBLIC_URL).hostname}/audit"
