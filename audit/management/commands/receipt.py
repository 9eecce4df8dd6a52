"""`manage.py receipt ID`: the receipt of one request. Exit 0 given, 2 not proven yet, 4 unknown (`exits.py`)."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from audit import keys, receipts
from audit.management.exits import Exit, ProvingCommand, refused
from audit.management.handing import named_when_recorded
from audit.management.people import actor, person
from audit.message import SYSTEM
from audit.tree import NodeMissing


class Command(ProvingCommand):
    help = (
        "Writes the receipt of one request: a JSON document that proves itself (docs/audit.md); verify_pack.py "
        "checks it. Exit 2: no checkpoint covers all of its events yet. 4: there is no such request."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("request", metavar="ID", help="the request's id")
        parser.add_argument("--out", metavar="FILE", type=Path, help="default: the standard output")
        parser.add_argument("--by", metavar="EMAIL", help="who takes it, for the record")

    def handle(self, *args: Any, **options: Any) -> None:
        by = actor(person(options["by"])) if options["by"] else SYSTEM
        try:
            receipt = receipts.receipt_of(options["request"])
        except receipts.UnknownRequest as error:
            raise refused(str(error)) from None
        except receipts.NotProvenYet as error:
            raise CommandError(str(error), returncode=Exit.UNPROVEN) from None
        except NodeMissing as error:
            raise CommandError(f"TAMPERED  {error}", returncode=Exit.TAMPERED) from None
        except keys.UnknownKey as error:
            raise CommandError(str(error), returncode=Exit.UNKNOWN_KEY) from None
        if options["out"]:
            with named_when_recorded(options["out"]) as name:
                name.write_bytes(receipt.content)
                receipts.hand_out(receipt, to=by, form="command")
        else:
            receipts.hand_out(receipt, to=by, form="command")
            self.stdout.write(receipt.content.decode(), ending="")
