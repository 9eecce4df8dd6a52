"""What does the stored tree hold? Nodes, roots and proofs take a few look-ups, however long the log is."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from audit import merkle
from audit.merkle import Frontier, Node, Range

_NODES = """
    SELECT node.level, node.index, node.hash FROM audit_node AS node
    JOIN unnest(%s::int[], %s::bigint[]) AS wanted (level, index) USING (level, index)
    UNION ALL
    SELECT 0, leaf.index, event.leaf FROM audit_leaf AS leaf JOIN audit_event AS event USING (event_id)
    WHERE leaf.index = ANY(%s::bigint[])
"""


class NodeMissing(LookupError):
    """The stored tree has a hole, or was damaged."""


def frontier(size: int) -> Frontier:
    """The tree over the first `size` leaves, ready to grow. Raises NodeMissing."""
    nodes = merkle.cover((0, size))
    found = _hashes(nodes)
    return Frontier(size, [found[node] for node in nodes])


def inclusion_proof(index: int, size: int) -> list[bytes]:
    """Proof that leaf `index` is in the tree over the first `size`. Raises NodeMissing, merkle.ProofFails."""
    return _roots(merkle.inclusion(index, size))


def inclusion_proofs(indices: Iterable[int], size: int) -> dict[int, list[bytes]]:
    """`inclusion_proof` of each leaf, with one look-up. Raises NodeMissing, merkle.ProofFails."""
    ranges = {index: merkle.inclusion(index, size) for index in indices}
    found = _hashes(node for one in ranges.values() for leaves in one for node in merkle.cover(leaves))
    return {
        index: [merkle.fold([found[node] for node in merkle.cover(leaves)]) for leaves in one]
        for index, one in ranges.items()
    }


def consistency_proof(old: int, new: int) -> list[bytes]:
    """Proof that the tree over `new` leaves begins with that over `old`. Raises NodeMissing, merkle.ProofFails."""
    return _roots(merkle.consistency(old, new))


def _roots(ranges: list[Range]) -> list[bytes]:
    found = _hashes(node for leaves in ranges for node in merkle.cover(leaves))
    return [merkle.fold([found[node] for node in merkle.cover(leaves)]) for leaves in ranges]


def _hashes(nodes: Iterable[Node]) -> dict[Node, bytes]:
    wanted = set(nodes)
    inner = [node for node in wanted if node[0]]
    leaves = [index for level, index in wanted if not level]
    with connection.cursor() as cursor:
        cursor.execute(_NODES, [[level for level, _ in inner], [index for _, index in inner], leaves])
        found = {(level, index): bytes(hash_) for level, index, hash_ in cursor.fetchall()}
    for level, index in wanted - found.keys():
        raise NodeMissing(f"Node {index} of level {level} is missing from the stored tree.")
    return found
