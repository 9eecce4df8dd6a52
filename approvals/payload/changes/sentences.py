"""Does what the agent wrote still say what the payload says? After an edit its sentence may name the old amount."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from approvals.payload import display
from approvals.payload.changes.differences import differences
from approvals.payload.changes.paths import Paths
from approvals.payload.labels import Label
from approvals.payload.schema.compiling import compiled

MOST_CHARACTERS = 80
"""Of a value that a sentence could name; longer ones are prose of their own."""
_FEWEST = 3

_NUMBER = re.compile(r"\d(?:[\d.,'\u2019\u00a0\u202f]*\d)?")
_GROUPED = re.compile(r"\d{1,3}(?:[.,'\u2019\u00a0\u202f]\d{3})+")


@dataclass(frozen=True, slots=True)
class Disagreement:
    """`said` stands in the agent's text, where the payload now has `now` at `path`."""

    path: list[Label]
    said: str
    now: str


def disagreements(text: str, old: Any, new: Any, schema: Any = None) -> list[Disagreement]:
    """The changed values that the text names as they were and not as they are."""
    paths = Paths(old, new, compiled(schema).schema if schema else None)
    found = []
    for step in differences(old, new):
        said = _as_said(text, step.before)
        if said and not _as_said(text, step.after):
            found.append(Disagreement(paths.path(step.pointer), said, display.in_words(step.after)))
    return found


def _as_said(text: str, value: Any) -> str:
    """The value as the text writes it; "" if it does not."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float) or (isinstance(value, str) and _NUMBER.fullmatch(value)):
        meant = set(_readings(value)) if isinstance(value, str) else {Decimal(repr(value))}
        return next((token for token in _NUMBER.findall(text) if not meant.isdisjoint(_readings(token))), "")
    if not isinstance(value, str) or not _FEWEST <= len(value.strip()) <= MOST_CHARACTERS:
        return ""
    words = re.escape(_folded(value.strip()))
    match = re.search(rf"(?<!\w){words}(?!\w)", _folded(text))
    return value.strip() if match else ""


def _readings(token: str) -> Iterator[Decimal]:
    """What digits with separators can mean: 18.450,50 and 18,450.50 are one number, 1.450 may be either of two."""
    marks = [mark for mark in token if not mark.isdigit()]
    last = marks[-1] if marks else ""
    if not marks or _GROUPED.fullmatch(token):
        yield from _decimal(re.sub(r"\D", "", token))
    if last in {".", ","} and marks.count(last) == 1:
        whole, _, fraction = token.rpartition(last)
        yield from _decimal(re.sub(r"\D", "", whole) + "." + fraction)


def _decimal(text: str) -> Iterator[Decimal]:
    try:
        yield Decimal(text)
    except InvalidOperation:
        return


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
