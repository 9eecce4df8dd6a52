"""How are the lines of what people write kept? Browsers post CRLF for each line break, agents and the log read LF."""

from __future__ import annotations


def normalised(text: str) -> str:
    """The text with LF as its only line break, as its author saw it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
