"""Can payloads be validated against this JSON Schema? Its dialect is known, its size bounded, and it is complete."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from approvals.exceptions import FieldError, InvalidInput
from approvals.keeping import kept
from approvals.payload.canonical import canonical, is_deeper
from approvals.payload.schema.allowance import checkable
from approvals.payload.schema.dialects import MANY, NAMED, ONE
from approvals.payload.schema.expansion import MAX_DEPTH, UnexpandableError, expanded

MAX_BYTES = 64 * 1024
MOST_WRITTEN = 6 * MAX_BYTES
"""Characters of its text with \\u escapes, which is looked at before the schema itself is."""
MOST_KEPT = 32 * 1024 * 1024
"""Bytes of compiled schemas in one process."""
_HELD = 48
"""Bytes that a compiled schema takes for a character of its text, at most, besides what references repeat."""
_HELD_BY_KEYWORD = 64
_SEVERAL = MANY | NAMED
UNCHECKED = "$unchecked"
"""Our own keyword: the pattern beside it is never checked."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A schema without references in draft 2020-12, ready to validate.

    `unchecked`: the patterns that no engine can run. `is_certain`: all other patterns are checked on every text.
    `keywords`: how many all its parts have, those that references repeat included.
    """

    schema: dict[str, Any]
    unchecked: frozenset[str]
    is_certain: bool
    keywords: int


def check_schema(schema: Any) -> None:
    """Raises InvalidInput, with pointers into the schema, unless payloads can be validated against it."""
    compiled(schema)


def compiled(schema: Any) -> Compiled:
    """Raises InvalidInput. Cached by the schema's text: an agent sends it with each request."""
    if not isinstance(schema, dict) or is_deeper(schema, MAX_DEPTH):
        raise _refusal([FieldError("", "not_a_schema", f"must be an object of at most {MAX_DEPTH} levels")])
    try:
        text = json.dumps(schema, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError):
        raise _refusal([FieldError("", "not_json", "must be JSON")]) from None
    if len(text) > MOST_WRITTEN:
        raise _too_large(f"more than {MAX_BYTES:,}")
    return _compiled(text)


def _bytes(found: Compiled, text: str) -> int:
    return _HELD * (len(text) + 100) + _HELD_BY_KEYWORD * found.keywords


@kept(most=MOST_KEPT, weight=_bytes)
def _compiled(text: str) -> Compiled:
    schema = json.loads(text)
    size = len(canonical(schema))
    if size > MAX_BYTES:
        raise _too_large(f"{size:,}")
    try:
        root = expanded(schema)
    except UnexpandableError as error:
        raise _refusal(list(error.errors)) from None
    if "object" not in _types(root):
        raise _refusal(
            [FieldError("/type", "not_an_object", "must allow an object, because every payload is one")]
        )
    parts = list(_parts(root))
    patterns = dict.fromkeys(pattern for part in parts for pattern in _patterns(part))
    unchecked, is_certain = checkable(list(patterns), len(parts))
    for part in parts:
        if part.get("pattern") in unchecked:
            part[UNCHECKED] = True
    return Compiled(root, unchecked, is_certain, keywords=sum(map(len, parts)))


def _parts(root: Any) -> Iterator[dict[str, Any]]:
    """The root and every schema below it, each once: the lists and maps of schemas are none themselves."""
    seen: set[int] = set()
    pending = [root]
    while pending:
        part = pending.pop()
        if isinstance(part, dict) and id(part) not in seen:
            seen.add(id(part))
            yield part
            for key, inner in part.items():
                if key in ONE:
                    pending.append(inner)
                elif key in _SEVERAL and id(inner) not in seen:
                    seen.add(id(inner))  # references share it
                    pending.extend(inner if key in MANY else inner.values())


def _patterns(part: dict[str, Any]) -> list[str]:
    return [*([part["pattern"]] if "pattern" in part else []), *part.get("patternProperties", ())]


def _types(schema: Any) -> list[str]:
    types = schema.get("type", "object") if isinstance(schema, dict) else []
    return [types] if isinstance(types, str) else list(types)


def _too_large(size: str) -> InvalidInput:
    return _refusal(
        [FieldError("", "schema_too_large", f"has {size} bytes; at most {MAX_BYTES:,} are accepted")]
    )


def _refusal(errors: list[FieldError]) -> InvalidInput:
    first = errors[0]
    where = f" at {first.pointer}" if first.pointer else ""
    return InvalidInput(f"The payload's schema cannot be used:{where} it {first.message}.", errors)
