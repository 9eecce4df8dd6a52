"""`manage.py verify_audit`: exit 0 valid, 1 tampered, 2 completeness unproven, 3 a key is unknown."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit import keys, verify
from audit.anchors import file
from audit.management.progress import Bar
from audit.message import SUBJECT_KINDS, Subject
from audit.tree import NodeMissing

VALID, TAMPERED, UNPROVEN, UNKNOWN_KEY = range(4)


class Command(BaseCommand):
    help = (
        "Checks signatures, chains, tree, checkpoints and anchor of the audit log, and names the first thing "
        "that is wrong. Exit 0: valid. 1: tampered. 2: completeness unproven. 3: a key is unknown."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        part = parser.add_mutually_exclusive_group()
        part.add_argument("--approval", metavar="ID", help="one request, showing each of its events")
        part.add_argument(
            "--subject", metavar="KIND:ID", help="one chain of any kind, showing each of its events"
        )
        part.add_argument("--since", metavar="NUMBER", type=int, help="what came since that checkpoint")
        parser.add_argument(
            "--anchor", metavar="FILE", type=Path, help="checkpoints from outside; default: AUDIT_ANCHOR_FILE"
        )
        parser.add_argument(
            "--processes",
            metavar="N",
            type=int,
            default=os.cpu_count() or 1,
            help="default: one for each CPU",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        subject = _subject(options)
        try:
            code = self._one(subject) if subject else self._all(options)
        except (verify.Tampered, NodeMissing) as error:
            self.stderr.write(f"TAMPERED  {error}")
            code = TAMPERED
        except keys.UnknownKey as error:
            self.stderr.write(f"UNKNOWN KEY  {error}")
            code = UNKNOWN_KEY
        if code:
            sys.exit(code)

    def _all(self, options: dict[str, Any]) -> int:
        with Bar(self.stderr) as progress:
            report = _everything(options, progress)
        for type_, count in sorted(report.types.items()):
            self.stdout.write(f"{count:>8}  {type_}")
        self.stdout.write(
            f"VALID  {report.events} events, every signature and chain holds; {report.checkpoints} checkpoints "
            f"cover {report.size} of them, {report.anchored} of the anchor's are among them, "
            f"{report.waiting} events wait for the next one{_compared(report)}"
        )
        for doubt in report.doubts:
            self.stderr.write(f"COMPLETENESS UNPROVEN  {doubt}")
        return UNPROVEN if report.doubts else VALID

    def _one(self, subject: Subject) -> int:
        found = verify.chain(subject)
        if not found.events:
            raise CommandError(f"The log holds nothing about {subject.kind} {subject.id}.")
        for verified in found.events:
            self.stdout.write(_line(verified))
        shown = (
            f"under the root that checkpoint {found.checkpoint.number} signs"
            if found.checkpoint
            else "in the tree"
        )
        self.stdout.write(
            f"VALID  {len(found.events)} events, every signature and link holds; {found.proven} of them are {shown}"
        )
        return VALID


def _everything(options: dict[str, Any], progress: verify.whole.Progress) -> verify.Report:
    anchor = options["anchor"]
    if anchor and not anchor.is_file():
        raise CommandError(f"There is no file {anchor}.")
    try:
        return verify.everything(
            since=options["since"],
            anchor=anchor or file.path(),
            processes=options["processes"],
            progress=progress,
        )
    except (OSError, LookupError) as error:
        if isinstance(error, (keys.UnknownKey, NodeMissing)):
            raise
        raise CommandError(str(error)) from None


def _subject(options: dict[str, Any]) -> Subject | None:
    text = f"approval:{options['approval']}" if options["approval"] else options["subject"]
    if text is None:
        return None
    kind, _, id_ = text.partition(":")
    if kind not in SUBJECT_KINDS or not id_:
        raise CommandError(
            f"--subject takes KIND:ID with KIND one of {', '.join(SUBJECT_KINDS)}; got {text!r}."
        )
    return Subject(kind, id_)


def _compared(report: verify.Report) -> str:
    return f"; the tables say the same of {report.compared} subjects" if report.compared else ""


def _line(verified: verify.Verified) -> str:
    body = verified.body
    line = f"{body['at']}  {body['type']}  by {body['actor']['label']}"
    if body["payload_version"]:
        line += f"  version {body['payload_version']} ({body['payload_sha256'][:12]})"
    for change in body["data"].get("changes", []):
        line += f"\n{'':>30}{change['op']} {change['path']}"
    return line
