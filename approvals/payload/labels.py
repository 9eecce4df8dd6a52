"""What is a field called, and how does a value read? For the form and the table of changes alike."""

from __future__ import annotations

import json
import re
from typing import Any

from approvals import visible
from approvals.payload.pointers import ABSENT

_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*")
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_")


def label(key: str, schema: Any) -> str:
    """The schema's title; else the key in words where it is an identifier; else the key as it stands."""
    title = schema.get("title") if isinstance(schema, dict) else None
    if isinstance(title, str) and title.strip():
        return title
    if not _IDENTIFIER.fullmatch(key):
        return key or "(no name)"
    words = _WORD_START.sub(" ", key)
    return words[:1].upper() + words[1:]


def as_json(value: Any, *, indent: int | None = 2) -> str:
    """JSON that shows what it holds: invisible characters are written as escapes."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
    hidden = {mark for mark in set(text) if mark != "\n" and visible.is_invisible(mark)}
    return text.translate({ord(mark): json.dumps(mark)[1:-1] for mark in hidden}) if hidden else text


def as_text(value: Any) -> str:
    """A value as one reads it beside its label."""
    if value is ABSENT:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return value if isinstance(value, str) else as_json(value)
