"""How large may a form grow? In one place, because each bound follows from another, and all from what Django takes.

Whatever the endpoint takes can be reviewed: by fields while they are few, else as one JSON text, which is indented
for people where its post stays within the bound and compact where it would not.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from approvals import strict_json

MAX_LEAVES = 500
"""Above this many values a form is no help, and the payload is shown as JSON only."""
MAX_NAMES = min(1_000, settings.DATA_UPLOAD_MAX_NUMBER_FIELDS) - 100
"""Fields of a form; the page has some of its own. More would be refused, or take a browser long to draw."""
MAX_ROWS = 500
"""Rows of one list."""
MAX_JSON_BYTES = 6 * strict_json.MAX_BYTES
"""Of a text typed as JSON. Indentation takes room, and U+007F, a byte that nobody sees, is shown as six."""

_COMMENT = 64 * 1024
"""Of a post: for all that is not the payload."""
_DRAWN = 3 * strict_json.MAX_BYTES
"""For the text that an edited form was drawn from, which the page sends along: a byte is three at most."""

MAX_POSTED = settings.DATA_UPLOAD_MAX_MEMORY_SIZE - _COMMENT - _DRAWN
"""Bytes of the payload's fields in a post. Compact JSON takes 8 for each of the payload's at most: %5Cu007f."""

_SENT_AS_THEY_ARE = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-._"


def posted_size(pairs: Iterable[tuple[str, str]]) -> int:
    """Bytes of an urlencoded post at most: a browser sends %0D%0A for a line end, htmx %20 for a blank."""
    return sum(_encoded_size(name) + _encoded_size(text) + 2 for name, text in pairs)


def _encoded_size(text: str) -> int:
    sent = text.encode()
    return len(sent) + 2 * len(sent.translate(None, _SENT_AS_THEY_ARE)) + 3 * sent.count(b"\n")
