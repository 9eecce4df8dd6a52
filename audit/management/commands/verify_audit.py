"""`manage.py verify_audit`: exit 0 valid, 1 tampered, 3 a key is unknown."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit import keys, verify
from audit.message import SUBJECT_KINDS, Subject


class Command(BaseCommand):
    help = "Checks every signature and chain of the audit log, and names the first thing that is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--subject", metavar="KIND:ID", help="one chain only, with each of its events shown"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        subject = _subject(options["subject"]) if options["subject"] else None
        seen: Counter[str] = Counter()
        try:
            for verified in verify.verify(subject):
                seen[verified.event.type] += 1
                if subject:
                    self.stdout.write(_line(verified))
        except verify.Tampered as error:
            self.stderr.write(f"TAMPERED  {error}")
            sys.exit(1)
        except keys.UnknownKey as error:
            self.stderr.write(f"UNKNOWN KEY  {error}")
            sys.exit(3)
        for type_, count in sorted(seen.items()):
            self.stdout.write(f"{count:>8}  {type_}")
        self.stdout.write(f"VALID  {seen.total()} events, every signature and chain holds")


def _subject(text: str) -> Subject:
    kind, _, id_ = text.partition(":")
    if kind not in SUBJECT_KINDS or not id_:
        raise CommandError(
            f"--subject takes KIND:ID with KIND one of {', '.join(SUBJECT_KINDS)}; got {text!r}."
        )
    return Subject(kind, id_)


def _line(verified: verify.Verified) -> str:
    body = verified.body
    line = f"{body['at']}  {body['type']}  by {body['actor']['label']}"
    if body["payload_version"]:
        line += f"  version {body['payload_version']} ({body['payload_sha256'][:12]})"
    for change in body["data"].get("changes", []):
        line += f"\n{'':>30}{change['op']} {change['path']}"
    return line
