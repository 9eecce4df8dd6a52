"""What are the RFC 8785 bytes of an event? Quickly, since every decision waits for them."""

from __future__ import annotations

import json
from typing import Any

import rfc8785

SAFE = 2**53 - 1
"""The largest whole number that every reader of JSON takes for the same."""

SMALL, LARGE = 1e-4, 1e16
"""Between these two, Python and RFC 8785 write a fraction in the same digits."""

_encode = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False
).encode


def canonical(value: Any) -> bytes:
    """As `rfc8785.dumps` gives them, in a fourth of the time where no number and no key is unusual.

    Such values the standard library writes to the very byte: keys sort alike in ASCII, and strings and numbers
    have one form in both. Raises rfc8785.CanonicalizationError for what JSON cannot carry.
    """
    if _is_plain(value):
        try:
            return _encode(value).encode()
        except UnicodeEncodeError:  # half of a character: the other one says which
            pass
    return bytes(rfc8785.dumps(value))


def _is_plain(value: Any) -> bool:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is dict:
        return all(type(key) is str and key.isascii() and _is_plain(one) for key, one in value.items())
    if kind is list:
        return all(map(_is_plain, value))
    if kind is float:
        return not value.is_integer() and SMALL <= abs(value) < LARGE
    return kind is int and -SAFE <= value <= SAFE
