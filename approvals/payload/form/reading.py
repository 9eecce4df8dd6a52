"""What did the reviewer mean? Reads posted pairs into the nodes and returns the new value.

Each node keeps what was typed, so that a form with errors loses nothing.
"""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _

from approvals.payload.bounds import MAX_ROWS
from approvals.payload.form import line_endings, rows, widgets
from approvals.payload.form.additions import Addition, Additions
from approvals.payload.form.containers import Choice, Group, Items
from approvals.payload.form.leaves import JsonLeaf, Leaf, Locked
from approvals.payload.form.nodes import ALTERNATIVE, CHOSEN, NULL, UNLESS_FILLED, VALUE, Node
from approvals.payload.form.posted import Posted
from approvals.payload.pointers import ABSENT, child
from audit import reader

_ROW_IDS = re.compile(r"(?:[0-9]{1,5}(?: [0-9]{1,5})*)?")


def read(node: Node, posted: Posted) -> Any:
    """The node's new value, or ABSENT. A node that cannot be read keeps its old value and gets an error."""
    if isinstance(node, Locked):
        return node.base
    content = _content(node, posted)
    node.is_filled = node.is_touched
    is_known = _read_state(node, posted)
    if node.state != VALUE:
        node.reset()
        content = None if node.state == NULL else ABSENT
    if not is_known:
        node.errors.append(_("Choose one of the options offered."))
    return content


def _read_state(node: Node, posted: Posted) -> bool:
    """Whether the posted state is known. A chosen state holds; a state left alone gives way to typing."""
    typed = posted.text(node.state_name) if node.state_choices else None
    chosen, ending = _parsed_state(node.base_state if typed is None else typed)
    if chosen not in node.states:
        return False
    gives_way = ending == UNLESS_FILLED or (chosen == node.base_state and ending != CHOSEN)
    node.state = VALUE if gives_way and node.is_touched else chosen
    node.is_touched = node.state != node.base_state or (node.is_touched and node.state == VALUE)
    return True


def _parsed_state(posted: str) -> tuple[str, str]:
    """The state, and the ending it was posted with."""
    ending = next((ending for ending in (CHOSEN, UNLESS_FILLED) if posted.endswith(ending)), "")
    return posted.removesuffix(ending), ending


def _content(node: Node, posted: Posted) -> Any:
    if isinstance(node, Group):
        return _members(node, posted)
    if isinstance(node, Items):
        return _items(node, posted)
    if isinstance(node, Choice):
        return _alternative(node, posted)
    if isinstance(node, Leaf | JsonLeaf):
        return _scalar_or_json(node, posted)
    return node.base


def _scalar_or_json(node: Leaf | JsonLeaf, posted: Posted) -> Any:
    typed = posted.text(node.name)
    if typed is None:
        return node.base
    node.text = line_endings.normalised(typed)
    node.is_touched = node.text != node.shown
    if isinstance(node, Leaf) and node.kind == "datetime" and (picked := posted.text(node.zone_name)):
        if not reader.zone_called(picked):
            node.errors.append(_("Choose one of the time zones offered."))
            return node.base
        node.picked, node.is_touched = picked, bool(node.text) or node.is_touched
    if not node.is_touched and node.base is not ABSENT and node.base is not None:
        return node.base
    try:
        return (
            widgets.json_value_of(node, typed)
            if isinstance(node, JsonLeaf)
            else widgets.value_of(node, typed)
        )
    except widgets.UnreadableError as error:
        node.errors.append(str(error))
        return node.base


def _alternative(choice: Choice, posted: Posted) -> Any:
    """An alternative that was chosen but not drawn yet has no fields in the post: it is to be shown first."""
    typed = posted.text(choice.choice_name)
    index = choice.base_chosen if typed is None else _index(choice, typed)
    if index is None:
        choice.errors.append(_("Choose one of the forms offered."))
        return choice.base
    before = choice.member
    if index != choice.chosen:
        choice.show(index)
        choice.is_turned = not posted.holds(choice.member)
    _read_left(choice, posted)
    value = read(choice.member, posted)
    if choice.is_turned:
        _carry(next(iter(choice.left), before), choice.member)
    choice.is_touched = index != choice.base_chosen or choice.member.is_touched
    return value


def _read_left(choice: Choice, posted: Posted) -> None:
    for option in choice.options:
        if option.value != choice.chosen and posted.holds_below(f"{choice.path}{ALTERNATIVE}{option.value}"):
            member = choice.new_member(option.value)
            read(member, posted)
            choice.left.append(member)


def _carry(before: Node, member: Node) -> None:
    """What both alternatives have stays as it was typed."""
    if not isinstance(before, Group) or not isinstance(member, Group):
        return
    for key, leaf in member.members.items():
        same = before.members.get(key)
        if not isinstance(leaf, Leaf) or not isinstance(same, Leaf):
            continue
        if leaf.kind == same.kind and not leaf.options and not leaf.text:
            leaf.text = same.text


def _index(choice: Choice, typed: str) -> int | None:
    return next((option.value for option in choice.options if option.posted == typed), None)


def _members(group: Group, posted: Posted) -> dict[str, Any]:
    """Keys keep the payload's order; those that it left out come after them."""
    values = {key: read(member, posted) for key, member in group.members.items()}
    if isinstance(group.additions, Additions):
        values |= _added(group, group.additions, posted)
    group.is_touched = any(child.is_touched for child in group.children)
    return {key: value for key, value in values.items() if value is not ABSENT}


def _added(group: Group, additions: Additions, posted: Posted) -> dict[str, Any]:
    """The new fields that have a key. An empty field adds nothing, and stays on the page."""
    _read_rows(additions, posted)
    values: dict[str, Any] = {}
    for row in additions.rows.values():
        if not isinstance(row, Addition):
            continue
        row.typed_key = posted.text(row.key_name) or ""
        value = read(row.value, posted)
        if not row.typed_key and not row.value.is_touched:
            row.value.reset()
        elif fault := _key_fault(row.typed_key, {*group.members, *values}):
            row.errors.append(fault)
        else:
            row.value.move_to(child(group.pointer, row.typed_key))
            values[row.typed_key] = value
    additions.number_rows()
    additions.is_touched = bool(values)
    return values


def _key_fault(key: str, taken: set[str]) -> str:
    if not key:
        return _("Enter a key for the new field, or remove it.")
    return _("This key exists already: edit its field, or enter another key.") if key in taken else ""


def _items(items: Items, posted: Posted) -> list[Any]:
    """A row that was not posted keeps its original value; a new row that was not posted is dropped."""
    before = list(items.rows)
    _read_rows(items, posted)
    values: list[Any] = []
    for row_id, row in list(items.rows.items()):
        value = read(row, posted) if row.base is not ABSENT or posted.holds(row) else ABSENT
        if value is not ABSENT:
            row.move_to(child(items.pointer, len(values)))
            values.append(value)
        elif row.errors:
            row.move_to(child(items.pointer, "-"))
        else:
            del items.rows[row_id]
    items.number_rows()
    items.is_touched = list(items.rows) != before or any(row.is_touched for row in items.rows.values())
    return values


def _read_rows(items: Items, posted: Posted) -> None:
    typed = posted.text(items.rows_name)
    if typed is None:
        return
    ids = [int(row_id) for row_id in typed.split()] if _ROW_IDS.fullmatch(typed) else None
    if ids is None or len(set(ids)) != len(ids) or len(ids) > max(MAX_ROWS, len(items.rows)):
        items.errors.append(_("The rows of this list are not the page's; load the page again."))
        return
    known, items.rows = items.rows, {}
    for row_id in ids:
        row = known.get(row_id) or items.new_row(row_id)
        if row_id not in known and not posted.makes_room(row):
            items.errors.append(str(rows.FULL))
            return
        items.rows[row_id] = row
