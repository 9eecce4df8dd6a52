"""Which nodes of the form hold one value? A scalar's widget, a part as JSON, a value that is locked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from approvals import visible
from approvals.payload import display, instants
from approvals.payload.amounts import Unit
from approvals.payload.display import Shown
from approvals.payload.form import dates
from approvals.payload.form.nodes import LEFT_OUT, NULL, VALUE, Node, Option
from audit import reader
from audit.reader import NoSuchTimeError

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
    picked: str = ""
    """The zone by whose clocks the reviewer enters it, where that is another: its name, such as Europe/Berlin."""
    unit: Unit | None = None
    """What it counts, where it is money."""

    @property
    def zone_name(self) -> str:
        """The name under which a date-time's zone is posted."""
        return f"zone{self.path}"

    @property
    def zones(self) -> list[Option]:
        """The zones that a date-time can be entered in: that of its value first, the reader's, UTC."""
        written = dates.in_words(self.zone)
        others = dict.fromkeys([self.picked, reader.current_zone().key, "UTC"])
        kept = _("%(zone)s, as written") % {"zone": written} if isinstance(self.base, str) else written
        return [Option("", kept), *(Option(name, name) for name in others if name not in ("", written))]

    @property
    def entered_in(self) -> str:
        """The offset that the text in the widget has, as it would be written; "" where it is no time there."""
        if not self.picked:
            return self.zone
        try:
            return dates.offset_at(self.text, self.picked)
        except NoSuchTimeError:
            return ""

    def names(self) -> Iterator[str]:
        yield from super().names()
        yield from [self.zone_name] if self.kind == "datetime" else []

    def pairs(self) -> Iterator[tuple[str, str]]:
        yield from super().pairs()
        yield from [(self.zone_name, self.picked)] if self.kind == "datetime" else []

    def reset(self) -> None:
        self.picked = ""
        super().reset()

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
            return str(display.NUMBER)
        is_ambiguous = not self.options and display.reads_as_other(self.text)
        return str(display.TEXT) if is_ambiguous else ""

    @property
    def blank(self) -> str:
        return _("Empty text") if not self.options and self.kind in {"text", "textarea"} else ""

    @property
    def seen(self) -> Shown:
        if self.state != VALUE:
            return super().seen
        chosen = next((option.label for option in self.options if option.posted == self.text), None)
        if chosen is not None:
            return Shown(text=chosen)
        if not self.text:
            return Shown(note=str(display.EMPTY_TEXT if self.blank else display.LEFT_OUT))
        if self.kind == "datetime":
            zone = self.entered_in
            return _moment(self.text, zone, self.base) if zone else Shown(text=f"{self.text} {self.picked}")
        return as_money(Shown(text=self.text), self.unit, self.text)

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
        if self.state == VALUE:
            return "" if self.is_number else str(display.EMPTY_TEXT)
        return str({LEFT_OUT: display.LEFT_OUT, NULL: display.NULL}[self.state])

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
    unit: Unit | None = None
    """What it counts, where it is money."""

    @property
    def seen(self) -> Shown:
        return as_money(display.shown(self.base), self.unit, self.base)

    @property
    def is_short(self) -> bool:
        return len(self.seen.text) <= SHORT and len(self.label) <= SHORT and "\n" not in self.seen.text

    def names(self) -> Iterator[str]:
        yield from ()


def as_money(plain: Shown, unit: Unit | None, value: Any) -> Shown:
    """An amount is written for people; beside one in cents or the like stands what it is in whole units."""
    written = unit.written(value) if unit else ""
    if not unit or not written:
        return plain
    return replace(plain, gloss=written) if unit.minor else replace(plain, text=written, exact=plain.text)


def _moment(typed: str, zone: str, base: Any) -> Shown:
    """As it is written, and on the reader's clocks where they show another time."""
    local = dates.posted(typed, zone)
    if local is None:
        return Shown(text=f"{typed.replace('T', ' ', 1)} {dates.in_words(zone)}".strip())
    written = dates.parsed(base) if isinstance(base, str) else None
    is_base = (
        written is not None and written.is_same_moment(local) and dates.is_same_offset(written.zone, zone)
    )
    exact = base if is_base else local.written()
    at = instants.instant(exact)
    if at is None:
        return Shown(text=exact)
    clock = (
        local.clock
        if local.second == "00" and not local.milliseconds.strip("0")
        else exact[11:].removesuffix(zone)
    )
    if instants.shares_clocks(at):
        label = reader.zone_label(at.astimezone(reader.current_zone()))
        return Shown(text=f"{reader.day_and_clock(at, clock)} {label}", exact=exact)
    said = f"{reader.day_and_clock(at, clock)} {dates.in_words(zone)}"
    return Shown(text=said, gloss=instants.in_readers_zone(exact), exact=exact)
