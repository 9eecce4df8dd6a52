"""What is a place in a payload called? Fields go by their labels, rows of a list by their number from 1."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from approvals.payload.form import shapes
from approvals.payload.labels import Label, labels
from approvals.payload.pointers import ABSENT, child, find, tokens


class _Stop(NamedTuple):
    """One place on a path: its value before and after the edit, and its schema."""

    old: Any
    new: Any
    schema: Any


class Paths:
    """Names places in two payloads; a place on the way to several others is looked up once."""

    def __init__(self, old: Any, new: Any, schema: Any) -> None:
        self._stops = {"": _Stop(old, new, schema)}
        self._labels: dict[str, dict[str, Label]] = {}

    def path(self, pointer: str) -> list[Label]:
        named, here = [], ""
        for token in tokens(pointer):
            named.append(self._named(here, token))
            here = self._go_on(here, token)
        return named or [Label(_("Everything"))]

    def _named(self, here: str, token: str) -> Label:
        if _is_list(self._stops[here]):
            return Label(str(int(token) + 1))
        if here not in self._labels:
            self._labels[here] = labels(_members(self._stops[here]))
        return self._labels[here].get(token, Label(token))

    def _go_on(self, here: str, token: str) -> str:
        pointer, stop = child(here, token), self._stops[here]
        if pointer not in self._stops:
            step = child("", token)
            below = _below(stop, token)
            self._stops[pointer] = _Stop(find(stop.old, step), find(stop.new, step), below)
        return pointer


def _is_list(stop: _Stop) -> bool:
    return isinstance(stop.new if stop.old is ABSENT else stop.old, list)


def _members(stop: _Stop) -> dict[str, Any]:
    """The schema of every field of the object, before and after the edit."""
    known = shapes.properties(stop.schema)
    held = [value for value in (stop.old, stop.new) if isinstance(value, dict)]
    return {
        key: shapes.unwrapped(shapes.member_schema(stop.schema, key))
        for keys in (*held, known)
        for key in keys
    }


def _below(stop: _Stop, token: str) -> Any:
    if _is_list(stop):
        return shapes.unwrapped(stop.schema).get("items")
    return shapes.member_schema(stop.schema, token)
