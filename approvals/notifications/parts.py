"""Of which parts does a message consist? Every channel writes these as its receiver reads them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """What every channel sends, in plain text; each writes it as its receiver reads it.

    `id` goes with every attempt, so that a receiver can tell a repetition.
    """

    id: UUID
    headline: str
    sentence: str
    facts: Facts
    url: str
    link: str
    footnote: str


def one_line(text: str) -> str:
    """On one line: under a policy for `*` an agent names the action type, and must not add a header or line with it."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
