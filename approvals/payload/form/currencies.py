"""In which currency is each amount of the form, as the form now stands?"""

from __future__ import annotations

from typing import Any

from approvals.payload import amounts
from approvals.payload.form.containers import Group
from approvals.payload.form.leaves import Leaf, Locked
from approvals.payload.form.nodes import VALUE, Node
from approvals.payload.pointers import ABSENT


def note_units(root: Node) -> None:
    """An object's currency counts for its amounts and for those of the objects in it that name none."""
    _note(root, "")


def _note(node: Node, currency: str) -> None:
    if not isinstance(node, Group):
        for child in node.children:
            _note(child, currency)
        return
    if any(map(amounts.is_currency_key, node.members)):
        currency = amounts.currency_among((key, _value(member)) for key, member in node.members.items())
    for key, member in node.members.items():
        if isinstance(member, Leaf | Locked):
            member.unit = amounts.unit_of(key, currency)
        else:
            _note(member, currency)


def _value(node: Node) -> Any:
    if isinstance(node, Leaf) and node.state == VALUE:
        chosen = (option.value for option in node.options if option.posted == node.text)
        return next(chosen, node.text)
    return node.base if isinstance(node, Locked) else ABSENT
