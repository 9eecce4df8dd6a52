"""How is what people write kept, and how long may it be? Browsers post CRLF for a line break; the log holds LF."""

from __future__ import annotations

LONGEST_COMMENT = 4000
"""Characters of what a reviewer writes: a comment, or the sentence on what they checked."""

LONGEST_REASON = 500
"""Characters of why authority is lent, or a request handed on."""


def normalised(text: str) -> str:
    """The text with LF as its only line break, as its author saw it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
