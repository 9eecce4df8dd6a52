"""How many requests are there, up to a bound? A count over the whole table would grow with it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Value

from approvals.models.approval_queries import ApprovalQuerySet

MOST_COUNTED = 100
"""A tab counts this far and says "99+" beyond: a count over the whole table would grow with it."""

Parts = list[ApprovalQuerySet]
"""Requests in parts that have nothing in common, each found by an index of its own."""


def bounded(rows: ApprovalQuerySet) -> str:
    """How many they are, up to "99+"."""
    return up_to_most(rows[:MOST_COUNTED].count())


def up_to_most(found: int) -> str:
    """The number, or "99+"."""
    return str(found) if found < MOST_COUNTED else f"{MOST_COUNTED - 1}+"


def ids_of(lists: Mapping[str, Parts]) -> dict[str, list[UUID]]:
    """The ids of each list, at most MOST_COUNTED of each of its parts, in one query."""
    found: dict[str, list[UUID]] = {name: [] for name in lists}
    first, *others = (
        (rows if rows.query.is_sliced else rows[:MOST_COUNTED])
        .annotate(part=Value(name))
        .values_list("part", "pk")
        for name, parts in lists.items()
        for rows in parts
    )
    for name, pk in first.union(*others, all=True):
        found[name].append(pk)
    return found
