"""How do the few statements that run at every call go out? Prepared by the server, several at once, without the ORM.

They use the connection, the transaction and the errors that Django's own statements have.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import (
    BinaryField,
    BooleanField,
    CharField,
    DateTimeField,
    Field,
    FloatField,
    ForeignKey,
    IntegerField,
    Model,
    TextField,
    UUIDField,
)

M = TypeVar("M", bound=Model)
Params = Sequence[object] | dict[str, object]


def fetch(sql: str, params: Params = ()) -> list[tuple[Any, ...]]:
    """All rows of one statement. Inside `pipelined` it waits for what was sent before it, too."""
    return ask(sql, params)()


def ask(sql: str, params: Params = ()) -> Callable[[], list[tuple[Any, ...]]]:
    """Run one statement; the call of what is returned gives its rows. Inside `pipelined` only that call waits."""
    cursor = _cursor()
    cursor.execute(sql, params)

    def rows() -> list[tuple[Any, ...]]:
        with cursor:
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    return rows


def execute(sql: str, params: Params = ()) -> None:
    """Run one statement whose result nobody reads; inside `pipelined` without waiting for it."""
    with _cursor() as cursor:
        cursor.execute(sql, params)


@contextmanager
def pipelined() -> Iterator[None]:
    """Send what `execute` and `insert` are given inside, and wait once, at the end.

    The end raises what the first refused statement raised; those after it did not run. Use it inside a transaction.
    A read inside waits for all before it. How many rows a statement changed is not known inside, so that no
    `update()` or `save()` of the ORM belongs there.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def is_pipelined() -> bool:
    """Whether this is inside `pipelined`, where no COPY is possible."""
    return connection.connection is not None and bool(connection.connection._pipeline)


def insert(*groups: Sequence[Model]) -> None:
    """Insert the rows of each group, all with one statement.

    The rows of a group are of one model, and none points to a row of another group. A key that the database makes is
    not read back.
    """
    given = [group for group in groups if group]
    if not given:
        return
    parts = [_insert_of(type(group[0]), len(group)) for group in given]
    beside = ", ".join(f"part_{number} AS ({part})" for number, part in enumerate(parts[1:]))
    execute(f"WITH {beside} {parts[0]}" if beside else parts[0], _in_order(given))
    for group in given:
        for row in group:
            row._state.adding, row._state.db = False, connection.alias


def update(row: Model, *names: str) -> None:
    """Store these fields of a row that is there for certain, since it was locked or made in this transaction."""
    fields = [field for field in row._meta.concrete_fields if field.name in names]
    changes = ", ".join(f'"{field.column}" = %s' for field in fields)
    values = [field.get_db_prep_save(getattr(row, field.attname), connection=connection) for field in fields]
    sql = f'UPDATE "{row._meta.db_table}" SET {changes} WHERE "{row._meta.pk.column}" = %s'  # nosec B608 # noqa: S608 - a model's own names
    execute(sql, [*values, row.pk])


def columns(model: type[Model], alias: str) -> str:
    """The columns of a model for a SELECT, in the order in which `instance` takes their values."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def width(model: type[Model]) -> int:
    """How many columns `columns` names."""
    return len(model._meta.concrete_fields)


def instance(model: type[M], values: Sequence[Any], **related: Model | None) -> M:
    """The row of a model from the values of `columns`, with what its keys point to where that was read along."""
    names, converters = _reading(model)
    read = [convert(value) if convert else value for convert, value in zip(converters, values, strict=True)]
    row = model.from_db(connection.alias, names, read)
    for name, found in related.items():
        setattr(row, name, found)
    return row


def as_json(model: type[Model], alias: str, *, but: Collection[str] = ()) -> str:
    """The columns of a model as a JSON array, for `from_json`; those named in `but` are left out."""
    listed = (f'{alias}."{field.column}"' for field in model._meta.concrete_fields if field.name not in but)
    return f"json_build_array({', '.join(listed)})"


def from_json(
    model: type[M], values: Sequence[Any], *, but: Collection[str] = (), **related: Model | None
) -> M:
    """The row of a model from the array that `as_json` made. A field left out is read when it is asked for."""
    names, parsers = _parsing(model, frozenset(but))
    read = [
        parse(value) if parse and value is not None else value
        for parse, value in zip(parsers, values, strict=True)
    ]
    row = model.from_db(connection.alias, names, read)
    for name, found in related.items():
        setattr(row, name, found)
    return row


def _cursor() -> Any:
    return connection.prepared()  # type: ignore[attr-defined] # ENGINE is patience.postgres


def _in_order(groups: Sequence[Sequence[Model]]) -> list[object]:
    """The values as `insert` names them: the first group's come last."""
    first, *others = groups
    return [value for group in [*others, first] for row in group for value in _values(row)]


def _values(row: Model) -> Iterator[object]:
    for name, field in _writing(type(row)):
        if field is None:
            yield getattr(row, name)
        else:
            yield field.get_db_prep_save(field.pre_save(row, add=True), connection=connection)


@cache
def _insert_of(model: type[Model], count: int) -> str:
    fields = _stored(model)
    names = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["(" + ", ".join(["%s"] * len(fields)) + ")"] * count)
    return f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES {places}'  # nosec B608 # noqa: S608 - a model's own names


@cache
def _stored(model: type[Model]) -> tuple[Field[Any, Any], ...]:
    """What an INSERT gives: everything but a key that the database makes."""
    return tuple(field for field in model._meta.concrete_fields if field is not model._meta.auto_field)


_AS_IT_IS = (CharField, TextField, UUIDField, ForeignKey, IntegerField, FloatField, BooleanField, BinaryField)


@cache
def _writing(model: type[Model]) -> list[tuple[str, Field[Any, Any] | None]]:
    """The attribute of each stored field, and the field where the value has to be prepared for the database."""
    return [(field.attname, None if isinstance(field, _AS_IT_IS) else field) for field in _stored(model)]


@cache
def _reading(model: type[Model]) -> tuple[list[str], list[Callable[[Any], Any] | None]]:
    fields = model._meta.concrete_fields
    return [field.attname for field in fields], [_converter(field) for field in fields]


@cache
def _parsing(model: type[Model], but: frozenset[str]) -> tuple[list[str], list[Callable[[Any], Any] | None]]:
    fields = [field for field in model._meta.concrete_fields if field.name not in but]
    return [field.attname for field in fields], [_parser(field) for field in fields]


def _parser(field: Field[Any, Any]) -> Callable[[Any], Any] | None:
    """How a value reads that PostgreSQL wrote as JSON."""
    target = field.target_field if isinstance(field, ForeignKey) else field
    if isinstance(target, ForeignKey):
        return _parser(target)
    if isinstance(target, UUIDField):
        return UUID
    if isinstance(target, DateTimeField):
        return datetime.fromisoformat
    if isinstance(target, BinaryField):
        return lambda text: bytes.fromhex(text.removeprefix("\\x"))
    return None


def _converter(field: Field[Any, Any]) -> Callable[[Any], Any] | None:
    convert = getattr(field, "from_db_value", None)
    return (lambda value: convert(value, None, connection)) if convert else None
