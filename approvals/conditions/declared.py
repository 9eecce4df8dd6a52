"""Which fields can a condition read, and of what kind are they? Only the payload's are not known beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from approvals.conditions import kinds
from approvals.tones import Tone
from grants.risk import Risk

EACH = object()
"""In a path: every element of a list."""

Path = tuple[object, ...]
"""A variable's name, then keys, indexes or EACH."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A field's kind. `words` are all its possible texts, where they are known."""

    kind: str
    words: tuple[str, ...] = ()
    may_be_null: bool = False


RISKS = tuple(Risk.values)
TONES = tuple(Tone.values)

_TEXT = Declared(kinds.TEXT)
FIELDS: Mapping[Path, Declared] = {
    ("confidence",): Declared(kinds.NUMBER),
    ("risk",): Declared(kinds.TEXT, RISKS),
    ("workflow",): _TEXT,
    ("agent",): _TEXT,
    ("evidence",): Declared(kinds.LIST),
    ("evidence", EACH): Declared(kinds.OBJECT),
    ("evidence", EACH, "label"): _TEXT,
    ("evidence", EACH, "value"): _TEXT,
    ("evidence", EACH, "tone"): Declared(kinds.TEXT, TONES),
    ("evidence", EACH, "url"): Declared(kinds.TEXT, may_be_null=True),
    ("context",): Declared(kinds.OBJECT),
    ("context", "trigger"): _TEXT,
    ("context", "steps"): Declared(kinds.LIST),
    ("context", "steps", EACH): Declared(kinds.OBJECT),
    ("context", "steps", EACH, "name"): _TEXT,
    ("context", "steps", EACH, "output"): _TEXT,
    ("context", "steps", EACH, "at"): Declared(kinds.TEXT, may_be_null=True),
}


def of(path: Path) -> Declared | None:
    """What is known of a field; None for a field of the payload, and for one that does not exist."""
    return FIELDS.get(_general(path))


def stranger(path: Path) -> tuple[Path, tuple[str, ...]] | None:
    """The path up to its first unknown field, with the fields known there; None if the path is valid."""
    general = _general(path)
    if general[0] == "payload":
        return None
    for length in range(2, len(general) + 1):
        known = tuple(
            step for *above, step in FIELDS if isinstance(step, str) and tuple(above) == general[: length - 1]
        )
        if general[:length] not in FIELDS:
            return path[:length], known
    return None


def _general(path: Path) -> Path:
    """The path with EACH in place of any index."""
    return tuple(EACH if isinstance(step, int) else step for step in path)
