"""Is the payload a list of records, to be read as a table?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from approvals.payload import labels
from approvals.payload.display import Shown, shown
from approvals.payload.labels import Label
from approvals.payload.pointers import ABSENT
from approvals.payload.renderers.fields import Fields, Unfit

MOST_COLUMNS = 12
MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class Records:
    """The first rows, and how many there are in all."""

    name: Label
    columns: list[Label]
    rows: list[list[Shown]]
    count: int

    @property
    def left_out(self) -> int:
        return self.count - len(self.rows)


def read(fields: Fields) -> Records:
    """Raises Unfit unless exactly one field is a list of flat objects, with few enough columns."""
    found = [(key, value) for key, value in fields.items() if _is_table(value)]
    if len(found) != 1:
        raise Unfit
    key, rows = found[0]
    fields.take_key(key)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    if not 0 < len(columns) <= MOST_COLUMNS:
        raise Unfit
    named = labels.labels(dict.fromkeys(columns))
    return Records(
        name=labels.labels({key: None})[key],
        columns=[named[column] for column in columns],
        rows=[[shown(row.get(column, ABSENT)) for column in columns] for row in rows[:MOST_ROWS]],
        count=len(rows),
    )


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 1 and all(map(_is_flat, value))


def _is_flat(row: Any) -> bool:
    return isinstance(row, dict) and not any(isinstance(cell, dict | list) for cell in row.values())
