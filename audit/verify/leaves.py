"""Is each leaf of the tree an event as it was signed, and what are the roots? In pieces, for many processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection

from audit.clock import rfc3339
from audit.merkle import Frontier
from audit.verify.rows import BATCH, COLUMNS, Row, Tampered, check, name

CHUNK = 1 << 16
"""Leaves in a piece: a power of two, so that a whole piece has one root in the tree."""

LATE = timedelta(hours=1)
"""How long after the time it bears an event may come into the tree."""

# LIMIT 1 forces two look-ups for each leaf; the other plan reads both tables whole for every batch and is slower.
_LEAVES = f"""
    SELECT {COLUMNS}, leaf.index
    FROM audit_leaf AS leaf
        LEFT JOIN LATERAL (SELECT * FROM audit_event WHERE event_id = leaf.event_id LIMIT 1) AS event ON true
        LEFT JOIN LATERAL (SELECT * FROM audit_eventbody WHERE event_id = leaf.event_id LIMIT 1) AS body ON true
    WHERE leaf.index >= %s AND leaf.index < %s ORDER BY leaf.index
"""  # nosec B608 # noqa: S608 - a constant
# All roots that are claimed for one size, and the time from which on later leaves must be.
_CLAIMS = """
    SELECT size, array_agg(DISTINCT root), max(horizon) FROM audit_checkpoint
    WHERE size >= %s AND size <= %s GROUP BY size ORDER BY size
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """What checkpoints say of one size, and the roots of the subtrees of the piece up to there."""

    size: int
    roots: list[bytes]
    peaks: list[bytes]


@dataclass(slots=True)
class Piece:
    """What came of checking leaves from `start` up to, not including, `end`."""

    start: int
    end: int
    peaks: list[bytes] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    types: Counter[str] = field(default_factory=Counter)
    key_ids: set[str] = field(default_factory=set)


def pieces(start: int, size: int) -> Iterator[tuple[int, int]]:
    """How the tree over `size` leaves is cut; `start` is a multiple of CHUNK."""
    for first in range(start, size, CHUNK):
        yield first, min(first + CHUNK, size)


def check_piece(start: int, end: int, keyless: bool = False) -> Piece:
    """Raises Tampered, keys.UnknownKey."""
    piece, frontier = Piece(start, end), Frontier()
    claims = {size: (roots, rfc3339(horizon - LATE)) for size, roots, horizon in _claims(start, end)}
    earliest = claims[start][1] if start in claims else ""
    for row in _rows(start, end):
        index = start + frontier.size
        _require_place(row, index)
        verified = check(row, keyless=keyless)
        if row[8] < earliest:
            raise Tampered(f"{name(row)}: it came into the log over an hour after the time that it bears.")
        frontier.append(verified.leaf)
        piece.types[row[5]] += 1
        piece.key_ids.add(row[9])
        if index + 1 in claims:
            roots, earliest = claims[index + 1]
            piece.claims.append(Claim(index + 1, roots, list(frontier.peaks)))
    if start + frontier.size != end:
        raise Tampered(f"Leaf {start + frontier.size} is missing: a checkpoint covers {end} events.")
    piece.peaks = frontier.peaks
    return piece


def _claims(start: int, end: int) -> list[tuple[int, list[bytes], datetime]]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIMS, [start, end])
        return list(cursor.fetchall())


def _rows(start: int, end: int) -> Iterator[Row]:
    with connection.cursor() as cursor:
        for first in range(start, end, BATCH):
            cursor.execute(_LEAVES, [first, min(first + BATCH, end)])
            yield from cursor.fetchall()


def _require_place(row: Row, index: int) -> None:
    if row[13] != index:
        raise Tampered(f"Leaf {index} is missing: the next one stored is {row[13]}.")
    if row[0] is None:
        raise Tampered(f"The event of leaf {index} is missing.")
