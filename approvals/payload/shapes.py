"""Are two proposals alike? Those of one agent and action type whose payloads have the same fields of the same types."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from approvals.payload.canonical import canonical

LENGTH = 16
"""Hexadecimal digits."""


def alike(agent_id: UUID, action_type: str, payload: Mapping[str, Any]) -> str:
    """The same for proposals that are alike, whatever their values and however long their lists."""
    described = canonical([str(agent_id), action_type, _shape(payload)])
    return hashlib.sha256(described).hexdigest()[:LENGTH]


def _shape(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _shape(one) for name, one in value.items()}
    if isinstance(value, list):
        shapes = {canonical(one): one for one in map(_shape, value)}
        return [shapes[key] for key in sorted(shapes)]
    return _type(value)


def _type(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):  # which Python takes for a number
        return "boolean"
    return "string" if isinstance(value, str) else "number"
