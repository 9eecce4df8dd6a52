"""Is the payload a change of code or configuration, and which lines does it take out and put in?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.payload import labels, sequences
from approvals.payload.pointers import ABSENT
from approvals.payload.renderers.fields import Fields, Unfit

MOST_LINES = 5_000
_CONTEXT = 3
_HUNK = re.compile(r"@@ -[0-9]{1,9}(?:,([0-9]{1,9}))? \+[0-9]{1,9}(?:,([0-9]{1,9}))? @@.*")
_BEFORE = ("before", "old", "oldtext", "oldcontent", "oldvalue", "previous", "original", "oldstring")
_AFTER = ("after", "new", "newtext", "newcontent", "newvalue", "updated", "replacement", "newstring")
_EDITS = ("edits", "replacements", "changes")

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
    """From a difference, from the text before and after, or from a list of edits. Raises Unfit unless it is one."""
    where = fields.text("path", "file", "filename", "filepath", "key", "setting")
    written = fields.text("diff", "patch", "unifieddiff")
    before, after, edits = fields.take(*_BEFORE), fields.take(*_AFTER), fields.take(*_EDITS)
    has_sides = before is not ABSENT and after is not ABSENT
    if [bool(written), has_sides, edits is not ABSENT].count(True) != 1:
        raise Unfit
    if written:
        rows = list(_parsed(written))
    else:
        rows = _compared(_lines(before), _lines(after)) if has_sides else list(_edited(edits))
    if not any(row.op in ("ins", "del") for row in rows):
        raise Unfit
    return Change(where, rows)


def _edited(edits: Any) -> Iterator[Row]:
    """Each edit's lines under its number; of an edit whose text is deleted, all of them."""
    if not isinstance(edits, list):
        raise Unfit
    for number, edit in enumerate(edits, start=1):
        if not isinstance(edit, dict) or not all(isinstance(text, str) for text in edit.values()):
            raise Unfit
        one = Fields(edit)
        sides = [one.take(*_BEFORE), one.take(*_AFTER)]
        if one.others() or len(edit) != len(sides):
            raise Unfit
        yield Row("skip", _("Edit %(number)d of %(count)d") % {"number": number, "count": len(edits)})
        yield from _compared(*(_split("" if side is ABSENT else side) for side in sides))


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
    words = ngettext("%(count)d unchanged line", "%(count)d unchanged lines", left_out)
    rows.append(Row("skip", words % {"count": left_out}))
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
