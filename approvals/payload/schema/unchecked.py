"""Which patterns of a schema are not checked? Those that no engine can run, or not in time."""

from __future__ import annotations

from collections.abc import Callable

from approvals import strict_json
from approvals.keeping import kept
from approvals.payload.schema.compiling import compiled
from approvals.payload.schema.validation import checked

MOST_KEPT = 8 * 1024 * 1024
"""Bytes of what each of the two functions below keeps, texts included."""


def unchecked_patterns(schema_source: str, payload_source: Callable[[], str]) -> tuple[str, ...]:
    """The patterns, sorted. Both sources are accepted JSON texts; the payload's is read only if it matters."""
    unchecked, is_certain = _beforehand(schema_source)
    return unchecked if is_certain else _afterwards(schema_source, payload_source())


def _bytes_beforehand(_: tuple[tuple[str, ...], bool], schema_source: str) -> int:
    return 2 * len(schema_source)


@kept(most=MOST_KEPT, weight=_bytes_beforehand)
def _beforehand(schema_source: str) -> tuple[tuple[str, ...], bool]:
    """The patterns that are never checked, and whether all others always are."""
    plan = compiled(strict_json.loads(schema_source) or {})
    return tuple(sorted(plan.unchecked)), plan.is_certain


def _bytes_afterwards(_: tuple[str, ...], schema_source: str, payload_source: str) -> int:
    return 2 * (len(schema_source) + len(payload_source))


@kept(most=MOST_KEPT, weight=_bytes_afterwards)
def _afterwards(schema_source: str, payload_source: str) -> tuple[str, ...]:
    """Cached for a payload: each page of the request would try again a pattern that took too long."""
    _, unchecked = checked(strict_json.loads(payload_source), strict_json.loads(schema_source))
    return tuple(sorted(unchecked))
