"""How is a protocol buffer read and written? Only the wire format: the caller knows what each field means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_LENGTHS = {FIXED64: 8, FIXED32: 4}
_WORD = (1 << 64) - 1

Pair = tuple[int, int, Any]
"""A field's number, its wire type, and a whole number (VARINT) or bytes."""


def fields(raw: bytes) -> dict[int, list[Any]]:
    """The values of each field, in order."""
    found: dict[int, list[Any]] = {}
    for number, _, value in pairs(raw):
        found.setdefault(number, []).append(value)
    return found


def pairs(raw: bytes) -> Iterator[Pair]:
    """Every field, in order."""
    position = 0
    while position < len(raw):
        tag, position = _varint(raw, position)
        number, wire = tag >> 3, tag & 7
        if wire == VARINT:
            value, position = _varint(raw, position)
            yield number, wire, value
            continue
        length = _LENGTHS.get(wire)
        if length is None:
            length, position = _varint(raw, position)
        yield number, wire, raw[position : position + length]
        position += length


def encode(given: Iterable[Pair]) -> bytes:
    """The message of these fields; `pairs` reads it back."""
    parts = bytearray()
    for number, wire, value in given:
        parts += _encoded(number << 3 | wire)
        if wire == VARINT:
            parts += _encoded(value)
            continue
        if wire == BYTES:
            parts += _encoded(len(value))
        parts += value
    return bytes(parts)


def _varint(raw: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = raw[position]
        value |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if byte < 0x80:
            return value, position


def _encoded(value: int) -> bytes:
    value &= _WORD
    parts = bytearray()
    while value >= 0x80:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)
