"""What does an edit of the payload mean, and which form does the reviewer get?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from approvals import strict_json
from approvals.exceptions import FieldError, InvalidInput, TooLarge
from approvals.payload.bounds import MAX_LEAVES, MAX_NAMES, MAX_POSTED, posted_size
from approvals.payload.canonical import leaf_count, same
from approvals.payload.form import rows
from approvals.payload.form.building import Place, build, json_leaf
from approvals.payload.form.containers import Group
from approvals.payload.form.currencies import note_units
from approvals.payload.form.faults import Fault, attach, explained, faults
from approvals.payload.form.guard import edit_errors
from approvals.payload.form.leaves import JsonLeaf
from approvals.payload.form.nodes import Node
from approvals.payload.form.posted import Posted
from approvals.payload.form.reading import read
from approvals.payload.form.unrolling import unrolled
from approvals.payload.pointers import ABSENT
from approvals.payload.schema.compiling import compiled


@dataclass(frozen=True, eq=False, kw_only=True)
class PayloadForm:
    """The inputs of a page. `is_json`: the only input is the whole payload as JSON."""

    root: Node
    original_text: str
    current_text: str
    is_json: bool
    errors: list[str] = field(default_factory=list)
    """Sentences about the form as a whole."""
    again: Callable[[bool], PayloadForm] = field(repr=False)
    """A fresh copy of the form, as fields or (True) as JSON: `bind` fills the copy, never this form."""
    check: Callable[[Any], list[FieldError]] = field(repr=False)
    """The errors that locks and schema find in a new value."""

    @property
    def is_group(self) -> bool:
        """Whether the root is an object, whose members are shown without a fieldset around them."""
        return isinstance(self.root, Group)

    def pairs(self) -> dict[str, str]:
        """What a browser posts for the form as now shown. Binding these pairs gives an equal form."""
        return dict(pair for node in self.root.walk() for pair in node.pairs())

    @property
    def faults(self) -> list[Fault]:
        """The errors, in the form's order."""
        return list(faults(self.root, self.errors))

    def bind(self, posted: Mapping[str, Sequence[str]]) -> Bound:
        """Reads what a browser posted. Invalid input never raises: its errors are shown beside the fields."""
        return _bound(self.again(self.is_json), Posted(posted))

    def bind_json(self, text: str) -> Bound:
        """Reads the whole payload as typed in the JSON view; locks and schema hold there too."""
        return _bound(self.again(True), Posted({"payload": [text]}))


@dataclass(frozen=True, eq=False)
class Bound:
    """The payload after a post; if not `is_touched`, `text` is the original, byte for byte.

    `form` shows what was posted. `is_reshaped`: a row was added or removed, so show `form` and store nothing.
    """

    form: PayloadForm
    text: str
    value: Any
    errors: list[FieldError]
    is_touched: bool
    is_reshaped: bool = False

    @property
    def is_valid(self) -> bool:
        return not self.errors and not self.is_reshaped


def build_form(
    original_text: str,
    schema: Any = None,
    locked: Iterable[str] = (),
    current_text: str | None = None,
    *,
    as_json: bool = False,
) -> PayloadForm:
    """The form for a payload version; `current_text` is a working copy to continue from.

    Locked places are compared with the original. Raises InvalidInput if a text or the schema is invalid.
    """
    locks = tuple(locked)
    original = strict_json.loads(original_text)
    current = strict_json.loads(current_text) if current_text is not None else original
    expanded = compiled(schema).schema if schema else None

    def make(is_json: bool) -> PayloadForm:
        root = _root(Place(current, expanded), locks, is_json)
        note_units(root)
        return PayloadForm(
            root=root,
            original_text=original_text,
            current_text=original_text if current_text is None else current_text,
            is_json=isinstance(root, JsonLeaf),
            again=make,
            check=lambda value: edit_errors(original, value, schema, locks),
        )

    return make(as_json)


def _root(place: Place, locked: tuple[str, ...], is_json: bool) -> Node:
    if not is_json and leaf_count(place.value) <= MAX_LEAVES:
        root = build(replace(place, schema=unrolled(place.schema, place.value)), locked)
        if not isinstance(root, JsonLeaf) and _fits(root):
            return root
    root = json_leaf(place, locked)
    root.label = _("Payload")
    return root


def _fits(root: Node) -> bool:
    """Whether a page can post all of it. What reviewers add later has bounds of its own."""
    pairs = [pair for node in root.walk() for pair in node.pairs()]
    return len(pairs) <= MAX_NAMES and posted_size(pairs) <= MAX_POSTED


def _bound(form: PayloadForm, posted: Posted) -> Bound:
    """Reads a post into a fresh form, which then shows what was posted."""
    read_value = read(form.root, posted)
    note_units(form.root)
    value = {} if read_value is ABSENT else read_value
    offered = {name for node in form.root.walk() for name in node.names()}
    errors = list(posted.strangers(offered))
    form.errors.extend(error.message for error in errors)
    is_reshaped, refusals = rows.reshape(form.root, posted)
    errors += refusals
    form.errors.extend(error.message for error in refusals)
    if is_reshaped:
        for node in form.root.walk():
            node.errors.clear()
        return Bound(form, form.current_text, value, errors, is_touched=True, is_reshaped=True)
    errors += [
        FieldError(node.pointer, "unreadable", text) for node in form.root.walk() for text in node.errors
    ]
    return _checked(form, value, errors)


def _checked(form: PayloadForm, value: Any, errors: list[FieldError]) -> Bound:
    original = strict_json.loads(form.original_text)
    is_touched = not same(value, original)
    text = _text(form, value) if is_touched else form.original_text
    unreadable = {error.pointer for error in errors}
    found = [error for error in _findings(form, value, text) if error.pointer not in unreadable]
    found = list(explained(form.root, value, found))
    form.errors.extend(attach(form.root, found))
    return Bound(form, text, value if is_touched else original, errors + found, is_touched)


def _text(form: PayloadForm, value: Any) -> str:
    if same(value, strict_json.loads(form.current_text)):
        return form.current_text
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _findings(form: PayloadForm, value: Any, text: str) -> list[FieldError]:
    """Errors of the whole payload: valid fields can still make it too deep or too large."""
    try:
        strict_json.loads(text)
    except InvalidInput as error:
        return list(error.errors)
    except TooLarge as error:
        return [FieldError("", error.code, str(error))]
    return form.check(value)
