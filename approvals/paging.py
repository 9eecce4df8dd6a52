"""How is a long list cut into pages without counting it? One row more is read than is shown."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


def first_page(rows: QuerySet[Row, Any], size: int) -> tuple[list[Row], Row | None]:
    """The first rows, and the last of them where others follow: the next page begins after it."""
    return cut(list(rows[: size + 1]), size)


def cut(found: list[Row], size: int) -> tuple[list[Row], Row | None]:
    """The same of rows that were read already, one more than the page shows."""
    return found[:size], found[size - 1] if len(found) > size else None
