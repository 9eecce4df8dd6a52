"""How does the application's role get what it needs, and lose what it does not?"""

from __future__ import annotations

import base64
import hashlib
import hmac
import unicodedata
from secrets import token_bytes

from django.db import connection, transaction
from django.db.utils import ProgrammingError
from psycopg import sql

from approvals_site.roles.differences import Difference, differences


class CannotApply(Exception):
    """Why the role is not as it should be, in sentences for the person at the terminal."""


@transaction.atomic
def apply(name: str, *, password: str = "") -> list[Difference]:
    """Create the role or bring it up to date, in one transaction; returns what was mended.

    Run it as the role that owns the tables, or as a superuser. A `password` is set where this role may set one: it
    leaves this process as a SCRAM verifier only. Raises CannotApply.
    """
    mended = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('countersign:database_roles', 0))")
    for _ in range(2):  # a role that is made new has differences of its own
        for found in differences(name):
            if found.mend is not None:
                _run(found.mend, found.sentence)
                mended.append(found)
    if password and _may_set_passwords():
        _set_password(name, password)
    if left := differences(name):
        raise CannotApply("\n".join(one.sentence for one in left))
    return mended


def _run(statement: sql.Composed, sentence: str) -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except ProgrammingError as error:
        raise CannotApply(f"{sentence} This role may not mend it: {error}") from None


def _may_set_passwords() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
        may: bool = cursor.fetchone()[0]
    return may


def _set_password(name: str, password: str) -> None:
    """As a verifier: the statement may stand in the server's log."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('scram_iterations', true)::int")
        verifier = _verifier(password, cursor.fetchone()[0] or 4096)
        text = sql.SQL("ALTER ROLE {} PASSWORD {}")
        cursor.execute(text.format(sql.Identifier(name), sql.Literal(verifier)))


def _verifier(password: str, iterations: int) -> str:
    """SCRAM-SHA-256 as PostgreSQL stores it, stretched as the server says: libpq always stretches 4096 times."""
    salt = token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", unicodedata.normalize("NFKC", password).encode(), salt, iterations)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    salt_, stored_, server_ = (base64.b64encode(part).decode() for part in (salt, stored, server))
    return f"SCRAM-SHA-256${iterations}:{salt_}${stored_}:{server_}"
