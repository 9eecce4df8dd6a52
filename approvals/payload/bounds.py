"""How large may a form grow? Each bound follows from another, and all of them from what Django accepts.

Every payload that the endpoint accepts can be reviewed: as fields while there are few, otherwise as one JSON text.
The text is indented if its post stays within the bound, else compact.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from approvals import strict_json

MAX_LEAVES = 500
"""Above this many values a form is no help, so the payload is shown as JSON only."""
MAX_NAMES = min(1_000, settings.DATA_UPLOAD_MAX_NUMBER_FIELDS) - 100
"""Fields of a form, beside the page's own. Django would refuse more, and browsers would be slow to draw them."""
MAX_ROWS = 500
"""Rows of one list."""
MAX_JSON_BYTES = 6 * strict_json.MAX_BYTES
"""Of a text typed as JSON. Indentation takes space, and the invisible U+007F, one byte, is shown as six."""

_COMMENT = 64 * 1024
"""Bytes of a post for everything but the payload."""
_DRAWN = 3 * strict_json.MAX_BYTES
"""Bytes for the text that an edited form was drawn from, which the page sends along: three for each byte."""

MAX_POSTED = settings.DATA_UPLOAD_MAX_MEMORY_SIZE - _COMMENT - _DRAWN
"""Bytes of the payload's fields in a post. Compact JSON takes at most 8 for each byte of the payload: %5Cu007f."""

_SENT_AS_THEY_ARE = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-._"


def posted_size(pairs: Iterable[tuple[str, str]]) -> int:
    """An upper bound on the bytes of a urlencoded post: browsers send %0D%0A for a line end, htmx %20 for a space."""
    return sum(_encoded_size(name) + _encoded_size(text) + 2 for name, text in pairs)


def _encoded_size(text: str) -> int:
    sent = text.encode()
    return len(sent) + 2 * len(sent.translate(None, _SENT_AS_THEY_ARE)) + 3 * sent.count(b"\n")
