"""What does a compiled condition look at? Read from the syntax tree that CEL serialises.

The Python binding shows no tree, so its protocol buffer (cel.expr.CheckedExpr) is read here, field by field.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

from approvals.conditions import kinds
from approvals.conditions.wire import fields

ID, CONSTANT, IDENT, SELECT, CALL, LIST, STRUCT, COMPREHENSION = range(2, 10)
"""The fields of an Expr: its number, and one for each kind."""
INDEX = "_[_]"
"""The function that reads an element of a list or object."""
TYPES, EXPRESSION, POSITIONS = 3, 4, 5
"""The fields of a CheckedExpr that are read here."""

_PRIMITIVES = {
    1: kinds.TRUTH,
    2: kinds.NUMBER,
    3: kinds.NUMBER,
    4: kinds.NUMBER,
    5: kinds.TEXT,
    6: kinds.BYTES,
}
_WELL_KNOWN = {2: kinds.TIME, 3: kinds.DURATION}
_SIGN = 1 << 63


@dataclass(frozen=True, slots=True)
class Node:
    """One expression: its number, its kind, the fields of that kind, and its place in the source."""

    number: int
    kind: int
    fields: dict[int, list[Any]]
    offset: int | None

    def text(self, number: int) -> str:
        return str(self.fields.get(number, [b""])[0].decode())


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant of the source. The value is read only of text, numbers, true and false."""

    kind: str
    value: str | int | float | bool | None = None


@dataclass(slots=True)
class Tree:
    """A decoded tree: `node(raw)` reads one expression of it."""

    root: bytes
    offsets: dict[int, int] = field(default_factory=dict)
    types: dict[int, bytes] = field(default_factory=dict)

    def node(self, raw: bytes) -> Node:
        found = fields(raw)
        number = found.get(ID, [0])[0]
        kind = next((kind for kind in found if kind != ID), 0)
        inner = fields(found[kind][0]) if kind else {}
        return Node(number, kind, inner, self.offsets.get(number))

    def kind_of(self, node: Node) -> str | None:
        """The kind that the checker found; None if it depends on the proposal."""
        return _kind(self.types.get(node.number, b""))

    def kind_of_elements(self, node: Node) -> str | None:
        """The kind of a list's elements, as the checker found it."""
        lists = fields(self.types.get(node.number, b"")).get(6)
        return _kind(fields(lists[0]).get(1, [b""])[0]) if lists else None


def decode(serialized: bytes) -> Tree:
    """The tree of a serialised expression."""
    checked = fields(fields(serialized)[2][0])
    offsets = fields(checked[POSITIONS][0]).get(4, [])
    return Tree(
        checked[EXPRESSION][0],
        {number: int(offset) for number, offset in _entries(offsets, 0)},
        dict(_entries(checked.get(TYPES, []), b"")),
    )


def _entries(raw: list[bytes], nothing: Any) -> list[tuple[int, Any]]:
    found = [fields(entry) for entry in raw]
    return [(entry.get(1, [0])[0], entry.get(2, [nothing])[0]) for entry in found]


def _kind(raw: bytes) -> str | None:
    found = fields(raw)
    if 3 in found:
        return _PRIMITIVES.get(found[3][0])
    if 5 in found:
        return _WELL_KNOWN.get(found[5][0])
    by_field = {2: kinds.NULL, 6: kinds.LIST, 7: kinds.OBJECT, 11: kinds.TYPE}
    return next((kind for number, kind in by_field.items() if number in found), None)


def is_select(node: Node) -> bool:
    return node.kind == SELECT


def is_name(node: Node) -> bool:
    return node.kind == IDENT


def is_call(node: Node) -> bool:
    return node.kind == CALL


def is_list(node: Node) -> bool:
    return node.kind == LIST


def is_comprehension(node: Node) -> bool:
    return node.kind == COMPREHENSION


def children(node: Node) -> list[bytes]:
    """The raw expressions directly below, such as the five parts of a comprehension."""
    if node.kind == CALL:
        return [*node.fields.get(1, []), *node.fields.get(3, [])]
    if node.kind in (SELECT, LIST):
        return node.fields.get(1, [])
    if node.kind == STRUCT:
        entries = [fields(entry) for entry in node.fields.get(2, [])]
        return [raw for entry in entries for number in (3, 4) for raw in entry.get(number, [])]
    if node.kind == COMPREHENSION:
        return [raw for number in (2, 4, 5, 6, 7) for raw in node.fields.get(number, [])]
    return []


def written(decoded: Tree, node: Node) -> str:
    """A field as it is written, such as `payload.amount`; empty for anything else."""
    if is_name(node):
        return node.text(1)
    is_index = is_call(node) and node.text(2) == INDEX
    if not (is_select(node) and 3 not in node.fields) and not is_index:
        return ""
    base = written(decoded, decoded.node(children(node)[0]))
    step = f"[{constant(decoded.node(children(node)[1]))}]" if is_index else f".{node.text(2)}"
    return base + step if base else ""


def literal(node: Node) -> Literal | None:
    """The constant that this is; None for anything else."""
    if node.kind != CONSTANT:
        return None
    if 6 in node.fields:
        return Literal(kinds.TEXT, node.text(6))
    if 3 in node.fields or 4 in node.fields:
        value = int(node.fields.get(3, node.fields.get(4))[0])  # type: ignore[index]
        return Literal(kinds.NUMBER, value - 2 * _SIGN if 3 in node.fields and value >= _SIGN else value)
    if 5 in node.fields:
        return Literal(kinds.NUMBER, struct.unpack("<d", node.fields[5][0])[0])
    if 2 in node.fields:
        return Literal(kinds.TRUTH, bool(node.fields[2][0]))
    return Literal(kinds.BYTES if 7 in node.fields else kinds.NULL)


def constant(node: Node) -> str | int | None:
    """The text or whole number that this literal is; None for anything else."""
    found = literal(node)
    if found is None or 4 in node.fields or not isinstance(found.value, str | int):
        return None
    return None if isinstance(found.value, bool) else found.value
