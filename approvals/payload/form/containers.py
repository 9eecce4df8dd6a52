"""Which nodes of the form hold others? An object's members by key, a list's rows by id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from approvals.payload.bounds import MAX_ROWS
from approvals.payload.form.nodes import VALUE, Node


@dataclass(kw_only=True, eq=False)
class Group(Node):
    """An object as a fieldset: its members by key, in the payload's order."""

    template: ClassVar[str] = "approvals/payload/_group.html"
    members: dict[str, Node] = field(default_factory=dict)
    additions: Items | None = None
    """The fields that the reviewer adds; None if the schema allows no others."""

    @property
    def children(self) -> list[Node]:
        return [*self.members.values(), *([self.additions] if self.additions else [])]

    def names(self) -> Iterator[str]:
        yield from [self.state_name] if self.state_choices else []


@dataclass(kw_only=True, eq=False)
class Items(Node):
    """A list of scalars or of objects: rows by id, in order, at most `most`. `new_row` makes an empty row."""

    template: ClassVar[str] = "approvals/payload/_items.html"
    new_row: Callable[[int], Node]
    most: int = MAX_ROWS
    rows: dict[int, Node] = field(default_factory=dict)
    drawn_rows: dict[int, Node] = field(default_factory=dict)
    """The rows that the form started from."""
    removed_at: int | None = None
    """The position of the row just removed, where the focus goes."""

    @property
    def can_add(self) -> bool:
        return len(self.rows) < self.most

    @property
    def has_groups(self) -> bool:
        return any(isinstance(row, Group) for row in self.rows.values())

    @property
    def children(self) -> list[Node]:
        return list(self.rows.values())

    def number_rows(self) -> None:
        """Labels the rows from 1. Call when rows came or went."""
        for position, row in enumerate(self.rows.values(), start=1):
            row.label, row.key = f"{self.label} {position}", self.key

    @property
    def focused_row(self) -> int | None:
        """The row whose button gets the focus: the row that moved up, or else the last."""
        return None if self.removed_at is None else min(self.removed_at, len(self.rows) - 1)

    @property
    def is_emptied(self) -> bool:
        """Whether the only row was just removed."""
        return self.removed_at is not None and not self.rows

    @property
    def is_empty_list(self) -> bool:
        return self.state == VALUE and not self.rows

    @property
    def type_mark(self) -> str:
        """The mark of its rows, whose labels are hidden."""
        return next(filter(None, (row.type_mark for row in self.rows.values())), "")

    @property
    def rows_name(self) -> str:
        return f"rows{self.path}"

    @property
    def row_ids(self) -> str:
        return " ".join(map(str, self.rows))

    def names(self) -> Iterator[str]:
        yield self.rows_name
        yield from [self.state_name] if self.state_choices else []

    def pairs(self) -> Iterator[tuple[str, str]]:
        yield self.rows_name, self.row_ids
        yield from super().pairs()

    def reset(self) -> None:
        self.rows = dict(self.drawn_rows)
        super().reset()
