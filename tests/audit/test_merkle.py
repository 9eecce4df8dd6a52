"""The tree and its proofs, against published vectors and against the definition."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from audit import merkle
from audit.merkle import Frontier, ProofFails

VECTORS = settings.BASE_DIR.parent / "shared" / "data" / "rfc6962"

# The eight inputs, and the roots over the first so many of them, that Certificate Transparency is tested with.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\0" + data).digest()


LEAVES = [leaf(bytes.fromhex(text)) for text in INPUTS]
MANY = [leaf(number.to_bytes(2)) for number in range(300)]


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, word for word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return merkle.parent(by_definition(leaves[:split]), by_definition(leaves[split:]))


def grown(leaves: list[bytes]) -> tuple[Frontier, dict[merkle.Node, bytes]]:
    """The tree, and every node that was made on the way."""
    frontier = Frontier()
    nodes = {(0, index): hash_ for index, hash_ in enumerate(leaves)}
    for hash_ in leaves:
        nodes |= {(level, index): made for level, index, made in frontier.append(hash_)}
    return frontier, nodes


def proof(nodes: dict[merkle.Node, bytes], ranges: list[merkle.Range]) -> list[bytes]:
    return [merkle.fold([nodes[node] for node in merkle.cover(leaves)]) for leaves in ranges]


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_roots_are_the_published_ones(size: int) -> None:
    assert grown(LEAVES[:size])[0].root().hex() == ROOTS[size]


@given(st.integers(0, 300))
def test_a_tree_that_grew_has_the_root_of_the_definition(size: int) -> None:
    frontier, nodes = grown(MANY[:size])

    assert frontier.root() == by_definition(MANY[:size])
    assert [nodes[node] for node in merkle.cover((0, size))] == frontier.peaks


@given(st.integers(1, 300), st.data())
def test_every_leaf_is_proven_and_no_other_one(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    frontier, nodes = grown(MANY[:size])
    found = proof(nodes, merkle.inclusion(index, size))

    merkle.check_inclusion(MANY[index], index, size, found, frontier.root())

    with pytest.raises(ProofFails):
        merkle.check_inclusion(leaf(b"another"), index, size, found, frontier.root())


@given(st.integers(1, 300), st.data())
def test_every_tree_is_shown_to_begin_with_an_earlier_one(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    frontier, nodes = grown(MANY[:new])
    old_root = by_definition(MANY[:old])
    found = proof(nodes, merkle.consistency(old, new))

    merkle.check_consistency(old, new, found, old_root, frontier.root())

    with pytest.raises(ProofFails):
        merkle.check_consistency(old, new, found, leaf(b"another"), frontier.root())


@pytest.mark.parametrize("size", [1, 2, 7, 64, 255, 300])
def test_proofs_are_as_long_as_the_tree_is_high(size: int) -> None:
    longest = max(len(merkle.inclusion(index, size)) for index in range(size))

    assert longest == (size - 1).bit_length()


def vectors(kind: str) -> list[Path]:
    return sorted((VECTORS / kind).rglob("*.json"))


@pytest.mark.parametrize("path", vectors("inclusion"), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_inclusion_is_judged_as_by_others(path: Path) -> None:
    said = json.loads(path.read_text())

    assert accepts_inclusion(said) is not said["wantErr"], said["desc"]


@pytest.mark.parametrize("path", vectors("consistency"), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_consistency_is_judged_as_by_others(path: Path) -> None:
    said = json.loads(path.read_text())

    assert accepts_consistency(said) is not said["wantErr"], said["desc"]


def accepts_inclusion(said: dict) -> bool:  # type: ignore[type-arg]
    try:
        merkle.check_inclusion(
            base64.b64decode(said["leafHash"]),
            said["leafIdx"],
            said["treeSize"],
            [base64.b64decode(one) for one in said["proof"] or []],
            base64.b64decode(said["root"]),
        )
    except ProofFails:
        return False
    return True


def accepts_consistency(said: dict) -> bool:  # type: ignore[type-arg]
    try:
        merkle.check_consistency(
            said["size1"],
            said["size2"],
            [base64.b64decode(one) for one in said["proof"] or []],
            base64.b64decode(said["root1"]),
            base64.b64decode(said["root2"]),
        )
    except ProofFails:
        return False
    return True
