"""Which keys of an edit may a reviewer not add?

A key is known if the agent's payload has it (in a list: if one of its rows has it) or the schema names it. Other keys
are allowed only in a free-form object: its schema either allows `additionalProperties` or `unevaluatedProperties`
explicitly, or mentions no fields at all (neither `properties` nor `patternProperties`), as in `{"type": "object"}`.
An object whose schema lists fields and is silent about others is closed to reviewers, although JSON Schema leaves it
open to the agent: an edit changes what was proposed, and nothing else. Without a schema (or with an empty one) only
the payload's own keys are known, and an empty object in it stays empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from approvals.payload.pointers import Path, pointer_of
from approvals.payload.schema.compiling import compiled
from approvals.payload.schema.expansion import in_place
from approvals.payload.schema.matching import Effort, matches

_LISTS_FIELDS = frozenset(
    ("properties", "patternProperties", "additionalProperties", "unevaluatedProperties")
)
_LISTS_ROWS = frozenset(("items", "prefixItems", "unevaluatedItems"))

MAX_PARTS = 200
"""Schemas that apply to one place. A key that only further schemas name is unknown."""


def strangers(original: Any, edited: Any, schema: Any) -> Iterator[str]:
    """Pointers to the unknown keys, in the edit's order."""
    allowed = _Allowed([compiled(schema).schema] if schema else [], Effort())
    pending: list[tuple[Any, _Sent, _Allowed, Path]] = [(edited, _sent(original), allowed, None)]
    while pending:
        value, sent, allowed, path = pending.pop()
        inside: list[tuple[Any, _Sent, _Allowed, Path]] = []
        if isinstance(value, dict):
            for key, member in value.items():
                if key not in sent.members and not allowed.takes(key):
                    yield pointer_of((path, key))
                else:
                    inside.append((member, sent.members.get(key, _NOTHING), allowed.at(key), (path, key)))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                inside.append((item, sent.rows or _NOTHING, allowed.row(index), (path, index)))
        pending.extend(reversed(inside))


def is_free_form(schema: Any) -> bool:
    """Whether a reviewer may add keys that the schema does not name. Expects a schema without references."""
    return _Allowed([schema], Effort()).is_free


class _Sent:
    """The keys that the agent's payload has at a place: over all rows of a list, and at every depth."""

    def __init__(self) -> None:
        self.members: dict[str, _Sent] = {}
        self.rows: _Sent | None = None


_NOTHING = _Sent()


def _sent(original: Any) -> _Sent:
    root = _Sent()
    pending = [(original, root)]
    while pending:
        value, sent = pending.pop()
        if isinstance(value, dict):
            for key, member in value.items():
                pending.append((member, sent.members.setdefault(key, _Sent())))
        elif isinstance(value, list):
            sent.rows = sent.rows or _Sent()
            pending.extend((row, sent.rows) for row in value)
    return root


class _Allowed:
    """What the schema lets a reviewer add at a place, looked up once for all rows of a list."""

    def __init__(self, parts: list[Any], effort: Effort) -> None:
        self._parts = _all_in_place(parts)
        self._effort = effort
        self._inner: dict[str | int | None, _Allowed] = {}
        is_listed = any(part.keys() & _LISTS_FIELDS for part in self._parts)
        self._others = [schema for part in self._parts for schema in _others(part)]
        self.is_free = bool(self._others) or (bool(self._parts) and not is_listed)

    def takes(self, key: str) -> bool:
        return self.is_free or bool(self._named(key))

    def at(self, key: str) -> _Allowed:
        """What may be added below a key. All keys that the schema does not name share one answer."""
        named = self._named(key)
        slot = key if named else None
        if slot not in self._inner:
            unnamed = self._others or ([{}] if self.is_free else [])
            self._inner[slot] = _Allowed(named or unnamed, self._effort)
        return self._inner[slot]

    def row(self, index: int) -> _Allowed:
        longest = max((len(part.get("prefixItems", ())) for part in self._parts), default=0)
        place = min(index, longest)
        if place not in self._inner:
            schemas = [schema for part in self._parts for schema in _rows(part, place)]
            is_silent = bool(self._parts) and not any(part.keys() & _LISTS_ROWS for part in self._parts)
            self._inner[place] = _Allowed([{}] if is_silent else schemas, self._effort)
        return self._inner[place]

    def _named(self, key: str) -> list[Any]:
        """The schemas of a key that the schema names. A pattern that cannot be checked names no key."""
        named = [part["properties"][key] for part in self._parts if key in part.get("properties", {})]
        patterned = (pair for part in self._parts for pair in part.get("patternProperties", {}).items())
        return named + [schema for pattern, schema in patterned if matches(pattern, key, self._effort)]


def _all_in_place(parts: list[Any]) -> list[dict[str, Any]]:
    """These schemas and all that apply to the value together with them, each once."""
    found: dict[int, dict[str, Any]] = {}
    pending = list(reversed(parts))
    while pending and len(found) < MAX_PARTS:
        part = pending.pop()
        if part is True:
            part = {}
        if isinstance(part, dict) and id(part) not in found:
            found[id(part)] = part
            pending.extend(in_place({key: part[key] for key in part if key != "not"}))
    return list(found.values())


def _others(part: dict[str, Any]) -> Iterator[Any]:
    for key in ("additionalProperties", "unevaluatedProperties"):
        if part.get(key, False) is not False:
            yield part[key]


def _rows(part: dict[str, Any], place: int) -> Iterator[Any]:
    before = part.get("prefixItems", [])
    if place < len(before):
        yield before[place]
    elif "items" in part:
        yield part["items"]
