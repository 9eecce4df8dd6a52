"""How is a table of policies loaded from a file?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from approvals.policy import InvalidFile, load_table
from audit.message import SYSTEM
from grants.models import User


class Command(BaseCommand):
    help = "Loads policies from a YAML file: all of it or, with every error named, nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the file; - reads the standard input")
        parser.add_argument("--by", metavar="EMAIL", help="whose change it is, for the log")

    def handle(self, *args: Any, **options: Any) -> None:
        author = _person(options["by"])
        try:
            loaded = load_table(
                _text(options["file"]), by=author.as_actor() if author else SYSTEM, author=author
            )
        except InvalidFile as refusal:
            count = len(refusal.errors)
            listed = "\n".join(f"  {error}" for error in refusal.errors)
            raise CommandError(
                f"Nothing was loaded: {count} mistake{'' if count == 1 else 's'}.\n{listed}"
            ) from None
        for policy in loaded.published:
            self.stdout.write(f"Published: {policy}")
        self.stdout.write(f"{len(loaded.published)} published, {len(loaded.unchanged)} unchanged.")
        for sentence in loaded.warnings:
            self.stderr.write(f"Look again: {sentence}")


def _text(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{name} cannot be read: {error}") from None


def _person(email: str | None) -> User | None:
    if email is None:
        return None
    found = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if found is None:
        raise CommandError(f"No active account has the address {email}.")
    return found
