"""Which patterns of a schema does nobody vouch for? Those that no engine takes, or not in the time that there is."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from approvals import strict_json
from approvals.payload.schema.compiling import compiled
from approvals.payload.schema.validation import checked


def unchecked_patterns(schema_source: str, payload_source: Callable[[], str]) -> tuple[str, ...]:
    """Sorted. Both are JSON texts that were accepted; the payload's is asked for where it matters only."""
    unchecked, is_certain = _beforehand(schema_source)
    return unchecked if is_certain else _afterwards(schema_source, payload_source())


@lru_cache(maxsize=128)
def _beforehand(schema_source: str) -> tuple[tuple[str, ...], bool]:
    """Those that are not checked whatever the text, and whether all others are."""
    plan = compiled(strict_json.loads(schema_source) or {})
    return tuple(sorted(plan.unchecked)), plan.is_certain


@lru_cache(maxsize=128)
def _afterwards(schema_source: str, payload_source: str) -> tuple[str, ...]:
    """Once for a payload: what a clock stopped would be tried again with each look at the request."""
    _, unchecked = checked(strict_json.loads(payload_source), strict_json.loads(schema_source))
    return tuple(sorted(unchecked))
