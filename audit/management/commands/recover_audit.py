"""`manage.py recover_audit`: two people let checkpoints be signed again after a restore from an older copy."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit import readers, recovery
from audit.management.people import actor, person, require_password
from audit.recovery import NothingToRecover, Witness


class Command(BaseCommand):
    help = "Lets checkpoints be signed again although the log does not extend its anchor. Takes two people."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--by", metavar="EMAIL", action="append", required=True, help="twice, for two different people"
        )
        parser.add_argument("--reason", required=True, help="what happened, for the record")

    def handle(self, *args: Any, **options: Any) -> None:
        people = [person(email) for email in options["by"]]
        if len({one.pk for one in people}) != 2 or len(people) != 2:
            raise CommandError("Two different people recover the log: name both with --by.")
        for one in people:
            if not readers.may_read(one):
                raise CommandError(
                    f"{one.email} is neither an auditor nor an administrator who reads the audit."
                )
        for one in people:
            require_password(one)
        try:
            event = recovery.recover(
                [Witness(actor(one), one.email) for one in people], reason=options["reason"]
            )
        except (NothingToRecover, ValueError) as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(
            f"Recorded as event {event.event_id}. Checkpoints are signed again with the sequencer's next run."
        )
