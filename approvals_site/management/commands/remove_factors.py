"""For the operator of the server: let somebody in again who lost every second factor and the recovery codes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from approvals import factors
from audit.message import SYSTEM
from grants.models import User


class Command(BaseCommand):
    help = "Remove a person's second factors. They are told, and decide nothing of high or critical risk for a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address that the person signs in with")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            person = User.objects.get_by_natural_key(options["email"])
        except User.DoesNotExist:
            raise CommandError(f"Nobody signs in with {options['email']}.") from None
        own = list(factors.of(person))
        if not own:
            raise CommandError(f"{person.email} has no second factor.")
        for factor in own:
            factors.remove(person, factor, by=SYSTEM)
        self.stdout.write(f"{len(own)} removed; {person.email} signs in with the password.")
