"""Which place in a schema document does a `$ref` name? Ids, anchors and pointers inside it; nothing is fetched."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

from approvals.payload.pointers import ABSENT, canonical_pointer, child, find, tokens
from approvals.payload.schema.dialects import DATA, DEFINITIONS, MANY, NAMED, ONE, Dialect

_MAPS = NAMED | DEFINITIONS | {"dependencies"}
_PLACES = ONE | MANY | {"additionalItems"}


class UnresolvedError(ValueError):
    """The reference names nothing in the document; `is_remote`: it names another document."""

    def __init__(self, *, is_remote: bool = False) -> None:
        super().__init__()
        self.is_remote = is_remote


class References:
    """The places of the document's ids and anchors."""

    def __init__(self, document: dict[str, Any], dialect: Dialect) -> None:
        self._document = document
        self._id = "id" if dialect.year == 4 else "$id"
        self._bases: dict[str, str] = {"": ""}
        self._places: dict[str, str] = {}
        self._anchors: dict[tuple[str, str], str] = {}
        self._schemas = dict(subschemas(document))
        for pointer, schema in self._schemas.items():
            self._note(pointer, schema)

    def schema_at(self, pointer: str) -> Any:
        """What is there, or ABSENT."""
        found = self._schemas.get(pointer)
        return find(self._document, pointer) if found is None else found

    def target(self, reference: str, pointer: str) -> str:
        """The pointer that the `$ref` of the schema at `pointer` names. Raises UnresolvedError."""
        resource = self._resource_of(pointer)
        fragment = reference[1:]
        if reference and not reference.startswith("#"):
            try:
                place, fragment = urldefrag(urljoin(self._bases[resource], reference))
            except ValueError:
                raise UnresolvedError(is_remote=True) from None
            if place not in self._places:
                raise UnresolvedError(is_remote=True)
            resource = self._places[place]
        return self._within(resource, unquote(fragment))

    def _within(self, resource: str, fragment: str) -> str:
        """Looks first inside the schema that has its own id, then, as generators expect, in the whole document.

        One place has one pointer, however its `~` are escaped: it is read once.
        """
        if fragment and not fragment.startswith("/"):
            found = self._anchors.get((resource, fragment)) or self._anchors.get(("", fragment))
            if found is None:
                raise UnresolvedError
            return found
        for pointer in (resource + fragment, fragment):
            if _is_schema_at(self._document, pointer):
                return canonical_pointer(pointer)
        raise UnresolvedError

    def _note(self, pointer: str, schema: dict[str, Any]) -> None:
        name = schema.get(self._id)
        if isinstance(name, str):
            self._note_id(pointer, name)
        for key in ("$anchor", "$dynamicAnchor"):
            if isinstance(schema.get(key), str):
                self._anchors.setdefault((self._resource_of(pointer), schema[key]), pointer)

    def _note_id(self, pointer: str, name: str) -> None:
        try:
            place, anchor = urldefrag(urljoin(self._bases[self._resource_of(pointer)], name))
        except ValueError:
            return
        if name.startswith("#"):
            self._anchors.setdefault((self._resource_of(pointer), anchor), pointer)
        else:
            self._bases[pointer] = place
            self._places.setdefault(place, pointer)

    def _resource_of(self, pointer: str) -> str:
        while pointer not in self._bases:
            pointer = pointer.rpartition("/")[0]
        return pointer


def subschemas(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Every schema in the document with its pointer, outer ones first."""
    found: list[tuple[str, dict[str, Any]]] = []
    pending: list[tuple[str, Any]] = [("", document)]
    while pending:
        pointer, schema = pending.pop()
        if isinstance(schema, dict):
            found.append((pointer, schema))
            for key, value in schema.items():
                pending += _below(key, value, child(pointer, key))
    return found


def _below(key: str, value: Any, here: str) -> list[tuple[str, Any]]:
    if key in _MAPS and isinstance(value, dict):
        return [(child(here, name), inner) for name, inner in value.items()]
    if key in _PLACES and isinstance(value, list):
        return [(child(here, index), inner) for index, inner in enumerate(value)]
    return [(here, value)] if key in _PLACES else []


def _is_schema_at(document: Any, pointer: str) -> bool:
    """Whether the place holds a schema, not data such as a default."""
    is_name = False
    for token in tokens(pointer):
        if not is_name and token in DATA:
            return False
        is_name = not is_name and token in _MAPS
    return not is_name and find(document, pointer) is not ABSENT
