"""Django's command for the operator of the server, on record like every change of credentials."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.management.commands import changepassword
from django.db import transaction

from approvals import credentials
from audit import clock
from audit.message import SYSTEM
from grants.models import User


class Command(changepassword.Command):
    help = (
        "Set a person's password. They are told, and it decides nothing of high or critical risk for a day."
    )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> Any:
        said = super().handle(*args, **options)
        if options["username"]:
            person = User.objects.get_by_natural_key(options["username"])
            credentials.note_replaced(person, by=SYSTEM, at=clock.now())
        return said
