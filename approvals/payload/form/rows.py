"""Did the reviewer add, remove or move a row of a list, or choose another form of a value?

Without JavaScript a submit button does it, and the page reloads.
"""

from __future__ import annotations

from collections.abc import Iterator

from approvals.exceptions import FieldError
from approvals.payload.bounds import MAX_NAMES
from approvals.payload.form.containers import Choice, Items
from approvals.payload.form.nodes import VALUE, Node
from approvals.payload.form.posted import Posted

FULL = "This page has no room for more rows: press “Edit as JSON” to add them."
BUTTONS = ("add", "remove", "up", "choose")
"""The names of the buttons that give the form other parts."""
UNKNOWN = "This form has no such list or row; load the page again."


def reshape(root: Node, posted: Posted) -> tuple[bool, list[FieldError]]:
    """Whether the form has other parts now, and the refusals. Call after reading, so that rows keep what was typed."""
    lists = {node.path: node for node in root.walk() if isinstance(node, Items)}
    refusals = [
        *_added(root, lists, posted.text("add")),
        *_removed(lists, posted.text("remove")),
        *_moved(lists, posted.text("up")),
    ]
    is_turned = any(isinstance(node, Choice) and node.is_turned for node in root.walk())
    is_asked = is_turned or any(posted.text(name) is not None for name in BUTTONS)
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
    items.is_filled = True


def _removed(lists: dict[str, Items], path: str | None) -> Iterator[FieldError]:
    if path is None:
        return
    found = _row_at(lists, path)
    if found is None:
        yield FieldError(path, "unknown_field", UNKNOWN)
        return
    items, row_id = found
    items.removed_at = list(items.rows).index(row_id)
    del items.rows[row_id]
    items.number_rows()


def _moved(lists: dict[str, Items], path: str | None) -> Iterator[FieldError]:
    """Moves a row up by one. The first stays where it is."""
    if path is None:
        return
    found = _row_at(lists, path)
    if found is None:
        yield FieldError(path, "unknown_field", UNKNOWN)
        return
    items, row_id = found
    order = list(items.rows)
    place = order.index(row_id)
    items.moved_to = max(place - 1, 0)
    order.insert(items.moved_to, order.pop(place))
    items.rows = {each: items.rows[each] for each in order}
    items.number_rows()


def _row_at(lists: dict[str, Items], path: str) -> tuple[Items, int] | None:
    for items in lists.values():
        for row_id, row in items.rows.items():
            if row.path == path:
                return items, row_id
    return None


def _names(node: Node) -> int:
    return sum(1 for inner in node.walk() for _ in inner.names())
