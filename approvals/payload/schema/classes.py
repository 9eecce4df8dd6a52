"""Which characters does a part of an ECMA-262 pattern match? Written out for RE2 and for `regex`."""

from __future__ import annotations

import re

_DIGITS = [(0x30, 0x39)]
_WORD = [(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)]
_SPACE = [
    (0x09, 0x0D), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A),
    (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF),
]  # fmt: skip
_LINE_ENDS = [(0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029)]
_LAST = 0x10FFFF
Ranges = list[tuple[int, int]]

_CONTROLS = {"t": 0x09, "n": 0x0A, "v": 0x0B, "f": 0x0C, "r": 0x0D, "0": 0x00}
_CODE_POINT = re.compile(
    r"\\(?:u\{(?P<braced>[0-9A-Fa-f]{1,6})\}|u(?P<four>[0-9A-Fa-f]{4})|x\{(?P<long>[0-9A-Fa-f]{1,6})\}"
    r"|x(?P<two>[0-9A-Fa-f]{2})|c(?P<control>[A-Za-z]))"
)
_LOW_HALF = re.compile(r"\\u([dD][c-fC-F][0-9A-Fa-f]{2})")
_PROPERTY = re.compile(
    r"\\(?P<sign>[pP])(?:\{(?:(?:General_Category|gc|Script|sc)=)?(?P<name>[A-Za-z_]{1,40})\}|(?P<letter>[A-Z]))"
)
_CATEGORIES = {
    "Letter": "L", "Lowercase_Letter": "Ll", "Uppercase_Letter": "Lu", "Titlecase_Letter": "Lt", "Mark": "M",
    "Number": "N", "Decimal_Number": "Nd", "Punctuation": "P", "Symbol": "S", "Separator": "Z", "Other": "C",
}  # fmt: skip


class UntranslatableError(ValueError):
    """The pattern is invalid, or the engine cannot run it; the message says which."""


def ranges_of(escape: str) -> Ranges | None:
    """The ranges of \\d, \\w, \\s and their opposites; None for any other letter."""
    plain = {"d": _DIGITS, "w": _WORD, "s": _SPACE}.get(escape.lower())
    return plain if plain is None or escape.islower() else opposite(plain)


def opposite(ranges: Ranges) -> Ranges:
    gaps, start = [], 0
    for first, last in ranges:
        if first > start:
            gaps.append((start, first - 1))
        start = last + 1
    return [*gaps, (start, _LAST)]


def code_point(number: int, engine: str) -> str:
    mark = chr(number)
    if mark.isascii() and mark.isalnum():
        return mark
    return f"\\x{{{number:x}}}" if engine == "re2" else f"\\U{number:08x}"


def written(ranges: Ranges, engine: str) -> str:
    """The ranges as written between brackets."""
    return "".join(
        code_point(first, engine) + (f"-{code_point(last, engine)}" if last > first else "")
        for first, last in ranges
    )


DOT = {engine: f"[^{written(_LINE_ENDS, engine)}]" for engine in ("re2", "regex")}
ANYTHING = {engine: f"[{written([(0, _LAST)], engine)}]" for engine in ("re2", "regex")}
NOTHING = {engine: f"[^{written([(0, _LAST)], engine)}]" for engine in ("re2", "regex")}
_A_WORD = f"[{written(_WORD, 'regex')}]"
_EDGES = {
    "\\b": f"(?:(?<={_A_WORD})(?!{_A_WORD})|(?<!{_A_WORD})(?={_A_WORD}))",
    "\\B": f"(?:(?<={_A_WORD})(?={_A_WORD})|(?<!{_A_WORD})(?!{_A_WORD}))",
}
"""Where a word of ASCII letters begins or ends; `regex` would count all letters, or no others anywhere."""


def single(pattern: str, position: int, engine: str) -> tuple[str, int]:
    """Translates one character or class outside brackets; also returns where it ends. Raises UntranslatableError."""
    edge = pattern[position : position + 2]
    if edge in ("\\b", "\\B"):
        return (edge if engine == "re2" else _EDGES[edge]), position + 2
    member, end = _member(pattern, position)
    if isinstance(member, str):
        return member, end
    if len(member) == 1 and member[0][0] == member[0][1]:
        return code_point(member[0][0], engine), end
    return f"[{written(member, engine)}]", end


def bracketed(pattern: str, position: int, engine: str) -> tuple[str, int]:
    """Translates a class in brackets; also returns where it ends. Raises UntranslatableError."""
    is_negated = pattern[position + 1 : position + 2] == "^"
    position += 2 if is_negated else 1
    parts: list[str] = []
    while position < len(pattern) and pattern[position] != "]":
        text, position = _spanned(pattern, position, engine)
        parts.append(text)
    if position >= len(pattern):
        raise UntranslatableError("a bracket is never closed")
    if not parts:
        return (ANYTHING if is_negated else NOTHING)[engine], position + 1
    return f"[{'^' if is_negated else ''}{''.join(parts)}]", position + 1


def _spanned(pattern: str, position: int, engine: str) -> tuple[str, int]:
    """A member of a class, or a range of two of them."""
    first, end = _member(pattern, position, in_class=True)
    is_range = pattern[end : end + 1] == "-" and pattern[end + 1 : end + 2] not in {"", "]"}
    if not is_range or isinstance(first, str):
        return (first if isinstance(first, str) else written(first, engine)), end
    last, after = _member(pattern, end + 1, in_class=True)
    if isinstance(last, str) or len(first) + len(last) > 2 or first[0][0] != first[0][1]:
        return written(first, engine), end  # [\w-.]: the hyphen stands for itself
    if last[0][0] < first[0][0] or last[0][0] != last[0][1]:
        raise UntranslatableError("a range ends before it starts")
    return written([(first[0][0], last[0][1])], engine), after


def _member(pattern: str, position: int, *, in_class: bool = False) -> tuple[Ranges | str, int]:
    """Ranges, or a Unicode property as written; and where it ends. Raises UntranslatableError."""
    mark = pattern[position]
    if mark != "\\":
        return [(ord(mark), ord(mark))], position + 1
    for reader in (_property, _numbered):
        found = reader(pattern, position)
        if found:
            return found
    letter = pattern[position + 1 : position + 2]
    if (ranges := ranges_of(letter) if letter else None) is not None:
        return ranges, position + 2
    number = 0x08 if in_class and letter == "b" else _CONTROLS.get(letter, -1)
    is_octal = letter == "0" and pattern[position + 2 : position + 3].isdigit()
    if number < 0 and letter and not (letter.isascii() and letter.isalnum()):
        number = ord(letter)
    if number < 0 or is_octal:
        raise UntranslatableError(f"\\{letter} has no meaning in ECMA-262")
    return [(number, number)], position + 2


def _property(pattern: str, position: int) -> tuple[str, int] | None:
    match = _PROPERTY.match(pattern, position)
    if match is None:
        return None
    name = match["letter"] or match["name"]
    return f"\\{match['sign']}{{{_CATEGORIES.get(name, name)}}}", match.end()


def _numbered(pattern: str, position: int) -> tuple[Ranges, int] | None:
    match = _CODE_POINT.match(pattern, position)
    if match is None:
        return None
    if match["control"]:
        number = ord(match["control"]) % 32
        return [(number, number)], match.end()
    number, end = int(match["braced"] or match["four"] or match["long"] or match["two"], 16), match.end()
    low = _LOW_HALF.match(pattern, end) if 0xD800 <= number <= 0xDBFF else None
    if low:
        number, end = 0x10000 + ((number - 0xD800) << 10) + int(low[1], 16) - 0xDC00, low.end()
    if 0xD800 <= number <= 0xDFFF or number > _LAST:
        raise UntranslatableError("it contains half of a surrogate pair")
    return [(number, number)], end
