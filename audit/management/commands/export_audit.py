"""`manage.py export_audit --out FILE.zip`: an evidence pack. Exit 0 whole, 2 some requests are left out, 4 refused."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError

from audit import clock, keys, receipts
from audit.management.exits import Exit, ProvingCommand, refused
from audit.management.handing import named_when_recorded
from audit.management.people import actor, person
from audit.message import SYSTEM
from audit.models import Checkpoint, Event
from audit.pack.export import Exported, NothingSigned, export, facts
from audit.pack.selection import Wanted
from audit.tree import NodeMissing


class Command(ProvingCommand):
    help = (
        "Writes an evidence pack: receipts under one checkpoint, proofs, policies, reports to read, and "
        "verify_pack.py, which checks all of it without this application. Taking one is recorded in the log."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from", metavar="DAY", dest="start", help="requests made from that day on, in UTC"
        )
        parser.add_argument("--to", metavar="DAY", dest="end", help="up to and with that day; default: all")
        parser.add_argument(
            "--approval", metavar="ID", action="append", default=[], help="only this; repeatable"
        )
        parser.add_argument("--actor", metavar="ID|EMAIL", help="in which that person or agent did something")
        parser.add_argument("--policy", metavar="ACTION_TYPE", help="of that kind of action")
        parser.add_argument(
            "--sample",
            metavar="N",
            type=int,
            help="draw so many, by the last checkpoint of a time that is over",
        )
        parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="the new .zip")
        parser.add_argument("--by", metavar="EMAIL", help="who takes it, for the record")

    def handle(self, *args: Any, **options: Any) -> None:
        by = actor(person(options["by"])) if options["by"] else SYSTEM
        if options["sample"] is not None and options["sample"] < 1:
            raise refused("--sample takes a number from 1 on.")
        last = Checkpoint.objects.order_by("-number").first()
        if last is None:
            raise CommandError(
                "No checkpoint is signed yet: come back in a minute.", returncode=Exit.UNPROVEN
            )
        wanted = _wanted(options, last)
        if options["sample"] is not None:
            _require_past(options["end"], last)
        if options["out"].exists():
            raise refused(f"{options['out']} is there already: name a new file.")
        with named_when_recorded(options["out"]) as name:
            done = self._export(wanted, name, options["sample"], last)
            receipts.hand_out_pack(facts(wanted, done, options["sample"]), to=by)
        self.stdout.write(
            f"{options['out']}  {done.receipts} receipts of {done.population} requests  SHA-256 {done.sha256}"
        )
        if done.left_out:
            raise CommandError(
                f"Left out, since no checkpoint covers all of them yet: {len(done.left_out)} requests, named in "
                "left_out.txt. Export again in a minute.",
                returncode=Exit.UNPROVEN,
            )

    def _export(self, wanted: Wanted, out: Path, sample: int | None, last: Checkpoint) -> Exported:
        try:
            return export(wanted, out, last=last, sample=sample)
        except NothingSigned as error:
            raise CommandError(str(error), returncode=Exit.UNPROVEN) from None
        except NodeMissing as error:
            raise CommandError(f"TAMPERED  {error}", returncode=Exit.TAMPERED) from None
        except keys.UnknownKey as error:
            raise CommandError(str(error), returncode=Exit.UNKNOWN_KEY) from None


def _require_past(day: str | None, last: Checkpoint) -> None:
    """A sample is drawn by the last checkpoint of a time that is over: else whoever asks can wait for one that suits.

    Raises CommandError.
    """
    if day is None or _after(day) > clock.now():
        raise refused(
            "--sample takes a --to that is over, in UTC: only then is it settled which checkpoint draws."
        )
    if last.at <= _after(day):
        raise CommandError(
            "No checkpoint is signed after that day yet: come back in a minute.", returncode=Exit.UNPROVEN
        )


def _wanted(options: dict[str, Any], last: Checkpoint) -> Wanted:
    """Raises CommandError."""
    for id_ in options["approval"]:
        if not Event.objects.about("approval", id_).exists():
            raise refused(f"The log holds nothing about the request {id_}: check --approval.")
    end = _after(options["end"]) if options["end"] else last.at + timedelta(microseconds=1)
    return Wanted(
        end=min(end, last.at + timedelta(microseconds=1)),
        start=_day(options["start"]) if options["start"] else None,
        approval=tuple(options["approval"]),
        actor=_actor(options["actor"]) if options["actor"] else None,
        policy=options["policy"],
    )


def _day(text: str) -> datetime:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise refused(f"{text!r} is no day: write it as 2026-03-31.") from None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _after(text: str) -> datetime:
    """When that day is over."""
    try:
        return _day(text) + timedelta(days=1)
    except OverflowError:
        raise refused(f"{text} is the last day of the calendar: name an earlier one.") from None


def _actor(text: str) -> str:
    if "@" not in text:
        return text
    found = get_user_model()._default_manager.filter(email=text.strip().lower()).first()
    if found is None:
        raise refused(f"No account has the address {text}.")
    return str(found.pk)
