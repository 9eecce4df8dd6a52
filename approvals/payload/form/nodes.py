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

from approvals import visible
from approvals.payload import display
from approvals.payload.display import Shown
from approvals.payload.labels import Label

VALUE, LEFT_OUT, NULL = "value", "absent", "null"
STATE_LABELS = {VALUE: "Included", LEFT_OUT: "Left out", NULL: "Null"}
CHOSEN, UNLESS_FILLED = "-chosen", "-unless-filled"
"""Endings of a posted state. A state that the reviewer left as it was, or one with UNLESS_FILLED, gives way to what
they typed; a state with CHOSEN holds whatever they typed."""


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
    is_row: bool = False
    """A row of a list has no state: it can only be removed."""
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
        return [Option(self._posted_state(state), STATE_LABELS[state], state) for state in self.states]

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
            node.state, node.is_touched = node.base_state, False
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
        yield from [(self.state_name, self._posted_state(self.state))] if self.state_choices else []

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


@dataclass(kw_only=True, eq=False)
class Input(Node):
    """A node to type into. `text` is in the widget now; `shown` was there when the page was rendered."""

    shown: str = ""
    text: str = ""

    def pairs(self) -> Iterator[tuple[str, str]]:
        yield self.name, self.text
        yield from super().pairs()

    def reset(self) -> None:
        self.text = self.shown
        super().reset()


@dataclass(kw_only=True, eq=False)
class Leaf(Input):
    """One scalar."""

    template: ClassVar[str] = "approvals/payload/_leaf.html"
    kind: str
    options: list[Option] = field(default_factory=list)
    step: str = ""

    @property
    def input_type(self) -> str:
        """Text for email, number and url too: those types would rewrite or lose what is typed."""
        return {"date": "date", "datetime": "datetime-local"}.get(self.kind, "text")

    @property
    def input_mode(self) -> str:
        return {"email": "email", "uri": "url", "integer": "numeric", "number": "decimal"}.get(self.kind, "")

    @property
    def type_mark(self) -> str:
        if self.kind in {"integer", "number"}:
            return display.NUMBER
        return display.TEXT if not self.options and display.reads_as_other(self.text) else ""

    @property
    def placeholder(self) -> str:
        """Why an input is empty; it disappears when the reviewer types."""
        is_text = self.kind not in {"integer", "number"}
        return {LEFT_OUT: "left out", NULL: "null", VALUE: "empty text" if is_text else ""}[self.state]

    @property
    def needs_blank(self) -> bool:
        """Whether a select needs an empty option, so that it does not show its first option as chosen."""
        return not self.shown or self.text not in {option.posted for option in self.options}

    @property
    def hidden_text(self) -> str:
        """The text again if the widget hides part of it, else ""."""
        if visible.has_invisible(self.text):
            return self.text
        return self.text if self.kind != "textarea" and self.text != self.text.strip() else ""

    @property
    def warning(self) -> str:
        is_address = self.kind in {"email", "uri"} or (
            len(self.text) < 254 and ("@" in self.text or "://" in self.text)
        )
        is_one_word = not any(mark.isspace() for mark in self.text.strip())
        return (visible.mixed_script(self.text) or "") if is_address and is_one_word else ""


@dataclass(kw_only=True, eq=False)
class JsonLeaf(Input):
    """A part of the payload that no widget can carry, as JSON."""

    template: ClassVar[str] = "approvals/payload/_json.html"

    @property
    def type_mark(self) -> str:
        return "JSON"

    @property
    def lines(self) -> int:
        """How tall its text area is."""
        return min(max(self.text.count("\n") + 2, 4), 40)


@dataclass(kw_only=True, eq=False)
class Locked(Node):
    """A value that this edit cannot change; it has no input."""

    template: ClassVar[str] = "approvals/payload/_locked.html"

    @property
    def side(self) -> Shown:
        return display.shown(self.base)

    def names(self) -> Iterator[str]:
        yield from ()
