"""What does a condition do with a value of the wrong type? It stops, wherever that value is.

To CEL, values of two types are simply different, and `false && error` is false: an agent could pass a guard by
sending "10000" for 10000. So a compiled condition is rewritten. A comparison whose types are not known yet goes
through `equality`, which fails for two types. `&&` and `||` become conditionals, which go from left to right
and pass a failure on; what the left side makes unnecessary is still not evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from approvals.conditions import kinds, tree, wire
from approvals.conditions.equality import SAME, WITHIN, WITHIN_OR_NULL
from approvals.conditions.tree import Node, Tree

_CHILDREN = {
    tree.SELECT: {1},
    tree.CALL: {1, 3},
    tree.LIST: {1},
    tree.COMPREHENSION: {2, 4, 5, 6, 7},
}
"""By kind of expression: the fields that hold expressions."""
_FIRST_NUMBER = 1_000_000
"""New expressions are numbered from here on; no condition is long enough to have so many of its own."""


def strict(serialized: bytes) -> bytes:
    """The condition, rewritten to compare only values of one type."""
    rewriter = _Rewriter(tree.decode(serialized))
    whole = [
        (number, kind, rewriter.checked(value) if number == 2 else value)
        for number, kind, value in wire.pairs(serialized)
    ]
    return wire.encode(whole)


class _Rewriter:
    def __init__(self, decoded: Tree) -> None:
        self.tree = decoded
        self.number = _FIRST_NUMBER

    def checked(self, raw: bytes) -> bytes:
        return wire.encode(
            (number, kind, self.expression(value) if number == tree.EXPRESSION else value)
            for number, kind, value in wire.pairs(raw)
        )

    def expression(self, raw: bytes) -> bytes:
        found = wire.encode((kind, form, self._inside(kind, value)) for kind, form, value in wire.pairs(raw))
        node = self.tree.node(raw)
        if not tree.is_call(node):
            return found
        return self._call(node, tree.children(self.tree.node(found))) or found

    def _inside(self, kind: int, value: Any) -> Any:
        if kind == tree.STRUCT:
            return self._each(value, {2}, lambda entry: self._each(entry, {3, 4}, self.expression))
        return self._each(value, _CHILDREN[kind], self.expression) if kind in _CHILDREN else value

    def _each(self, raw: bytes, numbers: Iterable[int], act: Callable[[bytes], bytes]) -> bytes:
        return wire.encode(
            (number, kind, act(value) if number in numbers else value)
            for number, kind, value in wire.pairs(raw)
        )

    def _call(self, node: Node, parts: list[bytes]) -> bytes | None:
        """What replaces a call; None if it stays."""
        match node.text(2):
            case "_&&_":
                return self._new("_?_:_", parts[0], self._truth(node, 1, parts), self._constant(False))
            case "_||_":
                return self._new("_?_:_", parts[0], self._constant(True), self._truth(node, 1, parts))
            case "_==_" if not self._is_plain(node):
                return self._new(SAME, *parts, *self._names(node))
            case "_!=_" if not self._is_plain(node):
                return self._new("!_", self._new(SAME, *parts, *self._names(node)))
            case "@in" if not self._is_plain_list(node):
                return self._new(self._membership(node), *parts, *self._names(node))
        return None

    def _truth(self, node: Node, position: int, parts: list[bytes]) -> bytes:
        """A part that can only be true or false; any other is made to fail unless it is."""
        if self.tree.kind_of(self._part(node, position)) == kinds.TRUTH:
            return parts[position]
        return self._new("_?_:_", parts[position], self._constant(True), self._constant(False))

    def _is_plain(self, node: Node) -> bool:
        """Whether the checker compared the types already. A comparison with null asks whether there is a value."""
        found = {self.tree.kind_of(self._part(node, position)) for position in (0, 1)}
        return kinds.NULL in found or not found & {None, kinds.LIST, kinds.OBJECT}

    def _is_plain_list(self, node: Node) -> bool:
        value, there = self._part(node, 0), self._part(node, 1)
        found = {self.tree.kind_of(value), self.tree.kind_of_elements(there)}
        return not found & {None, kinds.LIST, kinds.OBJECT}

    def _membership(self, node: Node) -> str:
        there = self._part(node, 1)
        elements = [tree.literal(self.tree.node(raw)) for raw in tree.children(there)]
        has_null = tree.is_list(there) and any(one and one.kind == kinds.NULL for one in elements)
        return WITHIN_OR_NULL if has_null else WITHIN

    def _names(self, node: Node) -> list[bytes]:
        return [self._text(tree.written(self.tree, self._part(node, position))) for position in (0, 1)]

    def _part(self, node: Node, position: int) -> Node:
        return self.tree.node(tree.children(node)[position])

    def _new(self, function: str, *parts: bytes) -> bytes:
        name = (2, wire.BYTES, function.encode())
        return self._numbered(tree.CALL, wire.encode([name, *((3, wire.BYTES, part) for part in parts)]))

    def _constant(self, value: bool) -> bytes:
        return self._numbered(tree.CONSTANT, wire.encode([(2, wire.VARINT, int(value))]))

    def _text(self, text: str) -> bytes:
        return self._numbered(tree.CONSTANT, wire.encode([(6, wire.BYTES, text.encode())]))

    def _numbered(self, kind: int, content: bytes) -> bytes:
        self.number += 1
        return wire.encode([(tree.ID, wire.VARINT, self.number), (kind, wire.BYTES, content)])
