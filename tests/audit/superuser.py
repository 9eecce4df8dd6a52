"""What only the database's superuser can do: change rows with the triggers off, and put an old copy back."""

from __future__ import annotations

from django.db import connection


def as_database_superuser(sql: str, *params: object) -> None:
    """SQL with the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = 'replica'")
        cursor.execute(sql, params)
        cursor.execute("SET session_replication_role = 'origin'")


class OldCopy:
    """The log as it was, put back in place of what it became."""

    TABLES = ("event", "eventbody", "leaf", "node", "checkpoint", "usedkey", "anchor")

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            for table in self.TABLES:
                cursor.execute(f"CREATE TEMP TABLE old_{table} AS TABLE audit_{table}")

    def restore(self) -> None:
        for table in self.TABLES:
            as_database_superuser(f"DELETE FROM audit_{table}")
            as_database_superuser(f"INSERT INTO audit_{table} SELECT * FROM old_{table}")
