"""What has changed, for a person to read? One row for each place; prose is compared word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from approvals.payload import display
from approvals.payload.changes.differences import Difference, differences
from approvals.payload.changes.paths import Paths
from approvals.payload.display import Shown
from approvals.payload.labels import Label
from approvals.payload.schema.compiling import compiled
from approvals.payload.sequences import Allowance, Op, Run, runs

_WORDS = re.compile(r"\s+|\S+")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class Change:
    """`words` is filled if both sides are prose: ("same" | "del" | "ins", text) in reading order."""

    pointer: str
    path: list[Label]
    before: Shown
    after: Shown
    words: list[tuple[Op, str]] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The path as plain text, for places without markup."""
        return " / ".join(part.spoken for part in self.path)

    @property
    def is_prose(self) -> bool:
        """Whether it reads best as one text with what was taken out and put in: some of it stayed."""
        return any(op == "same" and text.strip() for op, text in self.words)


def comparison(old: Any, new: Any, schema: Any = None) -> list[Change]:
    """One row for each difference, none if both are equal JSON. Positions in labels count from 1."""
    paths = Paths(old, new, compiled(schema).schema if schema else None)
    allowance = Allowance()
    return [_change_of(step, paths, allowance) for step in differences(old, new)]


def _change_of(step: Difference, paths: Paths, allowance: Allowance) -> Change:
    before, after = display.sides(step.before, step.after)
    is_hidden = display.is_hidden_difference(step.before, step.after)
    words = [] if is_hidden else _words(step.before, step.after, allowance)
    return Change(step.pointer, paths.path(step.pointer), before, after, words)


def _words(before: Any, after: Any, allowance: Allowance) -> list[tuple[Op, str]]:
    """Word by word; if the texts differ too much, line by line; if still too much, one text for the other."""
    if not (isinstance(before, str) and isinstance(after, str) and before and after):
        return []
    for pattern in (_WORDS, _LINES):
        old, new = pattern.findall(before), pattern.findall(after)
        found = runs(old, new, allowance)
        if found is not None:
            return list(_joined(_without_islands(_pieces(found, old, new))))
    return [("del", before), ("ins", after)]


def _pieces(found: list[Run], old: list[str], new: list[str]) -> Iterator[tuple[Op, str]]:
    for run in found:
        texts = new if run.op == "ins" else old
        span = run.new if run.op == "ins" else run.old
        yield run.op, "".join(texts[span.start : span.stop])


def _without_islands(pieces: Iterator[tuple[Op, str]]) -> Iterator[tuple[Op, str]]:
    """Counts a space between two changed words as part of the change."""
    listed = list(pieces)
    for index, (op, text) in enumerate(listed):
        is_island = op == "same" and text.isspace() and "\n" not in text and 0 < index < len(listed) - 1
        if is_island:
            yield "del", text
            yield "ins", text
        else:
            yield op, text


def _joined(pieces: Iterator[tuple[Op, str]]) -> Iterator[tuple[Op, str]]:
    """Puts, within one change, all deletions before all insertions."""
    gone, come = "", ""
    for op, text in pieces:
        if op == "del":
            gone += text
        elif op == "ins":
            come += text
        else:
            yield from _change(gone, come)
            gone, come = "", ""
            yield op, text
    yield from _change(gone, come)


def _change(gone: str, come: str) -> Iterator[tuple[Op, str]]:
    if gone:
        yield "del", gone
    if come:
        yield "ins", come
