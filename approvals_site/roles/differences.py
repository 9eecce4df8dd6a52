"""Where does the application's role have more or less than it needs? One sentence for each place.

Nothing here changes anything: each difference brings the statement that would mend it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from psycopg import sql

from approvals_site.roles import wanted
from approvals_site.roles.state import Role, Table, read_role, read_tables

_EVERYTHING = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not as it should be. `mend` is None where a person has to decide."""

    sentence: str
    mend: sql.Composed | None


def differences(name: str) -> list[Difference]:
    """Every difference between what that role has in this database and what the application needs."""
    role = read_role(name)
    if role is None:
        options = sql.SQL(
            "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
        )
        return [Difference(f"There is no role {name}.", options.format(sql.Identifier(name)))]
    return [
        *_of_role(role),
        *_of_surroundings(role),
        *_of_tables(role),
        *_of_functions(role),
        *_of_later(role),
    ]


def _of_role(role: Role) -> Iterator[Difference]:
    for power in role.powers:
        yield Difference(f"{role.name} has {power}.", _mend("ALTER ROLE {} NO" + power, role))
    for other in role.member_of:
        yield Difference(
            f"{role.name} is a member of {other}.",
            sql.SQL("REVOKE {} FROM {}").format(sql.Identifier(other), sql.Identifier(role.name)),
        )
    for owned in role.owns:
        yield Difference(f"{role.name} owns {owned}, and so may change it as it likes.", None)
    if role.sets_replication:
        yield Difference(
            f"{role.name} may set session_replication_role, which turns triggers off.",
            _mend("REVOKE SET ON PARAMETER session_replication_role FROM {}, PUBLIC", role),
        )


def _of_surroundings(role: Role) -> Iterator[Difference]:
    """CONNECT and USAGE, and nothing to make: what is made may stand in front of what a trigger reads."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT current_database(), current_schema(),
                has_database_privilege(%(r)s, current_database(), 'CONNECT'),
                has_database_privilege(%(r)s, current_database(), 'CREATE'),
                has_database_privilege(%(r)s, current_database(), 'TEMPORARY'),
                has_schema_privilege(%(r)s, current_schema(), 'USAGE'),
                has_schema_privilege(%(r)s, current_schema(), 'CREATE')""",
            {"r": role.name},
        )
        database, schema, connects, creates, temporary, uses, makes = cursor.fetchone()
    for kind, of, name, held, needed in (
        ("CONNECT", "DATABASE", database, connects, True),
        ("CREATE", "DATABASE", database, creates, False),
        ("TEMPORARY", "DATABASE", database, temporary, False),
        ("USAGE", "SCHEMA", schema, uses, True),
        ("CREATE", "SCHEMA", schema, makes, False),
    ):
        if held != needed:
            yield _granted(role, kind, of, name, needed=needed)


def _of_tables(role: Role) -> Iterator[Difference]:
    for table in read_tables(role.name, wanted.tables()):
        needed = wanted.privileges(table.name, table.refused)
        for kind in _EVERYTHING:
            if kind in needed and kind not in table.whole:
                yield _granted(role, kind, "TABLE", table.name, needed=True)
            if kind not in needed and kind in table.any_column:
                yield _granted(role, kind, "TABLE", table.name, needed=False)
        yield from _of_sequences(role, table)


def _of_sequences(role: Role, table: Table) -> Iterator[Difference]:
    for sequence, uses, sets in table.sequences:
        if not uses:
            yield _granted(role, "USAGE", "SEQUENCE", sequence, needed=True)
        if sets:
            yield _granted(role, "UPDATE", "SEQUENCE", sequence, needed=False)


def _of_functions(role: Role) -> Iterator[Difference]:
    """Those that statements and indexes call. A trigger's function runs without anybody's leave."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT oid::regprocedure::text FROM pg_proc
            WHERE pronamespace = current_schema()::regnamespace AND prorettype <> 'trigger'::regtype
                AND starts_with(proname, 'approvals_') AND NOT has_function_privilege(%s, oid, 'EXECUTE')""",
            [role.name],
        )
        found = [name for (name,) in cursor.fetchall()]
    for name in found:
        yield Difference(
            f"{role.name} may not EXECUTE {name}.", _mend(f"GRANT EXECUTE ON FUNCTION {name} TO {{}}", role)
        )


_LATER: Any = {"r": ("TABLES", wanted.USED), "S": ("SEQUENCES", frozenset({"USAGE"}))}


def _of_later(role: Role) -> Iterator[Difference]:
    """Tables that a later migration makes can be used at once; this command then takes away what they need not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_schema(), tableowner FROM pg_tables WHERE tablename = 'django_migrations'"
        )
        found = cursor.fetchone()
        cursor.execute(
            """SELECT defaclobjtype, privilege_type FROM pg_default_acl, aclexplode(defaclacl) AS given
            WHERE defaclnamespace = current_schema()::regnamespace AND given.grantee = %s::regrole
                AND defaclrole = %s::regrole""",
            [_quoted(role.name), _quoted(found[1]) if found else "pg_database_owner"],
        )
        held = set(cursor.fetchall())
    if not found or found[1] == role.name:
        return
    for letter, (kind, needed) in _LATER.items():
        for privilege in sorted(needed - {one for of, one in held if of == letter}):
            text = (
                f"ALTER DEFAULT PRIVILEGES FOR ROLE {{}} IN SCHEMA {{}} GRANT {privilege} ON {kind} TO {{}}"
            )
            yield Difference(
                f"{role.name} gets no {privilege} on {kind.lower()} that a later migration makes.",
                sql.SQL(text).format(*map(sql.Identifier, (found[1], found[0], role.name))),
            )


def _granted(role: Role, kind: str, of: str, name: str, *, needed: bool) -> Difference:
    verb, to = ("GRANT", "TO {}") if needed else ("REVOKE", "FROM {}, PUBLIC")
    text = f"{verb} {kind} ON {of} {{}} {to}"
    return Difference(
        f"{role.name} {'lacks' if needed else 'has'} {kind} on the {of.lower()} {name}.",
        sql.SQL(text).format(sql.Identifier(name), sql.Identifier(role.name)),
    )


def _mend(text: str, role: Role) -> sql.Composed:
    return sql.SQL(text).format(sql.Identifier(role.name))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
