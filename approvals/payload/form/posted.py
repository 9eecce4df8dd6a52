"""What did the browser send for the payload?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from approvals.exceptions import FieldError
from approvals.payload.bounds import MAX_NAMES
from approvals.payload.form.nodes import Node

_NAMESPACES = ("payload", "state", "rows", "key", "choice", "zone")


class Posted:
    """The posted pairs. `strangers` refuses the names that the form did not offer."""

    def __init__(self, pairs: Mapping[str, Sequence[str]]) -> None:
        self._room = MAX_NAMES
        lists: Any = getattr(pairs, "lists", None)
        self._values = {
            name: [values] if isinstance(values, str) else list(values)
            for name, values in (lists() if lists else pairs.items())
        }

    def text(self, name: str) -> str | None:
        """The value; None if the name was posted never or more than once."""
        values = self._values.get(name, [])
        return values[0] if len(values) == 1 else None

    def holds(self, node: Node) -> bool:
        """Whether anything was posted for the node or a part of it."""
        return any(name in self._values for inner in node.walk() for name in inner.names())

    def holds_below(self, path: str) -> bool:
        """Whether anything was posted for this path or below it."""
        wholes = {space + path for space in _NAMESPACES}
        return any(
            name in wholes or name.startswith(tuple(whole + "/" for whole in wholes)) for name in self._values
        )

    def makes_room(self, node: Node) -> bool:
        """Whether a new row still fits on the page. No page of ours posts more rows."""
        self._room -= sum(1 for inner in node.walk() for _ in inner.names())
        return self._room >= 0

    def strangers(self, offered: set[str]) -> Iterator[FieldError]:
        """An error for each name that the form did not offer, and for each that was sent more than once."""
        for name, values in self._values.items():
            space, slash, path = name.partition("/")
            if space not in _NAMESPACES or not (slash or space == "payload"):
                continue
            if name not in offered:
                message = _("This form has no such field; load the page again.")
                yield FieldError(slash + path, "unknown_field", message)
            elif len(values) != 1:
                yield FieldError(slash + path, "repeated_field", _("This field was sent more than once."))
