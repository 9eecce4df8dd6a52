"""May this edit be stored? The last check, for edits made as fields, as JSON or by a program."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from approvals.exceptions import FieldError, InvalidInput
from approvals.payload.canonical import Numbers
from approvals.payload.pointers import ABSENT, find
from approvals.payload.schema.strangers import strangers
from approvals.payload.schema.validation import MAX_ERRORS, validate


def assert_edit_allowed(original: Any, edited: Any, schema: Any = None, locked: Iterable[str] = ()) -> None:
    """Raises InvalidInput unless the edit is an object that keeps what is locked, adds no unknown key and is valid."""
    errors = edit_errors(original, edited, schema, locked)
    if errors:
        first = errors[0]
        where = first.pointer or _("The payload")
        # Translators: as in “The edit cannot be stored: /amount must be at least 1.”
        sentence = _("The edit cannot be stored: %(where)s %(what)s.")
        raise InvalidInput(sentence % {"where": where, "what": first.message}, errors)


def edit_errors(original: Any, edited: Any, schema: Any, locked: Iterable[str]) -> list[FieldError]:
    if not isinstance(edited, dict):
        return [FieldError("", "not_an_object", _("must be a JSON object"))]
    numbers = Numbers()
    broken = [
        FieldError(lock, "locked", _("is locked and cannot be changed"))
        for lock in locked
        if not _is_kept(find(original, lock), find(edited, lock), numbers)
    ]
    invalid = validate(edited, schema) if schema else []
    said = {error.pointer for error in invalid}
    unknown = [
        FieldError(pointer, "unknown_field", _("is no field of this payload"))
        for pointer in islice(strangers(original, edited, schema), MAX_ERRORS)
        if pointer not in said
    ]
    return broken + invalid + unknown


def _is_kept(before: Any, after: Any, numbers: Numbers) -> bool:
    if before is ABSENT or after is ABSENT:
        return before is after
    return numbers.same(before, after)
