"""From where does the next page go on? The last row's sort keys say it, so nothing counts or skips."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.dateparse import parse_datetime

from approvals.models import Approval
from approvals.models.approval_queries import ApprovalQuerySet
from approvals.models.choices import Risk

_SEPARATOR = "~"


class Cursor:
    """The place in one order, such as ("due", "-rank", "id")."""

    def __init__(self, order: Sequence[str]) -> None:
        self.order = order
        self.names = [name.removeprefix("-") for name in order]

    def of(self, row: Approval) -> str:
        """The text that stands for this row's place."""
        return _SEPARATOR.join(_text(_value(row, name)) for name in self.names)

    def sorted(self, rows: Iterable[Approval]) -> list[Approval]:
        """The rows in this order: the least of its keys first, so that each key may go its own way."""
        found = list(rows)
        for name in reversed(self.order):
            key = name.removeprefix("-")
            found.sort(key=_VALUES[key], reverse=name.startswith("-"))
        return found

    def after(self, rows: ApprovalQuerySet, text: str) -> ApprovalQuerySet:
        """The rows behind that place; all of them where the text is no cursor of this order."""
        keys = self._parsed(text)
        if keys is None:
            return rows
        # The first key stands alone beside the others, so that its index is used.
        within = Q(**{f"{self.names[0]}__{self._comparison(0)}e": keys[0]})
        return rows.filter(within & self._behind(keys))

    def start(self, text: str) -> Any:
        """The first of that place's keys; None where the text is no cursor of this order."""
        keys = self._parsed(text)
        return keys[0] if keys else None

    def until(self, rows: ApprovalQuerySet, text: str) -> ApprovalQuerySet:
        """The rows down to that place, itself included; all of them where the text is no cursor of this order."""
        keys = self._parsed(text)
        if keys is None:
            return rows
        comparison = "gte" if self.order[0].startswith("-") else "lte"
        return rows.filter(**{f"{self.names[0]}__{comparison}": keys[0]}).exclude(self._behind(keys))

    def _behind(self, keys: Sequence[Any]) -> Q:
        """a > x, or a = x and b > y, or …"""
        behind, equal = Q(), Q()
        for index, name in enumerate(self.names):
            behind |= equal & Q(**{f"{name}__{self._comparison(index)}": keys[index]})
            equal &= Q(**{name: keys[index]})
        return behind

    def _comparison(self, index: int) -> str:
        return "lt" if self.order[index].startswith("-") else "gt"

    def _parsed(self, text: str) -> list[Any] | None:
        parts = text.split(_SEPARATOR)
        if len(parts) != len(self.names):
            return None
        try:
            return [_KINDS[name](part) for name, part in zip(self.names, parts, strict=True)]
        except ValueError:
            return None


def _value(row: Approval, name: str) -> Any:
    return _VALUES[name](row)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _moment(text: str) -> datetime:
    moment = parse_datetime(text)
    if moment is None or moment.tzinfo is None:
        raise ValueError("not a moment")
    return moment


def _rank(text: str) -> int:
    if text not in ("1", "2", "3", "4"):
        raise ValueError("not a rank")
    return int(text)


_KINDS: dict[str, Any] = {"due": _moment, "ended": _moment, "rank": _rank, "id": UUID}
_VALUES: dict[str, Any] = {
    "due": lambda row: row.deadline,
    "ended": lambda row: row.decided_at,
    "rank": lambda row: Risk(row.risk).rank + 1,  # as PostgreSQL counts
    "id": lambda row: row.pk,
}
