"""Which nodes of the form hold others? An object's members by key, a list's rows by id, a choice's alternative."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from approvals.payload import display
from approvals.payload.bounds import MAX_ROWS
from approvals.payload.form.leaves import Input, Leaf
from approvals.payload.form.nodes import VALUE, Node, Option

MOST_COLUMNS = 7
"""Of a table; wider rows are drawn one below the other."""


def _is_any_open(node: Node) -> bool:
    return any(child.is_open or _is_any_open(child) for child in node.children)


@dataclass(kw_only=True, eq=False)
class Group(Node):
    """An object as a fieldset: its members by key, in the payload's order."""

    template: ClassVar[str] = "approvals/payload/_group.html"
    read_template: ClassVar[str] = "approvals/payload/_read_fields.html"
    members: dict[str, Node] = field(default_factory=dict)
    additions: Items | None = None
    """The fields that the reviewer adds; None if the schema allows no others."""
    tags: tuple[str, ...] = ()
    """Of an alternative: the keys whose constants tell it from the others."""

    @property
    def blank(self) -> str:
        return _("Empty group")

    @property
    def emptiness(self) -> str:
        return str(display.EMPTY_GROUP)

    @property
    def present(self) -> list[Node]:
        """The fields that the value has, and those that a reviewer has begun, without what is not drawn."""
        undrawn = self.undrawn
        return [each for each in self.members.values() if not each.is_missing and each not in undrawn]

    @property
    def missing(self) -> list[Node]:
        """The fields that the schema names and the value lacks."""
        return [member for member in self.members.values() if member.is_missing]

    @property
    def undrawn(self) -> list[Node]:
        """The tags that are there: the choice around them says it, and sets them."""
        tags = (self.members.get(key) for key in self.tags)
        return [tag for tag in tags if isinstance(tag, Leaf) and tag.state == VALUE and not tag.errors]

    @property
    def children(self) -> list[Node]:
        return [*self.members.values(), *([self.additions] if self.additions else [])]

    def names(self) -> Iterator[str]:
        yield from [self.state_name] if self.state_choices else []


@dataclass(kw_only=True, eq=False)
class Items(Node):
    """A list of scalars or of objects: rows by id, in order, at most `most`. `new_row` makes an empty row."""

    template: ClassVar[str] = "approvals/payload/_items.html"
    read_template: ClassVar[str] = "approvals/payload/_read_rows.html"
    new_row: Callable[[int], Node]
    most: int = MAX_ROWS
    rows: dict[int, Node] = field(default_factory=dict)
    drawn_rows: dict[int, Node] = field(default_factory=dict)
    """The rows that the form started from."""
    removed_at: int | None = None
    """The position of the row just removed, where the focus goes."""
    moved_to: int | None = None
    """The position of the row just moved."""

    @property
    def blank(self) -> str:
        return _("Empty list")

    @property
    def emptiness(self) -> str:
        return str(display.EMPTY_LIST)

    @property
    def is_open(self) -> bool:
        has_moved = self.removed_at is not None or self.moved_to is not None
        return super().is_open or has_moved or list(self.rows) != list(self.drawn_rows) or _is_any_open(self)

    @property
    def columns(self) -> list[Node]:
        """The fields of a row, for a list whose rows are tables' rows: all have the same short fields, or [].

        A row that lacks a field that another has is no table's row.
        """
        groups = [row for row in self.rows.values() if isinstance(row, Group) and row.state == VALUE]
        if not groups or len(groups) != len(self.rows) or any(group.additions for group in groups):
            return []
        keys = list(groups[0].members)
        is_even = all(list(group.members) == keys for group in groups) and 1 < len(keys) <= MOST_COLUMNS
        cells = [member for group in groups for member in group.members.values()]
        is_plain = all(isinstance(cell, Leaf) and cell.is_short for cell in cells)
        return list(groups[0].members.values()) if is_even and is_plain else []

    @property
    def can_add(self) -> bool:
        return len(self.rows) < self.most

    @property
    def has_parts(self) -> bool:
        """Whether a row is more than one widget."""
        return any(not isinstance(row, Input) for row in self.rows.values())

    @property
    def children(self) -> list[Node]:
        return list(self.rows.values())

    def remove(self, row_id: int) -> None:
        self.removed_at = list(self.rows).index(row_id)
        del self.rows[row_id]
        self.number_rows()

    def move_up(self, row_id: int) -> None:
        """By one. The first stays where it is."""
        order = list(self.rows)
        place = order.index(row_id)
        self.moved_to = max(place - 1, 0)
        order.insert(self.moved_to, order.pop(place))
        self.rows = {each: self.rows[each] for each in order}
        self.number_rows()

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


@dataclass(kw_only=True, eq=False)
class Choice(Node):
    """A value that may take several forms: the form that is `chosen`, and a select of them all.

    `new_member` makes the form of an alternative. Another alternative than the drawn one starts empty, and is shown
    before it can be posted: `is_turned` says that it was just chosen.
    """

    template: ClassVar[str] = "approvals/payload/_choice.html"
    read_template: ClassVar[str] = "approvals/payload/_read_choice.html"
    options: list[Option]
    schemas: tuple[dict[str, Any], ...]
    """The schema of each alternative, whole by itself."""
    chosen: int
    new_member: Callable[[int], Node]
    base_chosen: int = field(init=False)
    member: Node = field(init=False)
    is_turned: bool = False
    left: list[Node] = field(default_factory=list)
    """The other alternatives that were drawn before: what was typed into them goes along, out of sight."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.base_chosen = self.chosen

    def show(self, index: int) -> None:
        self.chosen, self.member = index, self.new_member(index)

    @property
    def choice_name(self) -> str:
        return f"choice{self.path}"

    @property
    def target(self) -> str:
        return self.choice_name

    @property
    def title(self) -> str:
        """What the chosen alternative is called."""
        return self.options[self.chosen].label

    @property
    def group(self) -> Group | None:
        """The member where it is a group: its fields stand in the choice's own fieldset."""
        return self.member if isinstance(self.member, Group) else None

    @property
    def children(self) -> list[Node]:
        return [self.member]

    @property
    def unseen_pairs(self) -> list[tuple[str, str]]:
        """What is posted along without a widget: the tags, and what was typed into other alternatives."""
        tags = self.group.undrawn if self.group else []
        return [*(pair for tag in tags for pair in tag.pairs()), *self.left_pairs]

    @property
    def left_pairs(self) -> list[tuple[str, str]]:
        return [pair for member in self.left for node in member.walk() for pair in node.pairs()]

    def names(self) -> Iterator[str]:
        yield self.choice_name
        yield from [self.state_name] if self.state_choices else []
        yield from (name for member in self.left for node in member.walk() for name in node.names())

    def pairs(self) -> Iterator[tuple[str, str]]:
        yield self.choice_name, str(self.chosen)
        yield from super().pairs()
        yield from self.left_pairs

    def reset(self) -> None:
        self.show(self.base_chosen)
        self.left.clear()
        super().reset()
