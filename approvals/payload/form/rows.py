"""Did the reviewer add, remove or move a row of a list, or choose another form of a value?

Without JavaScript a submit button does it, and the page reloads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.utils.translation import gettext_lazy as _

from approvals.exceptions import FieldError
from approvals.payload.bounds import MAX_NAMES
from approvals.payload.form.containers import Choice, Items
from approvals.payload.form.nodes import VALUE, Node
from approvals.payload.form.posted import Posted

FULL = _("This page has no room for more rows: press “Edit as JSON” to add them.")
BUTTONS = ("add", "remove", "up", "choose")
"""The names of the buttons that give the form other parts."""
UNKNOWN = _("This form has no such list or row; load the page again.")


def reshape(root: Node, posted: Posted) -> tuple[bool, list[FieldError]]:
    """Whether the form has other parts now, and the refusals. Call after reading, so that rows keep what was typed."""
    lists = {node.path: node for node in root.walk() if isinstance(node, Items)}
    refusals = [
        *_added(root, lists, posted.text("add")),
        *_on_row(lists, posted.text("remove"), Items.remove),
        *_on_row(lists, posted.text("up"), Items.move_up),
    ]
    is_turned = any(isinstance(node, Choice) and node.is_turned for node in root.walk())
    is_asked = is_turned or any(posted.text(name) is not None for name in BUTTONS)
    return is_asked and not refusals, refusals


def _added(root: Node, lists: dict[str, Items], path: str | None) -> Iterator[FieldError]:
    if path is None:
        return
    items = lists.get(path)
    if items is None:
        yield FieldError(path, "unknown_field", str(UNKNOWN))
        return
    row_id = max([-1, *items.rows, *items.drawn_rows]) + 1
    row = items.new_row(row_id)
    if len(items.rows) >= items.most or _names(root) + _names(row) > MAX_NAMES:
        yield FieldError(items.pointer, "too_many_rows", str(FULL))
        return
    items.rows[row_id] = row
    items.number_rows()
    items.state = VALUE
    items.is_filled = True


def _on_row(
    lists: dict[str, Items], path: str | None, act: Callable[[Items, int], None]
) -> Iterator[FieldError]:
    if path is None:
        return
    if found := _row_at(lists, path):
        act(*found)
    else:
        yield FieldError(path, "unknown_field", str(UNKNOWN))


def _row_at(lists: dict[str, Items], path: str) -> tuple[Items, int] | None:
    for items in lists.values():
        for row_id, row in items.rows.items():
            if row.path == path:
                return items, row_id
    return None


def _names(node: Node) -> int:
    return sum(1 for inner in node.walk() for _ in inner.names())
