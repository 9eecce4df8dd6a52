"""What would a person say has changed? One row for each place, prose word by word."""

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
    """`words` is there when both sides are prose: ("same" | "del" | "ins", text) in reading order."""

    pointer: str
    path: list[Label]
    before: Shown
    after: Shown
    words: list[tuple[Op, str]] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The path where no markup can be."""
        return " / ".join(part.spoken for part in self.path)


def comparison(old: Any, new: Any, schema: Any = None) -> list[Change]:
    """Empty where both are the same JSON. Positions in labels count from 1."""
    paths = Paths(old, new, compiled(schema).schema if schema else None)
    allowance = Allowance()
    return [_change_of(step, paths, allowance) for step in differences(old, new)]


def _change_of(step: Difference, paths: Paths, allowance: Allowance) -> Change:
    before, after = display.sides(step.before, step.after)
    is_hidden = display.is_hidden_difference(step.before, step.after)
    words = [] if is_hidden else _words(step.before, step.after, allowance)
    return Change(step.pointer, paths.path(step.pointer), before, after, words)


def _words(before: Any, after: Any, allowance: Allowance) -> list[tuple[Op, str]]:
    """Word by word; too different for that: line by line; else one whole for the other."""
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
    """A blank kept between two changed words belongs to the change."""
    listed = list(pieces)
    for index, (op, text) in enumerate(listed):
        is_island = op == "same" and text.isspace() and "\n" not in text and 0 < index < len(listed) - 1
        if is_island:
            yield "del", text
            yield "ins", text
        else:
            yield op, text


def _joined(pieces: Iterator[tuple[Op, str]]) -> Iterator[tuple[Op, str]]:
    """Within one change, everything deleted first and everything inserted after it."""
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
