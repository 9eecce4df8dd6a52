"""Do the tables say what the log says? Each subject is read in one statement, so that no change comes between.

The bodies are taken as they stand: whether they were signed so is checked beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import repeat
from typing import Any

import orjson
from django.db import connection
from django.db.models import BinaryField, DateTimeField

from audit import compared
from audit.clock import rfc3339
from audit.compared import Columns, Comparison, Part, Rows
from audit.message import Subject
from audit.verify.rows import UNREADABLE, Tampered

BATCH = 100
"""Subjects read at once, each with all of its events."""

CHUNK = 5000
"""Subjects in a piece of work for one process."""

LONGEST = 200
"""Characters of a value that a sentence shows."""

Piece = tuple[str, str | None, str | None]
"""A kind of subjects, and the keys after which they begin and with which they end."""

Stored = tuple[str, str, list[bytes | None] | None, str]
"""A subject's id and key, the bodies of its events, and its rows as JSON."""


def check(kind: str, after: str | None = None, until: str | None = None) -> int:
    """Compare the subjects of that kind after one key up to another, None for no bound; returns how many.

    Raises Tampered with the first row that disagrees.
    """
    comparison = _known(kind)
    count = 0
    for stored in _stored(comparison, after or comparison.lowest, until):
        _compare(comparison, stored)
        count += 1
    return count


def check_one(subject: Subject) -> None:
    """Compare one subject, where tables repeat what the log says of its kind. Raises Tampered."""
    comparison = compared.of_kind(subject.kind)
    if comparison is None:
        return
    found = _fetch(f"{_select(comparison)} WHERE subject.id = %s", [subject.id])
    if not found:
        raise _without_rows(subject.kind, subject.id)
    _compare(comparison, found[0])


def check_missing() -> None:
    """Raises Tampered where the log tells of a subject that has no row at all."""
    for one in compared.all_comparisons():
        if found := _fetch(_MISSING.format(subjects=one.subjects), [one.kind]):
            raise _without_rows(one.kind, found[0][0])


def pieces() -> list[Piece]:
    """How the subjects of all kinds are cut into work for many processes: what `check` takes."""
    found: list[Piece] = []
    for one in compared.all_comparisons():
        bounds = [row[0] for row in _fetch(_BOUNDS.format(subjects=one.subjects, chunk=CHUNK), [])]
        found += zip(repeat(one.kind), [None, *bounds], [*bounds, None], strict=False)
    return found


_MISSING = """
    SELECT subject_id FROM audit_event event
    WHERE subject_kind = %s AND seq = 1
        AND NOT EXISTS (SELECT FROM ({subjects}) AS subject WHERE subject.id = event.subject_id)
    LIMIT 1
"""
_BOUNDS = """
    SELECT pk::text FROM (
        SELECT pk, row_number() OVER (ORDER BY pk) AS number FROM ({subjects}) AS subject) AS numbered
    WHERE mod(number, {chunk}) = 0 ORDER BY pk
"""
_SELECT = """
    SELECT subject.id, subject.pk::text,
        (SELECT array_agg(body.content ORDER BY event.seq)
            FROM audit_event event LEFT JOIN audit_eventbody body USING (event_id)
            WHERE event.subject_kind = '{kind}' AND event.subject_id = subject.id),
        json_build_object({parts})::text
    FROM ({subjects}) AS subject
"""
_PART = "'{table}', (SELECT json_agg(to_jsonb(part) - '{{{but}}}'::text[] {also}) FROM {table} part WHERE {where})"


def _known(kind: str) -> Comparison:
    found = compared.of_kind(kind)
    if found is None:
        raise LookupError(f"Nothing compares subjects of the kind {kind!r}.")
    return found


def _select(comparison: Comparison) -> str:
    parts = ", ".join(_part(one) for one in comparison.parts)
    return _SELECT.format(kind=comparison.kind, parts=parts, subjects=comparison.subjects)


def _part(part: Part) -> str:
    also = ", ".join(f"'{name}', {sql}" for name, sql in part.also.items())
    return _PART.format(
        table=part.table,
        but=",".join(part.but),
        also=f"|| jsonb_build_object({also})" if also else "",
        where=part.where,
    )


def _stored(comparison: Comparison, after: str, until: str | None) -> Iterator[Stored]:
    most = f"AND subject.pk <= %s::{comparison.pk_type}" if until else ""
    sql = f"{_select(comparison)} WHERE subject.pk > %s::{comparison.pk_type} {most} ORDER BY subject.pk LIMIT {BATCH}"
    while True:
        batch: list[Stored] = _fetch(sql, [after, *([until] if until else [])])
        yield from batch
        if len(batch) < BATCH:
            return
        after = batch[-1][1]


def _fetch(sql: str, params: list[str]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _compare(comparison: Comparison, stored: Stored) -> None:
    id_, _, contents, rows = stored
    contents = contents or []
    if None in contents:  # the purge dropped what they say
        return
    try:
        told = comparison.told([orjson.loads(content) for content in contents if content is not None])
    except UNREADABLE as error:
        raise Tampered(
            f"{comparison.kind} {id_}: an event of it cannot be read: {type(error).__name__} {error}."
        ) from None
    held = orjson.loads(rows)
    for part in comparison.parts:
        found = {str(row[part.key]): row for row in (_read(part, one) for one in held[part.table] or ())}
        _compare_part(part, found, told, f"{comparison.kind} {id_}")


def _compare_part(part: Part, found: Mapping[str, Columns], told: Rows, whose: str) -> None:
    wanted = told.of(part.table)
    for key in wanted:
        if key not in found:
            raise Tampered(
                f"{part.table} {key} of {whose}: the log tells of it, and the table does not hold it."
            )
    for key, row in found.items():
        if key not in wanted:
            if part.is_optional:
                continue
            raise Tampered(f"{part.table} {key} of {whose}: no event tells of it.")
        for column, value in wanted[key].items():
            if row[column] != value and not (row[column] is None and column in part.emptied):
                raise Tampered(
                    f"{part.table} {key} of {whose}: {column} is {_shown(row[column])}, and the log says "
                    f"{_shown(value)}."
                )


def _read(part: Part, row: Columns) -> Columns:
    """The row in the spelling of events."""
    for one in part.model._meta.concrete_fields:
        name = str(one.column)
        value = row.get(name)
        if value is None:
            continue
        if isinstance(one, DateTimeField):
            row[name] = rfc3339(datetime.fromisoformat(value))
        elif isinstance(one, BinaryField):
            row[name] = value.removeprefix("\\x")
    return row | part.more(row)


def _shown(value: Any) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _without_rows(kind: str, id_: str) -> Tampered:
    return Tampered(f"{kind} {id_}: the log tells of it, and no table holds it.")
