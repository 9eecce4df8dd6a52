"""Django's command, as the role that owns the tables; the application's role then gets what is new."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate

from approvals_site import roles


class Command(migrate.Command):
    def execute(self, *args: Any, **options: Any) -> Any:
        """Ahead of the system checks, which ask the database what it is able to."""
        roles.as_owner()
        return super().execute(*args, **options)

    def handle(self, *args: Any, **options: Any) -> None:
        name, may = roles.migrating_role()
        if not may:
            raise CommandError(
                f"{name} does not own the tables, so it cannot migrate. Name the role that does in "
                "MIGRATION_DATABASE_URL."
            )
        super().handle(*args, **options)
        application = settings.APPLICATION_ROLE
        if (
            not (settings.MIGRATION_DATABASE and application.name and application.name != name)
            or options["plan"]
            or options["check_unapplied"]
        ):
            return
        try:
            roles.apply(application.name, password=application.password)
        except roles.CannotApply as problem:
            raise CommandError(str(problem)) from None
