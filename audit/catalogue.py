"""Which events are there, and what does each say? Every app describes its own in a module `events`.

`docs/audit-events.md` is written from here, and `log.record` refuses events that are not here, so the page is true.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from audit.message import SUBJECT_KINDS, Subject


class UnknownEvent(LookupError):
    """An event, or a field of its data, that the catalogue does not hold."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an event's `data`: what it means, and an example of its value."""

    meaning: str
    example: Any


@dataclass(frozen=True, slots=True)
class EventType:
    """One type of event: the kind of its subject, a sentence on when it is written, and all fields of its `data`."""

    name: str
    about: str
    when: str
    data: Mapping[str, Field] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.about not in SUBJECT_KINDS:
            raise UnknownEvent(f"{self.name} is about {self.about!r}, which is no kind of subject.")


_types: dict[str, EventType] = {}


def add(types: Iterable[EventType]) -> None:
    """Make an app's events known; called once, when the app is ready."""
    _types.update({one.name: one for one in types})


def all_types() -> list[EventType]:
    """Every type of event, by name."""
    return [_types[name] for name in sorted(_types)]


def check(name: str, subject: Subject, data: Mapping[str, Any]) -> None:
    """Raises UnknownEvent unless the type is known, the subject is of its kind, and `data` has exactly its fields."""
    known = _types.get(name)
    if known is None:
        raise UnknownEvent(f"No event is called {name!r}. Describe it in the module `events` of its app.")
    if subject.kind != known.about:
        raise UnknownEvent(f"{name} is about a subject of kind {known.about}, not {subject.kind}.")
    if data.keys() != known.data.keys():
        strange = ", ".join(sorted(data.keys() ^ known.data.keys()))
        raise UnknownEvent(f"{name}: its data and its description differ in {strange}.")
