"""The application's role in the test database, and SQL run as it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from django.db import connection, transaction

from approvals_site import roles


class _Acting:
    """As whom `tests.approvals.sql.run` works; empty as the role that is connected."""

    role = ""


def name_for_database() -> str:
    """Roles are the whole server's, so each test database has one of its own."""
    return f"{connection.settings_dict['NAME']}_app"


def may_create() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        may: bool = cursor.fetchone()[0]
    return may


def create() -> str:
    roles.apply(name_for_database())
    return name_for_database()


def drop(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'DROP OWNED BY "{role}"; DROP ROLE "{role}"')


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    """Every statement as that role, as far as the transaction goes."""
    with connection.cursor() as cursor:
        cursor.execute(f'SET ROLE "{role}"')
        yield
        if not connection.needs_rollback:
            cursor.execute("RESET ROLE")


@contextmanager
def acting() -> Iterator[None]:
    """One statement in a transaction of its own, as the role that a fixture named."""
    with transaction.atomic(), connection.cursor() as cursor:
        if _Acting.role:
            cursor.execute(f'SET LOCAL ROLE "{_Acting.role}"')
        yield
        if _Acting.role:
            cursor.execute("RESET ROLE")


@contextmanager
def named(role: str) -> Iterator[None]:
    """`acting` is as that role meanwhile."""
    before, _Acting.role = _Acting.role, role
    try:
        yield
    finally:
        _Acting.role = before


def as_connected() -> AbstractContextManager[None]:
    """`acting` is as the role that is connected, for what the application's role is refused before any trigger."""
    return named("")
