"""Are the triggers in force that keep the log from being changed? Without them nothing is proven to be complete."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

_APPEND_ONLY = ("event", "eventbody", "leaf", "node", "checkpoint", "usedkey")

WANTED = {
    **{(f"audit_{table}", "append_only"): "audit_refuse_change" for table in _APPEND_ONLY},
    **{(f"audit_{table}", "append_only_truncate"): "audit_refuse_change" for table in _APPEND_ONLY},
    ("audit_leaf", "gapless"): "audit_refuse_gap",
    ("audit_checkpoint", "follows"): "audit_check_checkpoint",
}
"""Table and trigger, and the function that it calls. What that function does is not compared, but that it refuses."""

# 'O' fires in ordinary sessions, 'A' always; 'D' is disabled, and 'R' fires for replicas alone.
_TRIGGERS = """
    SELECT relname, tgname, proname, tgenabled::text, prosrc LIKE '%%RAISE EXCEPTION%%'
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
        JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
    WHERE NOT tgisinternal AND nspname = current_schema()
    ORDER BY relname, tgname
"""


def doubts() -> list[str]:
    """One sentence for each guard that is missing, disabled or empty: of the log, and disabled ones of every table."""
    with connection.cursor() as cursor:
        cursor.execute(_TRIGGERS)
        found = {(table, name): rest for table, name, *rest in cursor.fetchall()}
    return [*_missing(found), *_disabled(found)]


def _missing(found: dict[tuple[str, str], list[object]]) -> Iterator[str]:
    for (table, name), function in WANTED.items():
        there = found.get((table, name))
        if there is None or there[0] != function:
            yield f"The guard {name} of {table} is not there: rows may have been changed behind it. Run migrate anew."
        elif not there[2]:
            yield f"The guard {name} of {table} refuses nothing: its function was replaced."


def _disabled(found: dict[tuple[str, str], list[object]]) -> Iterator[str]:
    for (table, name), (_, enabled, _refuses) in found.items():
        if enabled not in ("O", "A"):
            yield f"The guard {name} of {table} is disabled: rows may have been changed behind it."
