"""What does the reviewer's form consist of? A tree of nodes that templates show and `reading` fills.

Names: `payload` + path for a value, `state` + path for its state, `rows` + path for a list's rows. A path is the
JSON pointer with each step percent-encoded (browsers rewrite line ends and quotes in names). A row's step is an id
that stays when rows above it are removed, so each row keeps its original.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from approvals.payload import display
from approvals.payload.display import Shown
from approvals.payload.labels import Label
from approvals.payload.pointers import ABSENT

VALUE, LEFT_OUT, NULL = "value", "absent", "null"
STATE_LABELS = {VALUE: _("Included"), LEFT_OUT: _("Left out"), NULL: _("Null")}
ALTERNATIVE = "/="
"""Before the number of an alternative in a path; no key can be so: in a path an equals sign is percent-encoded."""
CHOSEN, UNLESS_FILLED = "-chosen", "-unless-filled"
"""Endings of a posted state. A state that the reviewer left as it was, or one with UNLESS_FILLED, gives way to what
they typed; a state with CHOSEN holds whatever they typed."""

_STATE_NOTES = {LEFT_OUT: display.LEFT_OUT, NULL: display.NULL}
_TAKE_OUT = {LEFT_OUT: _("Leave out"), NULL: _("Set to null")}


def step(key: str | int) -> str:
    """One step of a path."""
    return "/" + quote(str(key).replace("~", "~0").replace("/", "~1"), safe="~")


class Option(NamedTuple):
    """An option of a select: the text that is posted, the label, and the JSON value."""

    posted: str
    label: str
    value: Any = None


@dataclass(kw_only=True, eq=False)
class Node:
    """`base` is the value that the form started from, or ABSENT; `errors` are sentences shown beside it."""

    template: ClassVar[str]
    read_template: ClassVar[str] = "approvals/payload/_read_value.html"
    pointer: str
    path: str
    label: str
    key: str = ""
    """Shown beside the label if the label does not show it exactly."""
    base: Any
    description: str = ""
    is_required: bool = True
    states: tuple[str, ...] = (VALUE,)
    state: str = VALUE
    hints: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    is_touched: bool = False
    is_filled: bool = False
    """Whether something was typed into it or its children, whatever its state."""
    is_row: bool = False
    """A row of a list is never left out: it is removed."""
    base_state: str = field(init=False)
    """The state that the form started from."""

    def __post_init__(self) -> None:
        self.base_state = self.state

    @property
    def name(self) -> str:
        return f"payload{self.path}"

    @property
    def target(self) -> str:
        """The id of the element that gets the focus."""
        return self.name

    @property
    def state_name(self) -> str:
        return f"state{self.path}"

    @property
    def spoken_label(self) -> str:
        """The label as plain text, for places without markup."""
        return Label(self.label, self.key).spoken

    @property
    def type_mark(self) -> str:
        """The value's type, if a reader could take the text for a value of another type."""
        return ""

    @property
    def hint_id(self) -> str:
        return f"hint{self.path}" if self.hints or self.description else ""

    @property
    def error_id(self) -> str:
        return f"error{self.path}" if self.errors else ""

    @property
    def described_by(self) -> str:
        return " ".join(filter(None, (self.hint_id, self.error_id)))

    @property
    def state_choices(self) -> list[Option]:
        """The states to choose from; empty if there is only one."""
        if len(self.states) == 1:
            return []
        return [Option(self._posted_state(state), str(STATE_LABELS[state]), state) for state in self.states]

    @property
    def toggle(self) -> Option | None:
        """The one state that a tick gives the field; without the tick the field is as typed, or as it was.

        None where a tick would say nothing: a number comes in by being typed.
        """
        if len(self.states) != 2:
            return None
        unposted = VALUE if self.is_filled else self.base_state
        other = next(state for state in self.states if state != unposted)
        label = self.blank if other == VALUE else str(_TAKE_OUT[other])
        return Option(self._posted_state(other), label, other) if label else None

    @property
    def is_toggled(self) -> bool:
        return self.toggle is not None and self.toggle.value == self.state

    @property
    def radios(self) -> list[Option]:
        """The states to choose from where there are more than two."""
        return self.state_choices if len(self.states) > 2 else []

    @property
    def blank(self) -> str:
        """What a field is called that is there with nothing in it; "" if it cannot be."""
        return ""

    @property
    def emptiness(self) -> str:
        """What stands instead of the value of a field that is there with nothing in it."""
        return ""

    @property
    def seen(self) -> Shown:
        """The value to read, where it is read as one text or note."""
        if self.state != VALUE:
            return Shown(note=str(_STATE_NOTES[self.state]))
        return Shown(note=self.emptiness)

    @property
    def is_missing(self) -> bool:
        """Whether it is an optional field that the value lacks: it stands apart, out of the way."""
        return self.base is ABSENT and self.state == LEFT_OUT and not self.is_row

    @property
    def is_open(self) -> bool:
        """Whether it is shown to be edited at once: it was edited, or something is wrong with it."""
        return bool(self.errors) or self.is_touched or self.is_filled

    def _posted_state(self, state: str) -> str:
        """How an option is posted, so that a fresh form, built from `base`, reads it alike."""
        if state == VALUE:
            return state
        if state == self.state:
            return state if state == self.base_state else state + UNLESS_FILLED
        return state + CHOSEN if self.is_touched else state

    def reset(self) -> None:
        """Goes back to the start, with all children: a value left out or null keeps nothing that was typed."""
        self.errors.clear()
        for node in self.children:
            node.state, node.is_touched, node.is_filled = node.base_state, False, False
            node.reset()

    @property
    def children(self) -> list[Node]:
        return []

    def names(self) -> Iterator[str]:
        """The names that a browser may post for this node, without its children."""
        yield self.name
        yield from [self.state_name] if self.state_choices else []

    def pairs(self) -> Iterator[tuple[str, str]]:
        """What a browser posts for this node as now shown, without its children."""
        if self.radios or self.is_toggled:
            yield self.state_name, self._posted_state(self.state)

    def move_to(self, pointer: str) -> None:
        """Changes the pointer, because rows above the node came or went."""
        for node in self.walk():
            node.pointer = (
                pointer + node.pointer.removeprefix(self.pointer) if node is not self else node.pointer
            )
        self.pointer = pointer

    def walk(self) -> Iterator[Node]:
        yield self
        for node in self.children:
            yield from node.walk()
