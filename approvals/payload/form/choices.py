"""Which values does a schema offer to choose from, and which titles did the agent give them?

A schema writes them as `enum`, as `const`, or as alternatives that are each one constant with a title.
"""

from __future__ import annotations

from typing import Any

from approvals.payload.canonical import canonical
from approvals.payload.schema.dialects import ANNOTATIONS
from approvals.payload.schema.dialects import TITLES as _TITLES

TITLES, _TITLES_ELSEWHERE = _TITLES


def members(schema: dict[str, Any]) -> list[Any]:
    return [schema["const"]] if "const" in schema else list(schema["enum"])


def titles(schema: dict[str, Any]) -> list[str]:
    """One title for each member; "" if the agent gave none."""
    count = len(members(schema))
    given = schema.get(TITLES, schema.get(_TITLES_ELSEWHERE))
    if not isinstance(given, list) or len(given) != count:
        return [""] * count
    return [title if isinstance(title, str) else "" for title in given]


def as_enum(schema: dict[str, Any]) -> dict[str, Any]:
    """Turns alternatives that are constants into an `enum` with titles; returns any other schema unchanged."""
    for key in ("oneOf", "anyOf"):
        pairs = [pair for branch in schema.get(key, ()) for pair in _constants(branch)]
        is_clear = len({canonical(member) for member, _ in pairs}) == len(pairs)
        if schema.get(key) and all(map(_constants, schema[key])) and is_clear and "enum" not in schema:
            rest = {name: value for name, value in schema.items() if name not in {key, _TITLES_ELSEWHERE}}
            found, named = zip(*pairs, strict=True)
            return {**rest, "enum": list(found), TITLES: list(named)}
    return schema


def without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without null in its `enum`: null is a state of the field, not an option."""
    kept = [pair for pair in zip(schema["enum"], titles(schema), strict=True) if pair[0] is not None]
    return {**schema, "enum": [member for member, _ in kept], TITLES: [title for _, title in kept]}


def _constants(branch: Any) -> list[tuple[Any, str]]:
    """The constants of a branch, with their titles; [] if it says anything else."""
    if branch == {"type": "null"}:
        return [(None, "")]
    if not isinstance(branch, dict) or branch.keys() - ANNOTATIONS - {"type", "const", "enum", TITLES}:
        return []
    if "const" in branch:
        title = branch.get("title")
        return [(branch["const"], title if isinstance(title, str) else "")]
    return list(zip(branch["enum"], titles(branch), strict=True)) if "enum" in branch else []
