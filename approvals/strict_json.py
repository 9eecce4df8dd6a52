"""Is this text JSON that all parsers read alike? What two parsers could read differently is refused.

The rules are I-JSON's (RFC 7493), so that the RFC 8785 bytes of an accepted text are accepted again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Any

from django.utils.translation import gettext, gettext_lazy

from approvals.exceptions import FieldError, InvalidInput, TooLarge

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_SAFE_INTEGER = 2**53 - 1
MAX_ERRORS = 50

_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SUSPECT_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_HALF_A_PAIR = gettext_lazy("The text contains half of a surrogate pair; send whole characters.")
_SPACES = " \t\n\r"


def loads(text: str | bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Any:
    """The value of a JSON text. Raises TooLarge, or InvalidInput with an error for every place."""
    readable = _decoded(text, max_bytes)
    _refuse_depth(readable, max_depth)
    flaws: list[_Flaw] = []
    value = _parsed(readable, flaws)
    if flaws or _SUSPECT_ESCAPE.search(readable):
        _refuse(list(islice(_flaws_in(value, ()), MAX_ERRORS)))
    return value


def member_text(text: str | bytes, key: str) -> str:
    """The exact source of a top-level member's value, in a text that `loads` accepted.

    Raises KeyError if there is no such member.
    """
    source = text.decode() if isinstance(text, bytes) else text
    decoder = json.JSONDecoder(parse_int=str, parse_float=str)
    position = _after_spaces(source, _after_spaces(source, 0) + 1)
    while source[position : position + 1] == '"':
        name, position = decoder.raw_decode(source, position)
        start = _after_spaces(source, _after_spaces(source, position) + 1)
        _, end = decoder.raw_decode(source, start)
        if name == key:
            return source[start:end]
        position = _after_spaces(source, _after_spaces(source, end) + 1)
    raise KeyError(key)


def number(literal: str) -> int | float:
    """The value of a JSON number literal. Raises InvalidInput with one FieldError at pointer ""."""
    if not _NUMBER.fullmatch(literal):
        message = gettext("Write a number with digits and at most one point, such as 1200 or 0.5.")
        raise InvalidInput.at("", "not_a_number", message)
    read = _float if any(mark in literal for mark in ".eE") else _int
    result = read(literal)
    if isinstance(result, _Flaw):
        raise InvalidInput.at("", result.code, result.message)
    return result


@dataclass(frozen=True, slots=True)
class _Flaw:
    """Marks the place of an invalid value in the parsed tree: its pointer is known only afterwards."""

    code: str
    message: str


def _decoded(text: str | bytes, max_bytes: int) -> str:
    try:
        size = len(text if isinstance(text, bytes) else text.encode())
        readable = text.decode() if isinstance(text, bytes) and size <= max_bytes else text
    except UnicodeDecodeError as error:
        message = gettext("The text is not UTF-8 at byte %(byte)d; send UTF-8.") % {"byte": error.start}
        raise _invalid("not_utf8", message) from None
    except UnicodeEncodeError:
        raise _invalid("lone_surrogate", str(_HALF_A_PAIR)) from None
    if size > max_bytes:
        message = gettext("The JSON has %(size)s bytes; at most %(most)s are accepted.")
        raise TooLarge(message % {"size": f"{size:,}", "most": f"{max_bytes:,}"})
    if readable[:1] == "\ufeff":
        raise _invalid("byte_order_mark", gettext("The text starts with a byte order mark; remove it."))
    return str(readable)


def _refuse_depth(text: str, max_depth: int) -> None:
    """Counts the brackets outside strings: parsing an endless nesting would exhaust the stack."""
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        mark = match.group()
        if mark in "[{":
            depth += 1
            if depth > max_depth:
                message = gettext("The JSON nests deeper than %(most)d levels; flatten it.")
                raise _invalid("too_deep", message % {"most": max_depth})
        elif mark in "]}":
            depth -= 1


def _parsed(text: str, flaws: list[_Flaw]) -> Any:
    try:
        return json.loads(
            text,
            object_pairs_hook=partial(_object, flaws),
            parse_int=partial(_noting, flaws, _int),
            parse_float=partial(_noting, flaws, _float),
            parse_constant=partial(_noting, flaws, _constant),
        )
    except json.JSONDecodeError as error:
        what = error.msg[:1].lower() + error.msg[1:]
        # Translators: “what” is English, as the reader of JSON says it: “expecting value”.
        message = gettext("Not JSON at line %(line)d, column %(column)d: %(what)s.")
        known = {"line": error.lineno, "column": error.colno, "what": what}
        raise _invalid("syntax", message % known) from None


def _noting(flaws: list[_Flaw], read: Any, literal: str) -> Any:
    result = read(literal)
    if isinstance(result, _Flaw):
        flaws.append(result)
    return result


def _object(flaws: list[_Flaw], pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                message = gettext("The key %(key)s appears twice in one object; send it once.")
                members[key] = _Flaw("duplicate_key", message % {"key": _quoted(key)})
                flaws.append(members[key])
            seen.add(key)
    return members


def _int(literal: str) -> int | _Flaw:
    # Length first: turning a very long literal into an int is quadratic work.
    if len(literal) > 17 or abs(int(literal)) > MAX_SAFE_INTEGER:
        return _beyond_safe(literal)
    return int(literal)


def _float(literal: str) -> float | _Flaw:
    value = float(literal)
    # A double this large is a whole number, and RFC 8785 writes it as an integer that would be refused above.
    if abs(value) > MAX_SAFE_INTEGER:
        return _beyond_safe(literal)
    try:
        is_exact = Decimal(literal) == Decimal(repr(value))
    except ArithmeticError:
        is_exact = False
    if is_exact:
        return value
    message = gettext("A double does not carry %(number)s exactly; send it as a string.")
    return _Flaw("inexact_number", message % {"number": _short(literal)})


def _constant(literal: str) -> _Flaw:
    message = gettext("%(word)s is not a JSON number; send null or a string.")
    return _Flaw("not_finite", message % {"word": literal})


def _beyond_safe(literal: str) -> _Flaw:
    message = gettext("The number %(number)s is beyond ±(2^53-1); send it as a string.")
    return _Flaw("unsafe_integer", message % {"number": _short(literal)})


def _flaws_in(value: Any, path: tuple[str, ...]) -> Iterator[FieldError]:
    """Recursive: `_refuse_depth` has bounded the depth."""
    if isinstance(value, _Flaw):
        yield FieldError(_pointer(path), value.code, value.message)
    elif isinstance(value, str):
        yield from _flaws_of_text(value, path)
    elif isinstance(value, Mapping):
        for key, member in value.items():
            yield from _flaws_of_text(key, path)
            yield from _flaws_in(member, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _flaws_in(item, (*path, str(index)))


def _pointer(path: tuple[str, ...]) -> str:
    """Built only for a flaw: with long keys, pointers to all values would be many times the size of the text."""
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in path)


def _flaws_of_text(text: str, path: tuple[str, ...]) -> Iterator[FieldError]:
    if "\0" in text:
        message = gettext("The text contains the character U+0000; remove it.")
        yield FieldError(_pointer(path), "null_character", message)
    if _SURROGATE.search(text):
        yield FieldError(_pointer(path), "lone_surrogate", str(_HALF_A_PAIR))


def _refuse(errors: list[FieldError]) -> None:
    if errors:
        raise InvalidInput(errors[0].message, errors)


def _invalid(code: str, message: str) -> InvalidInput:
    return InvalidInput.at("", code, message)


def _after_spaces(text: str, position: int) -> int:
    while position < len(text) and text[position] in _SPACES:
        position += 1
    return position


def _quoted(key: str) -> str:
    return "“" + _short(_SURROGATE.sub("\ufffd", key).replace("\0", "\ufffd")) + "”"


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
