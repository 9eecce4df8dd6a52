"""Which amount or target stands out? The policy's `headline` points into the payload."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from approvals import payload, strict_json
from approvals.models import Approval
from approvals.payload import Unit


@dataclass(frozen=True, slots=True)
class Part:
    """One value to read; `exact` is the value itself where the text is written for people."""

    text: str
    exact: str = ""
    is_minor: bool = False
    """Whether the exact number counts cents or the like: then it stands beside the text."""


def headline_of(approval: Approval, value: Any) -> list[Part]:
    """The parts that the policy points to, of this payload; none where it points to nothing that is there."""
    pointers = [one for one in approval.policy.headline if payload.find(value, one) is not payload.ABSENT]
    units = {one: payload.unit_at(value, one) for one in pointers}
    written = [unit for one, unit in units.items() if unit and unit.written(payload.find(value, one))]
    return [
        _part(payload.find(value, one), units[one])
        for one in pointers
        if not _is_said(payload.find(value, one), one, written)
    ]


def headlines_of(rows: Iterable[Any]) -> dict[str, list[Part]]:
    """By the request's id; `Inbox` has read the payloads along, where the policy has a headline."""
    return {str(row.pk): headline_of(row, strict_json.loads(row.shown)) for row in rows if row.shown}


def _part(value: Any, unit: Unit | None) -> Part:
    exact = payload.in_words(value)
    written = unit.written(value) if unit else ""
    if unit and written:
        return Part(written, exact, is_minor=bool(unit.minor))
    if isinstance(value, list) and value and all(isinstance(one, str) and "," not in one for one in value):
        return Part(", ".join(map(payload.in_words, value)), exact)
    gloss = payload.in_readers_zone(value) if isinstance(value, str) else ""
    return Part(f"{exact} = {gloss}" if gloss else exact)


def _is_said(value: Any, pointer: str, units: Iterable[Unit]) -> bool:
    """Whether it is the currency that stands behind an amount of the same headline already."""
    codes: Iterator[str] = (unit.currency for unit in units)
    is_code = isinstance(value, str) and payload.is_currency_key(pointer.rpartition("/")[2])
    return is_code and value.upper() in codes
