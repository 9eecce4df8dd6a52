"""Does the application's role have what it needs, and nothing else? Mended, or only looked at."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from approvals_site import roles


class Command(BaseCommand):
    help = (
        "Create the application's database role, or bring it up to date. Connects as MIGRATION_DATABASE_URL says; "
        "the role and its password are those of DATABASE_URL."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--role", help="another role than that of DATABASE_URL")
        parser.add_argument("--check", action="store_true", help="only compare; 1 where something differs")

    def handle(self, *args: Any, **options: Any) -> None:
        named = settings.APPLICATION_ROLE
        role = options["role"] or named.name
        if options["check"]:
            self._check(role)
            return
        roles.as_owner()
        if not role or role == _connected():
            raise CommandError(
                f"{role or 'The role of DATABASE_URL'} is the role that runs this. Name the owner in "
                "MIGRATION_DATABASE_URL and the application's role in DATABASE_URL, or give --role."
            )
        try:
            mended = roles.apply(role, password=named.password if role == named.name else "")
        except roles.CannotApply as problem:
            raise CommandError(str(problem)) from None
        for one in mended:
            self.stdout.write(f"Mended: {one.sentence}")
        self.stdout.write(f"{role} has what the application needs, and nothing else.")

    def _check(self, role: str) -> None:
        if found := roles.differences(role or _connected()):
            raise CommandError("\n".join(one.sentence for one in found))
        self.stdout.write("The application's role has what it needs, and nothing else.")


def _connected() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        name: str = cursor.fetchone()[0]
    return name
