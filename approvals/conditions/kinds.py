"""What kind of value is this, in a reader's words? Whole and decimal numbers are one kind.

Code compares the constants, and what is stored has them; `in_words` says one in the language of a page.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

TEXT, NUMBER, TRUTH, NULL = _("text"), _("a number"), _("true or false"), "null"
LIST, OBJECT, BYTES = _("a list"), _("an object"), _("bytes")
TIME, DURATION, TYPE = _("a time"), _("a duration"), _("a type")
ANY = _("a value")

_OF_PYTHON = {
    bool: TRUTH,
    int: NUMBER,
    float: NUMBER,
    str: TEXT,
    type(None): NULL,
    list: LIST,
    dict: OBJECT,
    bytes: BYTES,
    datetime: TIME,
    timedelta: DURATION,
}
_OF_CEL = {
    "string": TEXT,
    "int": NUMBER,
    "int64": NUMBER,
    "uint": NUMBER,
    "uint64": NUMBER,
    "double": NUMBER,
    "bool": TRUTH,
    "null_type": NULL,
    "null": NULL,
    "list": LIST,
    "map": OBJECT,
    "bytes": BYTES,
    "timestamp": TIME,
    "google.protobuf.Timestamp": TIME,
    "duration": DURATION,
    "google.protobuf.Duration": DURATION,
    "type": TYPE,
}


def in_words(kind: str | None) -> str:
    """One of these constants for an author, who may read in another language."""
    return gettext(kind or ANY)


def of(value: Any) -> str:
    """The kind of a value that CEL gives to Python."""
    return _OF_PYTHON.get(type(value), TYPE)


def of_cel(name: str) -> str:
    """The kind of a type as CEL names it, such as `int64` or `map(string, dyn)`."""
    return _OF_CEL.get(re.split(r"[(<]", name.strip(), maxsplit=1)[0], ANY)


def of_cel_list(names: str) -> list[str]:
    """The kinds of several types that CEL names, separated by commas."""
    flat = names
    while (inner := re.sub(r"(\w)(\([^()]*\)|<[^<>]*>)", r"\1", flat)) != flat:
        flat = inner
    return [of_cel(name) for name in flat.split(",") if name.strip()]
