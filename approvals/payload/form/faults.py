"""What is wrong with a post? Each fault is shown beside its field, and all are listed in the form's order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from approvals.exceptions import FieldError
from approvals.payload.form.containers import Choice, Group, Items
from approvals.payload.form.nodes import Node
from approvals.payload.labels import Label
from approvals.payload.pointers import find
from approvals.payload.schema.validation import NO_BRANCH, findings

FORM_ID = "payload-form"


@dataclass(frozen=True, slots=True)
class Fault:
    """`target` is the id of the element that gets the focus; `path` names the field, and is empty for the form."""

    target: str
    path: list[Label]
    sentence: str


def attach(root: Node, errors: Iterable[FieldError]) -> list[str]:
    """Puts each error beside its node, or the nearest node above. Returns the sentences about the whole form."""
    nodes: dict[str, Node] = {}
    for node in root.walk():
        nodes.setdefault(node.pointer, node)
    general: list[str] = []
    for error in errors:
        pointer = error.pointer
        while pointer not in nodes and pointer:
            pointer = pointer.rpartition("/")[0]
        holder = nodes.get(pointer)
        inside = error.pointer.removeprefix(pointer)
        text = f"{inside}: {_sentence(error)}" if inside else _own_sentence(error, holder)
        is_of_form = holder is None or (holder is root and isinstance(holder, Group))
        (general if holder is None or is_of_form else holder.errors).append(text)
    return general


def explained(root: Node, value: Any, errors: Iterable[FieldError]) -> Iterator[FieldError]:
    """For "fits none of the forms" what is wrong by the form that the reviewer chose, where there is one."""
    choices = {node.pointer: node for node in root.walk() if isinstance(node, Choice)}
    for error in errors:
        choice = choices.get(error.pointer)
        if error.code != NO_BRANCH or choice is None:
            yield error
            continue
        inside = findings(find(value, error.pointer), choice.schemas[choice.chosen])
        named = [FieldError(error.pointer + each.pointer, each.code, each.message) for each in inside]
        yield from named or [error]


def faults(root: Node, general: Iterable[str]) -> Iterator[Fault]:
    yield from (Fault(FORM_ID, [], sentence) for sentence in general)
    trail = [] if isinstance(root, Group) else [_label(root)]
    yield from _faults(root, trail)


def _faults(node: Node, trail: list[Label]) -> Iterator[Fault]:
    yield from (Fault(node.target, trail, sentence) for sentence in node.errors)
    # The label of a row names its list.
    above = trail[:-1] if isinstance(node, Items) else trail
    for child in node.children:
        yield from _faults(child, [*above, _label(child)])


def _label(node: Node) -> Label:
    return Label(node.label, node.key)


def _own_sentence(error: FieldError, holder: Node | None) -> str:
    """A list that is not there has nothing to type into: what to press is said."""
    is_missing_list = isinstance(holder, Items) and error.code == "required"
    sentence = _sentence(error)
    if not is_missing_list:
        return sentence
    # Translators: after a sentence such as “Is required”.
    return _("%(sentence)s: press “Add” to begin it.") % {"sentence": sentence.rstrip(".")}


def _sentence(error: FieldError) -> str:
    return error.message[:1].upper() + error.message[1:].rstrip(".") + "."
