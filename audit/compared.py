"""Which tables repeat what the log says, and what would they have to hold? Every app describes its own.

`audit` knows no other app: each adds its comparisons when it is ready, as it adds its events to the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

Body = Mapping[str, Any]
"""An event, as its signed body says it."""

Columns = dict[str, Any]
"""What a row holds, by column: moments in RFC 3339, bytes in hex, everything else as JSON has it."""


class Rows(dict[str, dict[str, Columns]]):
    """Rows by table, and there by the value that tells one from the others of its subject."""

    def put(self, table: str, key: object, **columns: Any) -> Columns:
        """Add a row, or columns to it."""
        row = self.setdefault(table, {}).setdefault(str(key), {})
        row |= columns
        return row

    def of(self, table: str) -> dict[str, Columns]:
        """The rows of one table."""
        return self.get(table, {})


def _nothing(_row: Columns) -> Columns:
    return {}


@dataclass(frozen=True, slots=True)
class Part:
    """A table of whose rows the events of a subject tell.

    `where` is SQL: which rows `part` belong to `subject`, which has the columns `id` (text) and `pk`. `key` is the
    column that tells a row from the others. `also` are further values of a row by SQL, `more` by Python, and the
    columns in `but` are not read. Those in `emptied` may be null whatever the log says.
    An `is_optional` row may be there without an event.
    """

    model: type[Model]
    where: str
    key: str = "id"
    also: Mapping[str, str] = field(default_factory=dict)
    more: Callable[[Columns], Columns] = _nothing
    but: Collection[str] = ()
    emptied: Collection[str] = ()
    is_optional: bool = False

    @property
    def table(self) -> str:
        return self.model._meta.db_table


@dataclass(frozen=True, slots=True)
class Comparison:
    """The subjects of one kind and their tables.

    `subjects` is a SELECT of every subject that has rows, as `id` (text) and `pk` (of the SQL type `pk_type`, by which
    they are read in order). `told` gives the rows that a whole chain of events tells of, with the columns that it
    tells; what an older event does not say is not compared.
    """

    kind: str
    subjects: str
    parts: Sequence[Part]
    told: Callable[[Sequence[Body]], Rows]
    pk_type: str = "uuid"
    lowest: str = "00000000-0000-0000-0000-000000000000"


_comparisons: dict[str, Comparison] = {}


def add(*comparisons: Comparison) -> None:
    """Make an app's comparisons known; called once, when the app is ready."""
    _comparisons.update({one.kind: one for one in comparisons})


def all_comparisons() -> list[Comparison]:
    """Every comparison, by the kind of its subjects."""
    return [_comparisons[kind] for kind in sorted(_comparisons)]


def of_kind(kind: str) -> Comparison | None:
    """How subjects of that kind are compared; None where no table repeats what the log says of them."""
    return _comparisons.get(kind)
