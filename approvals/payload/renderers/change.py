"""Is the payload a change of code or configuration, and which lines does it take out and put in?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from approvals.payload import labels, sequences
from approvals.payload.pointers import ABSENT
from approvals.payload.renderers.fields import Fields, Unfit

MOST_LINES = 5_000
_CONTEXT = 3
_HUNK = re.compile(r"@@ -[0-9]{1,9}(?:,([0-9]{1,9}))? \+[0-9]{1,9}(?:,([0-9]{1,9}))? @@.*")
_BEFORE = ("before", "old", "oldtext", "oldcontent", "oldvalue", "previous", "original", "oldstring")
_AFTER = ("after", "new", "newtext", "newcontent", "newvalue", "updated", "replacement", "newstring")

Op = Literal["same", "ins", "del", "skip", "head"]
_SIGNS: dict[str, Op] = {"+": "ins", "-": "del", " ": "same"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line; `sign` is what stands before it."""

    op: Op
    text: str

    @property
    def sign(self) -> str:
        return {"ins": "+", "del": "-"}.get(self.op, " ")


@dataclass(frozen=True, slots=True)
class Change:
    """The rows of a unified difference, and how many lines it adds and removes."""

    where: str
    rows: list[Row]

    @property
    def added(self) -> int:
        return sum(row.op == "ins" for row in self.rows)

    @property
    def removed(self) -> int:
        return sum(row.op == "del" for row in self.rows)


def read(fields: Fields) -> Change:
    """From a difference, or from the text before and after. Raises Unfit where there is neither, or both."""
    where = fields.text("path", "file", "filename", "filepath", "key", "setting")
    written = fields.text("diff", "patch", "unifieddiff")
    before, after = fields.take(*_BEFORE), fields.take(*_AFTER)
    if bool(written) == (before is not ABSENT and after is not ABSENT):
        raise Unfit
    rows = list(_parsed(written)) if written else _compared(_lines(before), _lines(after))
    if not any(row.op in ("ins", "del") for row in rows):
        raise Unfit
    return Change(where, rows)


def _lines(value: Any) -> list[str]:
    if not isinstance(value, str | dict | list):
        raise Unfit
    text = value if isinstance(value, str) else labels.as_json(value)
    return _split(text)


def _split(text: str) -> list[str]:
    """Only a line feed ends a line: every other separator stays in its line, in sight."""
    lines = text.split("\n")
    if len(lines) > MOST_LINES:
        raise Unfit
    return lines[:-1] if lines[-1] == "" else lines


def _compared(old: list[str], new: list[str]) -> list[Row]:
    runs = sequences.runs(old, new)
    if runs is None:
        return [Row("del", line) for line in old] + [Row("ins", line) for line in new]
    rows: list[Row] = []
    for place, run in enumerate(runs):
        if run.op == "same":
            rows += _around([old[i] for i in run.old], is_first=place == 0, is_last=place == len(runs) - 1)
        else:
            rows += [Row("del", old[i]) for i in run.old] + [Row("ins", new[i]) for i in run.new]
    return rows


def _around(lines: list[str], *, is_first: bool, is_last: bool) -> list[Row]:
    """Three lines beside each change; what lies between is counted."""
    head, tail = 0 if is_first else _CONTEXT, 0 if is_last else _CONTEXT
    left_out = len(lines) - head - tail
    if left_out <= 1:
        return [Row("same", line) for line in lines]
    rows = [Row("same", line) for line in lines[:head]]
    rows.append(Row("skip", f"{left_out} unchanged lines"))
    return rows + [Row("same", line) for line in lines[len(lines) - tail :]]


def _parsed(text: str) -> Iterator[Row]:
    """A hunk says how many lines it has, so a removed line that starts with "-- " is no heading."""
    old = new = 0
    is_found = False
    for line in _split(text):
        if hunk := _HUNK.fullmatch(line):
            old, new = (int(count) if count else 1 for count in hunk.groups())
            is_found = True
            yield Row("skip", line)
        elif old > 0 or new > 0:
            op = _SIGNS.get(line[:1] or " ")
            if op is None and not line.startswith("\\"):
                raise Unfit
            old, new = old - (op in ("same", "del")), new - (op in ("same", "ins"))
            yield Row(op, line[1:]) if op else Row("head", line)
        else:
            yield Row("head", line)
    if not is_found or old or new:
        raise Unfit
