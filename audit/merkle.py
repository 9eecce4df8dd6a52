"""How do hashes of many events become one root, and how is one of them shown to be under it? (RFC 6962, 2.1)

Pure functions, no database. A node is (level, index): the perfect subtree over the leaves from
`index << level` up to `(index + 1) << level`; level 0 are the leaves themselves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

Node = tuple[int, int]
Range = tuple[int, int]
"""Leaves from the first number up to, not including, the second."""

EMPTY = hashlib.sha256().digest()
"""The root of a tree without leaves."""


class ProofFails(ValueError):
    """A proof does not show what it claims."""


def parent(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node; the 0x01 keeps it from ever being taken for a leaf."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree that grows at its right end, known by the roots of the perfect subtrees that cover it."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf hash; returns the inner nodes (level, index, hash) that it completes."""
        made = []
        level, index, hash_ = 0, self.size, leaf
        while index & 1:
            hash_ = parent(self.peaks.pop(), hash_)
            level, index = level + 1, index >> 1
            made.append((level, index, hash_))
        self.peaks.append(hash_)
        self.size += 1
        return made

    def root(self) -> bytes:
        """The root over all leaves so far."""
        return fold(self.peaks)


def cover(leaves: Range) -> list[Node]:
    """The perfect subtrees that make up a range, left to right: at most two for each level."""
    start, end = leaves
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over a range from the hashes of its `cover`."""
    if not hashes:
        return EMPTY
    root = hashes[-1]
    for hash_ in reversed(hashes[:-1]):
        root = parent(hash_, root)
    return root


def inclusion(index: int, size: int) -> list[Range]:
    """The ranges whose roots prove that leaf `index` is in the tree of `size` leaves (RFC 6962, 2.1.1)."""
    if not 0 <= index < size:
        raise ProofFails(f"A tree of {size} leaves has no leaf {index}.")
    ranges: list[Range] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency(old: int, new: int) -> list[Range]:
    """The ranges whose roots prove that the tree of `new` leaves begins with that of `old` (RFC 6962, 2.1.2)."""
    if not 0 <= old <= new:
        raise ProofFails(f"A tree of {new} leaves does not begin with one of {old}.")
    if old in (0, new):
        return []
    ranges: list[Range] = []
    start, end = 0, new
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    if start:
        ranges.append((start, end))
    return ranges[::-1]


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raises ProofFails unless the leaf hash is at `index` under this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or len(leaf) != len(EMPTY):
        raise ProofFails(f"A tree of {size} leaves has no leaf {index}, or this is no hash.")
    hash_ = leaf
    for sibling, is_left in _climb(index, size - 1, proof):
        hash_ = parent(sibling, hash_) if is_left else parent(hash_, sibling)
    if hash_ != root:
        raise ProofFails("The proof does not lead from the leaf to the root.")


def check_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Raises ProofFails unless the tree of `new` leaves begins with that of `old` (RFC 9162, 2.1.4.2).

    Every tree begins with the empty one, so there is nothing to prove about `old` 0: it is refused.
    """
    if not 0 < old <= new:
        raise ProofFails(f"That a tree of {new} leaves begins with one of {old} cannot be shown.")
    if old == new:
        if proof or old_root != new_root:
            raise ProofFails("A tree begins with itself: the proof is empty and the roots are equal.")
        return
    hashes = list(proof) if old & (old - 1) else [old_root, *proof]
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    if not hashes:
        raise ProofFails("The proof is empty.")
    first = second = hashes[0]
    for sibling, is_left in _climb(node, last, hashes[1:]):
        first = parent(sibling, first) if is_left else first
        second = parent(sibling, second) if is_left else parent(second, sibling)
    if (first, second) != (old_root, new_root):
        raise ProofFails("The proof does not lead from the one root to the other.")


def _climb(node: int, last: int, proof: Sequence[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each sibling on the way from a node to the root, and whether it stands to the left."""
    for sibling in proof:
        if last == 0:
            raise ProofFails("The proof is longer than the tree is high.")
        is_left = bool(node & 1) or node == last
        if is_left:
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        yield sibling, is_left
        node, last = node >> 1, last >> 1
    if last:
        raise ProofFails("The proof is shorter than the tree is high.")


def _split(count: int) -> int:
    """The largest power of two below `count`, which is 2 at least."""
    return 1 << ((count - 1).bit_length() - 1)
