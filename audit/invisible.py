"""Which characters does nobody see? Pages and terminals show them as escapes."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_VISIBLE_FORMAT = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
"""Format characters that have a shape of their own: Arabic number signs and their like."""
BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U0001d159")
"""Letters, marks and symbols that draw nothing."""


@lru_cache(maxsize=4096)
def is_invisible(mark: str) -> bool:
    """True for a character that draws nothing or controls how others are drawn, whatever its neighbours."""
    if mark in "\n\t" or mark in _VISIBLE_FORMAT:
        return False
    if mark in BLANK_LETTERS or 0xFE00 <= ord(mark) <= 0xFE0F or 0xE0000 <= ord(mark) <= 0xE0FFF:
        return True
    if 0x180B <= ord(mark) <= 0x180F:
        return True
    return unicodedata.category(mark) in {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}


def on_one_line(text: str) -> str:
    r"""For a terminal or a file of lines: what nobody sees, line ends too, is written as `\\u202e`."""
    return "".join(_escaped(mark) if mark in "\n\t" or is_invisible(mark) else mark for mark in text)


def _escaped(mark: str) -> str:
    code = ord(mark)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
