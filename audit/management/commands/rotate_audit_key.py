"""`manage.py rotate_audit_key`: a new key for events or for checkpoints; the old one verifies only."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit import keys, rotation
from audit.management.people import actor, person
from audit.models import UsedKey


class Command(BaseCommand):
    help = (
        "Makes a new key for the audit log and records it. Keys in files are replaced there; otherwise the new "
        "values of the variables are printed. They take effect when every process is started again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("purpose", choices=UsedKey.Purpose.values)
        parser.add_argument("--by", metavar="EMAIL", required=True, help="who does it, for the record")
        parser.add_argument("--id", metavar="ID", default="", help="the new key's id; default: today's date")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["id"] and not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", options["id"]):
            raise CommandError("--id takes letters, digits, dots and dashes, 64 at most.")
        purpose = UsedKey.Purpose(options["purpose"])
        try:
            done = rotation.rotate(purpose, by=actor(person(options["by"])), key_id=options["id"])
        except (rotation.TakenId, keys.UnknownKey) as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(
                f"Nothing was changed: {error.filename} cannot be written: {error.strerror}."
            ) from None
        if not done.written:
            for name, text in done.texts.items():
                self.stdout.write(f"{name}={text}")
        where = " and ".join(str(path) for path in done.written.values()) or "what is printed above"
        self.stderr.write(f"The key {done.key_id!r} signs once every process is started again with {where}.")
