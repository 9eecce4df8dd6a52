"""Did the reviewer add or remove a row of a list? Without JavaScript a submit button does it, and the page reloads."""

from __future__ import annotations

from collections.abc import Iterator

from approvals.exceptions import FieldError
from approvals.payload.bounds import MAX_NAMES
from approvals.payload.form.containers import Items
from approvals.payload.form.nodes import VALUE, Node
from approvals.payload.form.posted import Posted

FULL = "This page has no room for more rows: press “Edit as JSON” to add them."
UNKNOWN = "This form has no such list or row; load the page again."


def reshape(root: Node, posted: Posted) -> tuple[bool, list[FieldError]]:
    """Whether a row was added or removed, and the refusals. Call after reading, so that rows keep what was typed."""
    lists = {node.path: node for node in root.walk() if isinstance(node, Items)}
    refusals = [*_added(root, lists, posted.text("add")), *_removed(lists, posted.text("remove"))]
    is_asked = posted.text("add") is not None or posted.text("remove") is not None
    return is_asked and not refusals, refusals


def _added(root: Node, lists: dict[str, Items], path: str | None) -> Iterator[FieldError]:
    if path is None:
        return
    items = lists.get(path)
    if items is None:
        yield FieldError(path, "unknown_field", UNKNOWN)
        return
    row_id = max([-1, *items.rows, *items.drawn_rows]) + 1
    row = items.new_row(row_id)
    if len(items.rows) >= items.most or _names(root) + _names(row) > MAX_NAMES:
        yield FieldError(items.pointer, "too_many_rows", FULL)
        return
    items.rows[row_id] = row
    items.number_rows()
    items.state = VALUE


def _removed(lists: dict[str, Items], path: str | None) -> Iterator[FieldError]:
    if path is None:
        return
    for items in lists.values():
        for position, (row_id, row) in enumerate(items.rows.items()):
            if row.path == path:
                del items.rows[row_id]
                items.removed_at = position
                items.number_rows()
                return
    yield FieldError(path, "unknown_field", UNKNOWN)


def _names(node: Node) -> int:
    return sum(1 for inner in node.walk() for _ in inner.names())
