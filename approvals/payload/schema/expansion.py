"""What does a schema say once every `$ref` is replaced by what it points to, in draft 2020-12?

The result has no references: a part that refers to itself contains itself, and is followed only as deep as the value
goes. The result is as large as the document, and the cost of checking one value is bounded beforehand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from approvals.exceptions import FieldError
from approvals.payload.pointers import child
from approvals.payload.schema.dialects import ANNOTATIONS, DATA, At, Dialect, Inline, dialect_of, in_2020
from approvals.payload.schema.keywords import Members
from approvals.payload.schema.metaschema import flaws
from approvals.payload.schema.references import References, UnresolvedError

MAX_NODES = 2_000
MAX_VISITS = 5_000
"""Nodes of the whole document once its references are followed, each as often as it applies to a value."""
MAX_COPIED = 20_000
"""Keywords that references repeat, in all of the document."""
MAX_DEPTH = 64
MAX_ERRORS = 20

_BRANCHES = ("allOf", "anyOf", "oneOf")
_SINGLE_BRANCHES = ("not", "if", "then", "else")

Said = dict[str, Any] | bool
"""One schema's own keywords, with `At` for each subschema."""


class UnexpandableError(ValueError):
    """The schema cannot be expanded; `errors` say why, with pointers into the document."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


def expanded(document: dict[str, Any]) -> Any:
    """The document's schema without references. Raises UnexpandableError."""
    return _Expansion(document).root()


def in_place(part: Any) -> Iterator[Any]:
    """The subschemas that apply to the value that this schema applies to."""
    if isinstance(part, dict):
        for key in _BRANCHES:
            yield from part.get(key, ())
        yield from (part[key] for key in _SINGLE_BRANCHES if key in part)
        yield from part.get("dependentSchemas", {}).values()


class _Expansion:
    """Reads every part first, then fills it: a part may be used in another before it is filled."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._dialect = self._dialect_at("", document)
        self._references = References(document, self._dialect)
        self._said: dict[str, Said] = {}
        self._parts: dict[str, Any] = {}
        self._full: set[str] = set()
        self._filling: list[str] = []
        self._costs: dict[int, tuple[int, int]] = {}
        self._visits = 0
        self._copied = 0

    def root(self) -> Any:
        self._read()
        for pointer in self._said:
            self._fill(pointer)
        for pointer in self._said:
            self._cost(self._parts[pointer], pointer, [])
        return self._at("")

    def _read(self) -> None:
        """Reads the root and everything it refers to; the rest of the document is ignored."""
        errors: list[FieldError] = []
        pending = [""]
        while pending and len(errors) < MAX_ERRORS:
            pointer = pending.pop()
            if pointer not in self._said:
                schema = self._references.schema_at(pointer)
                found = [*islice(self._flaws(schema, pointer), MAX_ERRORS)]
                self._said[pointer] = said = True if found else self._in_2020(schema, pointer)
                self._parts[pointer] = {} if isinstance(said, dict) else said
                pending.extend(_places(said))
                errors += found
            if len(self._said) > MAX_NODES:
                raise _too_large("")
        if errors:
            raise UnexpandableError(*errors)

    def _flaws(self, schema: Any, pointer: str) -> Iterator[FieldError]:
        if isinstance(schema, dict):
            self._dialect_at(pointer, schema)
            if "$dynamicRef" in schema and self._dialect.has("$dynamicRef"):
                place = child(pointer, "$dynamicRef")
                yield FieldError(place, "refused_keyword", "is not supported; use $ref with #/$defs/…")
        yield from flaws(schema, pointer, self._dialect)

    def _dialect_at(self, pointer: str, schema: dict[str, Any]) -> Dialect:
        """Raises UnexpandableError for an unknown dialect, or a second one in one document."""
        dialect = dialect_of(schema.get("$schema"))
        is_another = pointer and dialect and dialect.is_said and dialect.year != self._dialect.year
        if dialect is None or is_another:
            sentence = (
                "must name draft-04, -06, -07, 2019-09 or 2020-12 of JSON Schema, one for the whole document"
            )
            raise UnexpandableError(FieldError(child(pointer, "$schema"), "other_dialect", sentence))
        return dialect

    def _in_2020(self, schema: Any, pointer: str) -> Said:
        if isinstance(schema, bool):
            return schema
        said = in_2020(schema, pointer, self._dialect)
        return {key: self._resolved(key, value, pointer) for key, value in said.items()}

    def _resolved(self, key: str, value: Any, pointer: str) -> Any:
        if key == "$ref":
            return At(self._target(value, pointer))
        if isinstance(value, list) and any(isinstance(item, Inline) for item in value):
            return [self._resolved("", item, pointer) for item in value]
        if isinstance(value, Inline):
            return Inline({name: self._resolved(name, inner, pointer) for name, inner in value.items()})
        return Members(value) if key == "enum" else value

    def _target(self, reference: str, pointer: str) -> str:
        try:
            return self._references.target(reference, pointer)
        except UnresolvedError as error:
            code, sentence = "remote_ref", "must point into this document, such as #/$defs/…"
            if not error.is_remote:
                code = "unresolved_ref"
                sentence = f"refers to {json.dumps(reference)}, which is not a schema in this document; use #/$defs/…"
            raise UnexpandableError(FieldError(child(pointer, "$ref"), code, sentence)) from None

    def _fill(self, pointer: str) -> None:
        said = self._said[pointer]
        if isinstance(said, bool) or pointer in self._full:
            return
        if pointer in self._filling:
            raise _recursive(pointer)
        if len(self._filling) >= MAX_DEPTH:
            raise _too_deep(pointer)
        self._filling.append(pointer)
        self._parts[pointer].update(self._assembled(said))
        self._filling.pop()
        self._full.add(pointer)

    def _assembled(self, said: dict[str, Any]) -> dict[str, Any]:
        """Titles beside a `$ref` override the target's; other keywords apply together with the target's."""
        rest = {key: self._value(value) for key, value in said.items() if key != "$ref"}
        if "$ref" not in said:
            return rest
        target = said["$ref"].pointer
        if rest.keys() <= ANNOTATIONS:
            self._fill(target)
            referred = self._parts[target]
            self._copied += len(referred) if isinstance(referred, dict) else 1
            if self._copied > MAX_COPIED:
                raise _too_large("", MAX_COPIED, "keywords")
            return {**(referred if isinstance(referred, dict) else {"allOf": [referred]}), **rest}
        return {**rest, "allOf": [self._at(target), *rest.get("allOf", ())]}

    def _value(self, value: Any) -> Any:
        if isinstance(value, At):
            return self._at(value.pointer)
        if isinstance(value, Inline):
            return self._assembled(value)
        if isinstance(value, list) and any(isinstance(item, At | Inline) for item in value):
            return [self._value(item) for item in value]
        if isinstance(value, dict) and any(isinstance(item, At) for item in value.values()):
            return {name: self._value(item) for name, item in value.items()}
        return value

    def _at(self, pointer: str) -> Any:
        return self._parts[pointer]

    def _cost(self, part: Any, pointer: str, above: list[int]) -> tuple[int, int]:
        """The number of schemas that apply to one value, and of levels they nest."""
        if id(part) in self._costs:
            return self._costs[id(part)]
        if id(part) in above:
            raise _recursive(pointer)
        if len(above) >= MAX_DEPTH:
            raise _too_deep(pointer)
        branches = list(in_place(part))
        self._visits += len(branches)
        if self._visits > MAX_VISITS:
            raise _too_large("", MAX_VISITS)
        inner = [self._cost(each, pointer, [*above, id(part)]) for each in branches]
        cost = 1 + sum(cost for cost, _ in inner), 1 + max((levels for _, levels in inner), default=0)
        if cost[0] > MAX_NODES:
            raise _too_large(pointer)
        if cost[1] > MAX_DEPTH:
            raise _too_deep(pointer)
        self._costs[id(part)] = cost
        return cost


def _places(said: Any) -> Iterator[str]:
    if isinstance(said, At):
        yield said.pointer
    elif isinstance(said, dict | list):
        for inner in _outside_data(said) if isinstance(said, dict) else said:
            if isinstance(inner, At | dict | list):
                yield from _places(inner)


def _outside_data(said: dict[str, Any]) -> Iterator[Any]:
    return (inner for key, inner in said.items() if key not in DATA or isinstance(inner, At))


def _recursive(pointer: str) -> UnexpandableError:
    sentence = "refers to itself without going a level deeper, so no value can be checked against it"
    return UnexpandableError(FieldError(pointer, "recursive_ref", sentence))


def _too_large(pointer: str, most: int = MAX_NODES, what: str = "nodes") -> UnexpandableError:
    sentence = f"has more than {most:,} {what} once its references are followed; make it smaller"
    return UnexpandableError(FieldError(pointer, "schema_too_large", sentence))


def _too_deep(pointer: str) -> UnexpandableError:
    return UnexpandableError(
        FieldError(pointer, "schema_too_deep", f"nests deeper than {MAX_DEPTH} levels; flatten it")
    )
