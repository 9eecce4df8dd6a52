"""What is a field called? Beside a title from the agent the page shows the key that the agent receives."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from approvals import visible
from approvals.payload.bounds import MAX_POSTED, posted_size
from audit.invisible import is_invisible

_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*")
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_")

_ABBREVIATIONS = {
    word.lower(): word for word in ("API", "DNS", "IBAN", "ID", "IP", "SKU", "TTL", "URI", "URL", "VAT")
}


@dataclass(frozen=True, slots=True)
class Label:
    """`words` are for people; `key` is set if they do not show the key exactly, else ""."""

    words: str
    key: str = ""

    @property
    def spoken(self) -> str:
        """Words and key as plain text, for places without markup."""
        return visible.as_text(f"{self.words} ({self.key})" if self.key else self.words)


NO_LABEL = Label("")


def labels(schemas: Mapping[str, Any]) -> dict[str, Label]:
    """The labels of one object's fields, by key; each of `schemas` is unwrapped, or None.

    The key is left out only if the words are made from it and no other field's words look alike.
    """
    words = {key: _words(key, schema) for key, schema in schemas.items()}
    count = Counter(map(_looks, words.values()))
    return {
        key: Label(text, "" if text == humanised(key) and count[_looks(text)] == 1 else _exact(key))
        for key, text in words.items()
    }


def humanised(key: str) -> str:
    """An identifier in words, as in a sentence: `Unit price`, `User ID`; any other key unchanged."""
    if not _IDENTIFIER.fullmatch(key):
        return key or _("(no name)")
    first, *rest = (_ABBREVIATIONS.get(word.lower(), word) for word in _WORD_START.sub(" ", key).split())
    return " ".join([first[:1].upper() + first[1:], *map(_within_sentence, rest)])


def _within_sentence(word: str) -> str:
    """`Price` becomes `price`; `VAT` and `iPhone` stay."""
    return word.lower() if word[1:].islower() else word


def as_json(value: Any, *, indent: int | None = 2) -> str:
    """JSON to read: invisible characters are written as escapes.

    The indentation shrinks, down to none, until a page can post the text back: at 30 levels each number of a list
    has 60 spaces before it.
    """
    for spaces in [*range(indent, -1, -1)] if indent is not None else []:
        text = _revealed(json.dumps(value, ensure_ascii=False, allow_nan=False, indent=spaces))
        if posted_size([("", text)]) <= MAX_POSTED:
            return text
    separators = None if indent is None else (",", ":")
    return _revealed(json.dumps(value, ensure_ascii=False, allow_nan=False, separators=separators))


def _revealed(text: str) -> str:
    hidden = {mark for mark in set(text) if mark != "\n" and is_invisible(mark)}
    return text.translate({ord(mark): json.dumps(mark)[1:-1] for mark in hidden}) if hidden else text


def _words(key: str, schema: Any) -> str:
    title = schema.get("title") if isinstance(schema, dict) else None
    return title if isinstance(title, str) and title.strip() else humanised(key)


def _looks(words: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", words).casefold().split())


def _exact(key: str) -> str:
    """The key; in quotes if its ends would be invisible or look like quotes themselves."""
    is_plain = key and key == " ".join(key.split()) and not key.startswith('"')
    return key if is_plain else json.dumps(key, ensure_ascii=False)
