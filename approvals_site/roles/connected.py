"""As which role does this process work, and is that more than it needs?"""

from __future__ import annotations

import structlog
from django.conf import settings
from django.db import OperationalError, ProgrammingError, connection

from approvals_site.roles.state import read_role

logger = structlog.get_logger(__name__)


def as_owner() -> bool:
    """From now on this process connects as MIGRATION_DATABASE_URL says, to the same database; False if unset."""
    owner = settings.MIGRATION_DATABASE
    if owner is None:
        return False
    connection.close()
    connection.settings_dict.update({part: owner[part] for part in ("USER", "PASSWORD", "HOST", "PORT")})
    return True


def migrating_role() -> tuple[str, bool]:
    """The role that is connected, and whether it may change the tables that are there, or make the first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT current_user, coalesce(
                (SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('django_migrations')),
                has_schema_privilege(coalesce(current_schema(), 'public'), 'CREATE'))"""
        )
        name, may = cursor.fetchone()
    return name, may


def excess() -> str:
    """Why the connected role is more than an application's should be, in one sentence; empty if it is not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        role = read_role(cursor.fetchone()[0])
    if role is None or not (role.powers or role.owns):
        return ""
    what = f"has {role.powers[0]}" if role.powers else "owns the tables"
    return (
        f"The application's role {role.name} {what}, so whoever takes over a process can switch the database's guards "
        "off. Give it a role of its own with MIGRATION_DATABASE_URL and `manage.py database_roles` "
        "(docs/operations.md)."
    )


def warn() -> None:
    """Into the log at the start. A database that is not there yet warns of nothing."""
    try:
        sentence = excess()
    except (OperationalError, ProgrammingError):
        return
    finally:
        connection.close()
    if sentence:
        logger.warning("database_role_may_too_much", problem=sentence)
