"""How does a query name a thousand ids? With one value, where a list has a placeholder for each."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models.expressions import RawSQL


def among(ids: Iterable[UUID]) -> RawSQL:
    """What `pk__in` takes: Django writes and psycopg reads a list of ids one by one."""
    return RawSQL("SELECT unnest(%s::uuid[])", [list(ids)])
