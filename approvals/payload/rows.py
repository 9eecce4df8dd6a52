"""Was a row of a list to be added or removed? Without JavaScript that is a submit button and a new page."""

from __future__ import annotations

from collections.abc import Iterator

from approvals.exceptions import FieldError
from approvals.payload.bounds import MAX_ROWS
from approvals.payload.containers import Items
from approvals.payload.nodes import VALUE, Node
from approvals.payload.posted import Posted


def reshape(root: Node, posted: Posted) -> tuple[bool, list[FieldError]]:
    """Whether rows moved, and what was refused. Call after reading: typed values stay in the rows."""
    lists = [node for node in root.walk() if isinstance(node, Items)]
    added, removed = posted.text("add"), posted.text("remove")
    has_added = added is not None and any(_add(items) for items in lists if items.path == added)
    has_removed = removed is not None and any(_remove(items, removed) for items in lists)
    refusals = [*_refusals(added, has_added), *_refusals(removed, has_removed)]
    return has_added or has_removed, refusals


def _add(items: Items) -> bool:
    if len(items.rows) >= MAX_ROWS:
        return False
    row_id = max([-1, *items.rows, *range(len(items.base if isinstance(items.base, list) else []))]) + 1
    items.rows[row_id] = items.new_row(row_id)
    items.number_rows()
    items.state = VALUE
    return True


def _remove(items: Items, path: str) -> bool:
    for position, (row_id, row) in enumerate(items.rows.items()):
        if row.path == path:
            del items.rows[row_id]
            items.removed_at = position
            items.number_rows()
            return True
    return False


def _refusals(path: str | None, is_done: bool) -> Iterator[FieldError]:
    if path is not None and not is_done:
        yield FieldError(path, "unknown_field", "This form has no such list or row; load the page again.")
