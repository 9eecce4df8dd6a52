"""How does a JSON value read, so that no other value reads the same? For the form and the tables alike."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Any

from approvals import visible
from approvals.payload import labels
from approvals.payload.pointers import ABSENT

TEXT, NUMBER, YES_OR_NO = "text", "number", "yes or no"
LEFT_OUT = "left out"

_NOTES = {"null": "null", '""': "empty text", "[]": "empty list", "{}": "empty group"}
_WORDS = frozenset(("yes", "no", "true", "false", "choose…", LEFT_OUT, *_NOTES.values()))
_NUMBER = re.compile(r"[-+]?[0-9][0-9.,]*(?:e[-+]?[0-9]+)?")
_BRACKETS = frozenset(('""', "[]", "{}"))


@dataclass(frozen=True, slots=True)
class Shown:
    """One value to read: its text, or a note in its stead ("left out", "null", "empty list").

    `mark` names the type where a reader could take the text for a value of another one.
    """

    text: str = ""
    note: str = ""
    mark: str = ""


def shown(value: Any) -> Shown:
    """A text that reads like a number, like yes or no or like JSON is marked as text; so nothing else need be."""
    if value is ABSENT:
        return Shown(note=LEFT_OUT)
    if value is None or value in ("", [], {}):
        return Shown(note=_NOTES[json.dumps(value)])
    if isinstance(value, str):
        return Shown(text=value, mark=TEXT if reads_as_other(value) else "")
    if isinstance(value, bool):
        return Shown(text="Yes" if value else "No")
    return Shown(text=labels.as_json(value))


def sides(before: Any, after: Any) -> tuple[Shown, Shown]:
    """Two values side by side: texts, numbers and truths in each other's place are marked; a difference that no
    eye sees is spelled out."""
    left, right = shown(before), shown(after)
    types = _type(before), _type(after)
    if all(types) and types[0] != types[1]:
        return replace(left, mark=types[0]), replace(right, mark=types[1])
    if is_hidden_difference(before, after):
        return Shown(text=json.dumps(before), mark=TEXT), Shown(text=json.dumps(after), mark=TEXT)
    return left, right


def is_hidden_difference(before: Any, after: Any) -> bool:
    """Whether two texts look alike: they differ in kinds of blanks or line ends, or in how letters are put together."""
    both_texts = isinstance(before, str) and isinstance(after, str) and before and after
    return bool(both_texts) and _looks(before) == _looks(after)


def in_words(value: Any) -> str:
    """The same on one line, where no markup can be: a text that could be taken for another value has its quotes."""
    seen = shown(value)
    if isinstance(value, str) and (seen.mark or value != value.strip() or "\n" in value or "\r" in value):
        return visible.as_text(json.dumps(value, ensure_ascii=False)) if value else seen.note
    if isinstance(value, dict | list):
        return seen.note or labels.as_json(value, indent=None)
    return seen.note or visible.as_text(seen.text)


def reads_as_other(text: str) -> bool:
    """Whether a reader could take the text for a value that is no text."""
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    if plain[:1] + plain[-1:] in _BRACKETS:
        return True
    return plain in _WORDS or bool(_NUMBER.fullmatch(plain))


def _type(value: Any) -> str:
    """The mark of a scalar's type; "" for what its note or its brackets tell."""
    if isinstance(value, bool):
        return YES_OR_NO
    if isinstance(value, int | float):
        return NUMBER
    return TEXT if isinstance(value, str) and value else ""


def _looks(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())
