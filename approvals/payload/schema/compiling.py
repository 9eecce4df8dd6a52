"""Can payloads be validated against this JSON Schema? Its dialect is known, its size bounded, and it is complete."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from approvals.exceptions import FieldError, InvalidInput
from approvals.payload.canonical import canonical, is_deeper
from approvals.payload.schema import matching
from approvals.payload.schema.dialects import DATA
from approvals.payload.schema.expansion import MAX_DEPTH, UnexpandableError, expanded

MAX_BYTES = 64 * 1024
MAX_PATTERN_SIZE = 100_000
"""RE2 instructions of all patterns together: they are compiled for every schema that an agent sends."""
UNCHECKED = "$unchecked"
"""Our own keyword: the pattern beside it is never checked."""
REFUSED_PATTERN_SIZE = 15_000
"""What a pattern that RE2 refuses counts for: finding out takes time too."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A schema without references in draft 2020-12, ready to validate.

    `unchecked`: the patterns that no engine can run. `is_certain`: all other patterns are checked on every text.
    """

    schema: dict[str, Any]
    unchecked: frozenset[str]
    is_certain: bool


def check_schema(schema: Any) -> None:
    """Raises InvalidInput, with pointers into the schema, unless payloads can be validated against it."""
    compiled(schema)


def compiled(schema: Any) -> Compiled:
    """Raises InvalidInput. Cached by the schema's text: an agent sends it with each request."""
    if not isinstance(schema, dict) or is_deeper(schema, MAX_DEPTH):
        raise _refusal([FieldError("", "not_a_schema", f"must be an object of at most {MAX_DEPTH} levels")])
    try:
        return _compiled(json.dumps(schema, separators=(",", ":"), allow_nan=False))
    except (TypeError, ValueError):
        raise _refusal([FieldError("", "not_json", "must be JSON")]) from None


@lru_cache(maxsize=128)
def _compiled(text: str) -> Compiled:
    schema = json.loads(text)
    size = len(canonical(schema))
    if size > MAX_BYTES:
        raise _refusal(
            [FieldError("", "schema_too_large", f"has {size:,} bytes; at most {MAX_BYTES:,} are accepted")]
        )
    try:
        root = expanded(schema)
    except UnexpandableError as error:
        raise _refusal(list(error.errors)) from None
    if "object" not in _types(root):
        raise _refusal(
            [FieldError("/type", "not_an_object", "must allow an object, because every payload is one")]
        )
    parts = list(_parts(root))
    unchecked, is_certain = _tried(
        list(dict.fromkeys(pattern for part in parts for pattern in _patterns(part)))
    )
    for part in parts:
        if part.get("pattern") in unchecked:
            part[UNCHECKED] = True
    return Compiled(root, unchecked, is_certain)


def _tried(patterns: list[str]) -> tuple[frozenset[str], bool]:
    """The patterns that are not checked, and whether all others are checked on every text."""
    unchecked, left, is_certain = set(), MAX_PATTERN_SIZE, True
    for pattern in patterns:
        ready = matching.matcher(pattern) if left > 0 else None
        left -= (ready.size or REFUSED_PATTERN_SIZE) if ready else 0
        if ready is None or ready.flaw or left < 0:
            unchecked.add(pattern)
        else:
            is_certain = is_certain and ready.is_certain
    return frozenset(unchecked), is_certain


def _parts(root: Any) -> Iterator[dict[str, Any]]:
    """The root and every schema below it, each once."""
    seen: set[int] = set()
    pending = [root]
    while pending:
        part = pending.pop()
        if isinstance(part, dict | list) and id(part) not in seen:
            seen.add(id(part))
            if isinstance(part, dict):
                yield part
            pending.extend([part[key] for key in part if key not in DATA] if isinstance(part, dict) else part)


def _patterns(part: dict[str, Any]) -> list[str]:
    own = [part["pattern"]] if isinstance(part.get("pattern"), str) else []
    return [*own, *part.get("patternProperties", ())]


def _types(schema: Any) -> list[str]:
    types = schema.get("type", "object") if isinstance(schema, dict) else []
    return [types] if isinstance(types, str) else list(types)


def _refusal(errors: list[FieldError]) -> InvalidInput:
    first = errors[0]
    where = f" at {first.pointer}" if first.pointer else ""
    return InvalidInput(f"The payload's schema cannot be used:{where} it {first.message}.", errors)
