"""`manage.py verify_audit`: exit 0 valid, 1 tampered, 2 completeness unproven, 3 a key is unknown; more in `exits`."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from audit import keys, verify
from audit.anchors import file
from audit.clock import in_utc
from audit.invisible import on_one_line
from audit.management.exits import Exit, ProvingCommand, refused
from audit.management.progress import Bar
from audit.management.shown_events import lines
from audit.message import SUBJECT_KINDS, Subject
from audit.tree import NodeMissing


class Command(ProvingCommand):
    help = (
        "Checks signatures, chains, tree, checkpoints and anchor of the audit log, and names the first thing "
        "that is wrong. Exit 0: valid. 1: tampered. 2: completeness unproven. 3: a key is unknown. 4: the call names "
        "what is not there. 5: the database or a file cannot be read. 70: the command itself failed."
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
            "--keyless",
            action="store_true",
            help="with the public keys alone: leaves, chains, roots and checkpoints, without the HMAC keys",
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
            code = self._one(subject, keyless=options["keyless"]) if subject else self._all(options)
        except (verify.Tampered, NodeMissing) as error:
            self.stderr.write(f"TAMPERED  {on_one_line(str(error))}")
            code = Exit.TAMPERED
        except keys.UnknownKey as error:
            self.stderr.write(f"UNKNOWN KEY  {error}")
            code = Exit.UNKNOWN_KEY
        if code:
            sys.exit(code)

    def _all(self, options: dict[str, Any]) -> int:
        with Bar(self.stderr) as progress:
            report = _everything(options, progress)
        held = "leaf and chain" if options["keyless"] else "signature and chain"
        for type_, count in sorted(report.types.items()):
            self.stdout.write(f"{count:>8}  {type_}")
        self.stdout.write(
            f"VALID  {report.events} events, every {held} holds; {report.checkpoints} checkpoints "
            f"cover {report.size} of them, {report.anchored} of the anchor's are among them{_last(report)}, "
            f"{report.waiting} events wait for the next one{_compared(report)}"
        )
        return self._doubt(report.doubts)

    def _one(self, subject: Subject, *, keyless: bool) -> int:
        found = verify.chain(subject, keyless=keyless)
        if not found.events:
            raise refused(f"The log holds nothing about {subject.kind} {subject.id}.")
        for line in lines(found.events, found.places):
            self.stdout.write(line)
        shown = (
            f"under the root that checkpoint {found.checkpoint.number} signs"
            if found.checkpoint
            else "in the tree"
        )
        held = "leaf and link" if keyless else "signature and link"
        self.stdout.write(
            f"VALID  {len(found.events)} events, every {held} holds; {found.proven} of them are {shown}"
        )
        oldest = min((one.body["at"] for one in found.waiting), default="")
        return self._doubt(verify.overdue(len(found.waiting), oldest, keyless=keyless))

    def _doubt(self, doubts: list[str]) -> int:
        for doubt in doubts:
            self.stderr.write(f"COMPLETENESS UNPROVEN  {doubt}")
        return Exit.UNPROVEN if doubts else Exit.VALID


def _everything(options: dict[str, Any], progress: verify.whole.Progress) -> verify.Report:
    anchor = options["anchor"]
    if anchor and not anchor.is_file():
        raise refused(f"There is no file {anchor}.")
    try:
        return verify.everything(
            since=options["since"],
            anchor=anchor or file.path(),
            processes=options["processes"],
            keyless=options["keyless"],
            progress=progress,
        )
    except verify.NoSuchCheckpoint as error:
        raise refused(str(error)) from None


def _subject(options: dict[str, Any]) -> Subject | None:
    text = f"approval:{options['approval']}" if options["approval"] else options["subject"]
    if text is None:
        return None
    kind, _, id_ = text.partition(":")
    if kind not in SUBJECT_KINDS or not id_:
        raise refused(f"--subject takes KIND:ID with KIND one of {', '.join(SUBJECT_KINDS)}; got {text!r}.")
    return Subject(kind, id_)


def _last(report: verify.Report) -> str:
    return f" (the last of {in_utc(report.anchored_at)})" if report.anchored_at else ""


def _compared(report: verify.Report) -> str:
    return f"; the tables say the same of {report.compared} subjects" if report.compared else ""
