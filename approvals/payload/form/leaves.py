"""Which nodes of the form hold one value? A scalar's widget, a part as JSON, a value that is locked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from approvals import visible
from approvals.payload import display
from approvals.payload.display import Shown
from approvals.payload.form.dates import in_words
from approvals.payload.form.nodes import LEFT_OUT, NULL, VALUE, Node, Option

SHORT = 32
"""Characters of a label or value that fit half the width of the form."""


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
    zone: str = ""
    """Of a date-time, as it is written."""

    @property
    def input_type(self) -> str:
        """Text for email, number and url too: those types would rewrite or lose what is typed."""
        return {"date": "date", "datetime": "datetime-local"}.get(self.kind, "text")

    @property
    def input_mode(self) -> str:
        return {"email": "email", "uri": "url", "integer": "numeric", "number": "decimal"}.get(self.kind, "")

    @property
    def type_mark(self) -> str:
        if self.is_number:
            return display.NUMBER
        return display.TEXT if not self.options and display.reads_as_other(self.text) else ""

    @property
    def blank(self) -> str:
        return "Empty text" if not self.options and self.kind in {"text", "textarea"} else ""

    @property
    def seen(self) -> Shown:
        if self.state != VALUE:
            return super().seen
        chosen = next((option.label for option in self.options if option.posted == self.text), None)
        if chosen is not None:
            return Shown(text=chosen)
        if not self.text:
            return Shown(note=display.EMPTY_TEXT if self.blank else display.LEFT_OUT)
        if self.kind == "datetime":
            typed = self.text.replace("T", " ", 1)
            clock = typed.removesuffix(":00") if typed.count(":") == 2 else typed
            return Shown(text=f"{clock} {in_words(self.zone)}")
        return Shown(text=self.text)

    @property
    def is_number(self) -> bool:
        return self.kind in {"integer", "number"}

    @property
    def is_short(self) -> bool:
        """Whether it leaves room for another field beside it."""
        return self.kind != "textarea" and max(len(self.text), len(self.label)) <= SHORT

    @property
    def placeholder(self) -> str:
        """Why an input is empty; it disappears when the reviewer types."""
        is_text = not self.is_number
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
    def seen(self) -> Shown:
        return Shown(text=self.text) if self.state == VALUE else super().seen

    @property
    def lines(self) -> int:
        """How tall its text area is."""
        return min(max(self.text.count("\n") + 2, 4), 40)


@dataclass(kw_only=True, eq=False)
class Locked(Node):
    """A value that this edit cannot change; it has no input."""

    template: ClassVar[str] = "approvals/payload/_locked.html"

    @property
    def seen(self) -> Shown:
        return display.shown(self.base)

    @property
    def is_short(self) -> bool:
        return len(self.seen.text) <= SHORT and len(self.label) <= SHORT and "\n" not in self.seen.text

    def names(self) -> Iterator[str]:
        yield from ()
