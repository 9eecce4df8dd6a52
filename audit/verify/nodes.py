"""Is every stored inner node of the tree the hash of the two below it? Proofs are made of them."""

from __future__ import annotations

from django.db import connection

from audit.verify.rows import Tampered

# One level over leaves, then every level over the one below; the count shows a node that is missing or too many.
_WRONG = r"""
    SELECT node.level, node.index FROM audit_node AS node
        LEFT JOIN audit_leaf AS l ON l.index = 2 * node.index
        LEFT JOIN audit_event AS le ON le.event_id = l.event_id
        LEFT JOIN audit_leaf AS r ON r.index = 2 * node.index + 1
        LEFT JOIN audit_event AS re ON re.event_id = r.event_id
    WHERE node.level = 1 AND node.hash IS DISTINCT FROM sha256('\x01'::bytea || le.leaf || re.leaf)
    UNION ALL
    SELECT node.level, node.index FROM audit_node AS node
        LEFT JOIN audit_node AS l ON l.level = node.level - 1 AND l.index = 2 * node.index
        LEFT JOIN audit_node AS r ON r.level = node.level - 1 AND r.index = 2 * node.index + 1
    WHERE node.level > 1 AND node.hash IS DISTINCT FROM sha256('\x01'::bytea || l.hash || r.hash)
    LIMIT 1
"""
_COUNTS = "SELECT level, count(*) FROM audit_node WHERE index < (%s >> level) GROUP BY level ORDER BY level"


def check(size: int) -> None:
    """Check the tree over the first `size` leaves. Raises Tampered."""
    with connection.cursor() as cursor:
        cursor.execute(_WRONG)
        wrong = cursor.fetchone()
        cursor.execute(_COUNTS, [size])
        counts = dict(cursor.fetchall())
    if wrong:
        raise Tampered(
            f"Node {wrong[1]} of level {wrong[0]} of the stored tree is not the hash of what is below it."
        )
    for level in range(1, size.bit_length()):
        if counts.get(level, 0) != size >> level:
            raise Tampered(f"The stored tree lacks a node of level {level}.")
