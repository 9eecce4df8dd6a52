"""How is a JSON value shown so that nobody takes it for another one? For the form and the tables."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from approvals import visible
from approvals.payload import instants, labels
from approvals.payload.pointers import ABSENT

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

TEXT, NUMBER = pgettext_lazy("type of a value", "text"), pgettext_lazy("type of a value", "number")
YES_OR_NO, LIST = pgettext_lazy("type of a value", "yes or no"), pgettext_lazy("type of a value", "list")
LEFT_OUT = _("left out")
NULL = _("null")
EMPTY_TEXT = _("empty text")
EMPTY_LIST = _("empty list")
EMPTY_GROUP = _("empty group")

_NOTES = {"null": NULL, '""': EMPTY_TEXT, "[]": EMPTY_LIST, "{}": EMPTY_GROUP}
_JSON_WORDS = ("true", "false", "null")
_NUMBER = re.compile(r"[-+]?[0-9][0-9.,]*(?:e[-+]?[0-9]+)?")
_BRACKETS = frozenset(('""', "[]", "{}"))


@dataclass(frozen=True, slots=True)
class Shown:
    """One value to read: its text, or a note instead ("left out", "null", "empty list").

    `mark` names the type if a reader could take the text for a value of another type. `gloss` says beside the text
    what it is to the person who reads: a moment on their clocks, an amount of cents in whole units. `exact` is the
    value as it is in the payload, where the text is written for people.
    """

    text: str = ""
    note: str = ""
    mark: str = ""
    gloss: str = ""
    exact: str = ""


def shown(value: Any) -> Shown:
    """A text that looks like a number, yes or no, or JSON is marked as text, so other types need no mark."""
    if value is ABSENT:
        return Shown(note=str(LEFT_OUT))
    if value is None or value in ("", [], {}):
        return Shown(note=str(_NOTES[json.dumps(value)]))
    if isinstance(value, str):
        mark = str(TEXT) if reads_as_other(value) else ""
        return Shown(text=value, mark=mark, gloss=instants.in_readers_zone(value))
    if isinstance(value, bool):
        return Shown(text=gettext("Yes") if value else gettext("No"))
    if _is_plain_list(value):
        return Shown(text="\n".join(value), mark=str(LIST))
    return Shown(text=labels.as_json(value))


def _is_plain_list(value: Any) -> bool:
    """Whether each entry is a text that stands on a line of its own and can be taken for nothing else."""
    return isinstance(value, list) and all(
        isinstance(entry, str)
        and entry
        and entry == entry.strip()
        and len(entry.splitlines()) == 1
        and not visible.has_invisible(entry)
        and not reads_as_other(entry)
        for entry in value
    )


def sides(before: Any, after: Any) -> tuple[Shown, Shown]:
    """Two values side by side: a change of type is marked, and an invisible difference is written as JSON escapes."""
    left, right = shown(before), shown(after)
    types = _type(before), _type(after)
    if all(types) and types[0] is not types[1]:
        return replace(left, mark=str(types[0])), replace(right, mark=str(types[1]))
    if is_hidden_difference(before, after):
        return Shown(text=json.dumps(before), mark=str(TEXT)), Shown(text=json.dumps(after), mark=str(TEXT))
    return left, right


def is_hidden_difference(before: Any, after: Any) -> bool:
    """Whether two texts look alike: only spaces, line ends or the composition of letters differ."""
    both_texts = isinstance(before, str) and isinstance(after, str) and before and after
    return bool(both_texts) and _looks(before) == _looks(after)


def in_words(value: Any) -> str:
    """A value on one line of plain text. A text is quoted if a reader could take it for another value."""
    seen = shown(value)
    if isinstance(value, str) and (seen.mark or value != value.strip() or "\n" in value or "\r" in value):
        return visible.as_text(json.dumps(value, ensure_ascii=False)) if value else seen.note
    if isinstance(value, dict | list):
        return seen.note or labels.as_json(value, indent=None)
    return seen.note or visible.as_text(seen.text)


def reads_as_other(text: str) -> bool:
    """Whether a reader could take the text for a value of another type."""
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    if plain[:1] + plain[-1:] in _BRACKETS:
        return True
    return plain in _words(get_language()) or bool(_NUMBER.fullmatch(plain))


@lru_cache(maxsize=8)
def _words(_language: str | None) -> frozenset[str]:
    """How the page writes other values than texts, in its reader's language."""
    written = [gettext("Yes"), gettext("No"), gettext("Choose…"), str(LEFT_OUT), *map(str, _NOTES.values())]
    return frozenset(word.casefold() for word in (*_JSON_WORDS, *written))


def _type(value: Any) -> StrPromise | None:
    """The mark of a scalar's type; None if its note or brackets show the type already."""
    if isinstance(value, bool):
        return YES_OR_NO
    if isinstance(value, int | float):
        return NUMBER
    return TEXT if isinstance(value, str) and value else None


def _looks(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())
