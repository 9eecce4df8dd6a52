"""What does a role have in this database? Read from the catalogue, which every role may."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True)
class Role:
    """A role and what makes it more than one that is granted things. `powers` are its attributes."""

    name: str
    powers: tuple[str, ...]
    member_of: tuple[str, ...]
    owns: tuple[str, ...]
    sets_replication: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table and what the role may do with it, whole or in any of its columns.

    `refused` is what a trigger refuses on every row; `sequences` are name, may use, may set.
    """

    name: str
    whole: frozenset[str]
    any_column: frozenset[str]
    refused: frozenset[str]
    sequences: tuple[tuple[str, bool, bool], ...]


_ROLE = """
    SELECT array_remove(ARRAY[
            CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolcreatedb THEN 'CREATEDB' END,
            CASE WHEN rolcreaterole THEN 'CREATEROLE' END, CASE WHEN rolreplication THEN 'REPLICATION' END,
            CASE WHEN rolbypassrls THEN 'BYPASSRLS' END], NULL),
        ARRAY(SELECT roleid::regrole::text FROM pg_auth_members WHERE member = me.oid ORDER BY 1),
        ARRAY(SELECT 'the database ' || datname FROM pg_database
              WHERE datname = current_database() AND datdba = me.oid
            UNION ALL SELECT 'the schema ' || nspname FROM pg_namespace
              WHERE nspname = current_schema() AND nspowner = me.oid
            UNION ALL SELECT 'the table ' || relname FROM pg_class
              WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND relowner = me.oid
            UNION ALL SELECT 'the function ' || proname FROM pg_proc
              WHERE pronamespace = current_schema()::regnamespace AND proowner = me.oid
            ORDER BY 1),
        NOT rolsuper AND has_parameter_privilege(me.oid, 'session_replication_role', 'SET')
    FROM pg_roles me WHERE rolname = %s
"""

# Bits of tgtype: 1 for each row, 8 DELETE, 16 UPDATE.
_TABLES = """
    SELECT relname,
        ARRAY(SELECT kind FROM unnest(ARRAY[
                'SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS kind
              WHERE has_table_privilege(%(role)s, pg_class.oid, kind)),
        ARRAY(SELECT kind FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) AS kind
              WHERE has_any_column_privilege(%(role)s, pg_class.oid, kind)),
        ARRAY(SELECT kind FROM pg_trigger, (VALUES ('DELETE', 8), ('UPDATE', 16)) AS bit (kind, value)
              WHERE tgrelid = pg_class.oid AND tgfoid = to_regproc('audit_refuse_change')
                AND tgtype & 1 = 1 AND tgtype & value <> 0 AND tgqual IS NULL AND tgenabled IN ('O', 'A')),
        (SELECT coalesce(jsonb_agg(jsonb_build_array(part.relname,
                has_sequence_privilege(%(role)s, part.oid, 'USAGE'),
                has_sequence_privilege(%(role)s, part.oid, 'UPDATE')) ORDER BY part.relname), '[]')::text
            FROM pg_depend JOIN pg_class part ON part.oid = objid AND part.relkind = 'S'
            WHERE refobjid = pg_class.oid AND deptype IN ('a', 'i'))
    FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND relname = ANY(%(tables)s)
    ORDER BY relname
"""


def read_role(name: str) -> Role | None:
    """The role of that name; None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_ROLE, [name])
        row = cursor.fetchone()
    if row is None:
        return None
    powers, member_of, owns, sets_replication = row
    return Role(name, tuple(powers), tuple(member_of), tuple(owns), sets_replication)


def read_tables(role: str, tables: Sequence[str]) -> list[Table]:
    """Those of the tables that there are."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES, {"role": role, "tables": list(tables)})
        return [
            Table(
                name,
                whole=frozenset(whole),
                any_column=frozenset(whole) | frozenset(columns),
                refused=frozenset(refused),
                sequences=tuple((one, uses, sets) for one, uses, sets in json.loads(sequences)),
            )
            for name, whole, columns, refused, sequences in cursor.fetchall()
        ]
