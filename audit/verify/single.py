"""Does one subject's chain hold, and is each of its events under the last signed root?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import connection

from audit import merkle, tree
from audit.message import Subject
from audit.models import Checkpoint
from audit.verify import links, tables
from audit.verify.checkpoints import check_note
from audit.verify.rows import BATCH, COLUMNS, Row, Tampered, Verified, check, name

_CHAIN = f"""
    SELECT {COLUMNS}, leaf.index
    FROM audit_event AS event LEFT JOIN audit_leaf AS leaf USING (event_id)
        LEFT JOIN audit_eventbody AS body USING (event_id)
    WHERE subject_kind = %s AND subject_id = %s AND seq > %s ORDER BY seq LIMIT %s
"""  # nosec B608 # noqa: S608 - a constant


@dataclass(slots=True)
class Chain:
    """A chain that holds. `proven` of its events are under the root of the last checkpoint.

    `waiting` are those that no checkpoint covers yet. `places` are the leaves' numbers in the tree, None where an
    event has none yet.
    """

    checkpoint: Checkpoint | None
    events: list[Verified] = field(default_factory=list)
    proven: int = 0
    waiting: list[Verified] = field(default_factory=list)
    places: list[int | None] = field(default_factory=list)


def chain(subject: Subject, *, keyless: bool = False) -> Chain:
    """The chain, and that the tables say what it says. Raises Tampered, keys.UnknownKey.

    Only the tree shows whether events after the last one were removed.
    """
    last = Checkpoint.objects.order_by("-number").first()
    if last:
        check_note(last)
    links.check(subject)
    found = Chain(last)
    for row in _rows(subject):
        verified = check(row, keyless=keyless)
        found.events.append(verified)
        found.places.append(row[13])
        if last and row[13] is not None and row[13] < last.size:
            _prove(row, verified, last)
            found.proven += 1
        else:
            found.waiting.append(verified)
    if found.events:
        tables.check_one(subject)
    return found


def _prove(row: Row, verified: Verified, last: Checkpoint) -> None:
    proof = tree.inclusion_proof(row[13], last.size)
    try:
        merkle.check_inclusion(verified.leaf, row[13], last.size, proof, bytes(last.root))
    except merkle.ProofFails:
        raise Tampered(
            f"{name(row)}: it is not under the root that checkpoint {last.number} signs."
        ) from None


def _rows(subject: Subject) -> Iterator[Row]:
    seq = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_CHAIN, [subject.kind, subject.id, seq, BATCH])
            batch = cursor.fetchall()
        yield from batch
        if len(batch) < BATCH:
            return
        seq = batch[-1][3]
