"""What does a compiled condition look at? Read from the syntax tree that CEL serialises.

The Python binding shows no tree, so its protocol buffer (cel.expr.CheckedExpr) is read here, field by field.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_ID, _CONSTANT, _IDENT, _SELECT, _CALL, _LIST, _STRUCT, _COMPREHENSION = range(2, 10)


@dataclass(frozen=True, slots=True)
class Node:
    """One expression: its kind, the fields of that kind, and where it stands in the source."""

    kind: int
    fields: dict[int, list[Any]]
    offset: int | None

    def text(self, number: int) -> str:
        return str(self.fields.get(number, [b""])[0].decode())


@dataclass(slots=True)
class Tree:
    """A decoded tree: `node(raw)` reads one expression of it."""

    root: bytes
    offsets: dict[int, int] = field(default_factory=dict)

    def node(self, raw: bytes) -> Node:
        found = _fields(raw)
        number = found.get(_ID, [0])[0]
        kind = next((kind for kind in found if kind != _ID), 0)
        inner = _fields(found[kind][0]) if kind else {}
        return Node(kind, inner, self.offsets.get(number))


def decode(serialized: bytes) -> Tree:
    """The tree of a serialised expression."""
    checked = _fields(_fields(serialized)[2][0])
    positions = _fields(checked[5][0]).get(4, [])
    pairs = [_fields(entry) for entry in positions]
    return Tree(checked[4][0], {pair.get(1, [0])[0]: pair.get(2, [0])[0] for pair in pairs})


def is_select(node: Node) -> bool:
    return node.kind == _SELECT


def is_name(node: Node) -> bool:
    return node.kind == _IDENT


def is_call(node: Node) -> bool:
    return node.kind == _CALL


def is_comprehension(node: Node) -> bool:
    return node.kind == _COMPREHENSION


def children(node: Node) -> list[bytes]:
    """The raw expressions directly below; of a comprehension its five parts."""
    if node.kind == _CALL:
        return [*node.fields.get(1, []), *node.fields.get(3, [])]
    if node.kind == _SELECT:
        return node.fields.get(1, [])
    if node.kind == _LIST:
        return node.fields.get(1, [])
    if node.kind == _STRUCT:
        entries = [_fields(entry) for entry in node.fields.get(2, [])]
        return [raw for entry in entries for number in (3, 4) for raw in entry.get(number, [])]
    if node.kind == _COMPREHENSION:
        return [raw for number in (2, 4, 5, 6, 7) for raw in node.fields.get(number, [])]
    return []


def constant(node: Node) -> str | int | None:
    """A literal text or whole number; None for anything else."""
    if node.kind != _CONSTANT:
        return None
    if 6 in node.fields:
        return node.text(6)
    if 3 in node.fields:
        return int(node.fields[3][0])
    return None


def _fields(raw: bytes) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for number, value in _pairs(raw):
        found.setdefault(number, []).append(value)
    return found


def _pairs(raw: bytes) -> Iterator[tuple[int, Any]]:
    position = 0
    while position < len(raw):
        tag, position = _varint(raw, position)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            value, position = _varint(raw, position)
            yield number, value
            continue
        length = {_FIXED64: 8, _FIXED32: 4}.get(wire)
        if length is None:
            length, position = _varint(raw, position)
        yield number, raw[position : position + length]
        position += length


def _varint(raw: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = raw[position]
        value |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if byte < 0x80:
            return value, position
