"""Does a text have the format that its schema names? Formats missing here are not checked."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]"
    r"(?P<clock>[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]+)?"
    r"(?:[Zz]|[+-](?P<offset>[0-9]{2}:[0-9]{2}))"
)
_NOT_IN_ADDRESS = re.compile(r"[\s\x00-\x1f\x7f<>()\[\]\\,;:\"]")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x1f\x7f<>\"{}|\\^`]+")


def is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_date_time(text: str) -> bool:
    """RFC 3339: with seconds and a zone; a leap second is valid."""
    match = _DATE_TIME.fullmatch(text)
    if not match or not is_date(match["date"]):
        return False
    try:
        time.fromisoformat(re.sub(r":60$", ":59", match["clock"]))
        time.fromisoformat(match["offset"] or "00:00")
    except ValueError:
        return False
    return True


def is_email(text: str) -> bool:
    """One address, letters of any script allowed. It need not exist."""
    local, at, domain = text.rpartition("@")
    if (
        not at
        or not local
        or "@" in local
        or len(local) > 64
        or len(text) > 254
        or _NOT_IN_ADDRESS.search(text)
    ):
        return False
    labels = domain.split(".")
    return all(label and len(label) <= 63 and label[0] != "-" and label[-1] != "-" for label in labels)


def is_uri(text: str) -> bool:
    """Absolute, letters of any script allowed; http and https need a host."""
    if not _URI.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) if parts.scheme in {"http", "https"} else True
    except ValueError:
        return False


CHECKS: dict[str, Callable[[str], bool]] = {
    "date": is_date,
    "date-time": is_date_time,
    "email": is_email,
    "idn-email": is_email,
    "iri": is_uri,
    "uri": is_uri,
}
SENTENCES = {
    "date": _("must be a date such as 2026-04-12"),
    "date-time": _("must be a date and time with a zone, such as 2026-04-12T09:00:00Z"),
    "email": _("must be one e-mail address"),
    "idn-email": _("must be one e-mail address"),
    "iri": _("must be a full address such as https://example.com/page"),
    "uri": _("must be a full address such as https://example.com/page"),
}
