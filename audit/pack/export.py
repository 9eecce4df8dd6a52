"""What is in an evidence pack? Receipts under one checkpoint, and all that an outsider needs to check them."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.db.models import Max
from django.db.models.functions import TruncDate
from django.template.loader import render_to_string

from audit import checkpoint, receipts, tree
from audit.anchors import file
from audit.canonical import canonical
from audit.clock import rfc3339
from audit.models import Checkpoint, Event
from audit.pack import sheet, verify_pack
from audit.pack.archive import Archive
from audit.pack.selection import Wanted, draw, population
from audit.receipts.document import Receipt
from audit.receipts.pages import context_of

TYPE = "countersign-pack/1"
ABOUT = (
    "Evidence of requests. receipts.jsonl has one receipt a line, all under the checkpoint here; checkpoints.jsonl "
    "leads there from one signed note to the next by consistency proofs; population.txt lists what was asked for, and "
    "a sample of it are the requests with the smallest SHA-256(SHA-256(seed), id). manifest.json has the SHA-256 of "
    "every file. verify_pack.py checks all of that; reports and index.csv are for reading."
)
_PLACE = "@decisions@"
ON_A_PAGE = 100
"""Decisions in one HTML file, so that their number stays small."""


@dataclass(slots=True)
class Exported:
    """What came of it; `left_out` are requests that no checkpoint covers wholly yet."""

    population: int = 0
    receipts: int = 0
    left_out: list[str] = field(default_factory=list)
    sha256: str = ""


class NothingSigned(LookupError):
    """No checkpoint is old enough to prove anything of that time."""


def export(wanted: Wanted, out: Path, *, last: Checkpoint, sample: int | None = None) -> Exported:
    """Write the pack to a new file. Memory stays flat, whatever its size.

    Raises NothingSigned, FileExistsError, OSError, keys.UnknownKey, tree.NodeMissing.
    """
    seed = Checkpoint.objects.filter(at__lte=wanted.end).order_by("-number").first()
    if seed is None:
        raise NothingSigned(
            "No checkpoint was signed by the end of that time: there is nothing to prove it with."
        )
    done = Exported()
    with tempfile.TemporaryDirectory() as folder, Archive(out) as archive:
        work = Path(folder)
        _write_population(wanted, work, done)
        chosen = work / "chosen.txt"
        if sample is not None:
            drawn = draw(_lines(work / "population.txt"), sample, checkpoint.digest(seed.note))
            chosen.write_text("".join(f"{one}\n" for one in drawn))
        else:
            chosen = work / "population.txt"
        archive.add("pack.json", [_introduction(wanted, last, seed, sample)])
        archive.add("population.txt", _pieces(work / "population.txt"))
        archive.add("checkpoints.jsonl", _checkpoints(wanted, seed, last))
        _add_receipts(archive, work, chosen, last, done)
        archive.add("verify_pack.py", [Path(verify_pack.__file__).read_bytes()])
        anchor = file.path()
        if anchor and anchor.exists():
            archive.add("anchor.txt", (f"{note.source}\n".encode() for note in file.notes(anchor)))
    done.sha256 = _sha256(out)
    return done


def facts(wanted: Wanted, done: Exported, sample: int | None) -> dict[str, Any]:
    """What the event of an export says."""
    return {
        "from": rfc3339(wanted.start) if wanted.start else None,
        "to": rfc3339(wanted.end),
        "filters": wanted.filters(),
        "sample": sample,
        "population": done.population,
        "receipts": done.receipts,
        "sha256": done.sha256,
    }


def _introduction(wanted: Wanted, last: Checkpoint, seed: Checkpoint, sample: int | None) -> bytes:
    said = {
        "v": 1,
        "type": TYPE,
        "about": ABOUT,
        "from": rfc3339(wanted.start) if wanted.start else None,
        "to": rfc3339(wanted.end),
        "filters": wanted.filters(),
        "sample": sample,
        "seed": seed.note,
        "checkpoint": last.note,
    }
    return canonical(said) + b"\n"


def _write_population(wanted: Wanted, work: Path, done: Exported) -> None:
    with (work / "population.txt").open("w") as stream:
        for id_ in population(wanted):
            stream.write(f"{id_}\n")
            done.population += 1


def _checkpoints(wanted: Wanted, seed: Checkpoint, last: Checkpoint) -> Iterator[bytes]:
    """The last note of each day, the seed and the one after it, up to the pack's own, each with its proof."""
    days = Checkpoint.objects.filter(number__lte=last.number)
    if wanted.start:
        days = days.filter(at__gte=wanted.start)
    by_day = days.annotate(day=TruncDate("at")).order_by().values("day").annotate(Max("number"))
    numbers = {one["number__max"] for one in by_day} | {
        seed.number,
        min(seed.number + 1, last.number),
        last.number,
    }
    before: Checkpoint | None = None
    for number in sorted(numbers):
        one = Checkpoint.objects.get(number=number)
        proof = tree.consistency_proof(before.size, one.size) if before else []
        said = {
            "note": one.note,
            "proof": [hash_.hex() for hash_ in proof],
            "public_key": receipts.public_text(one.key_id),
        }
        yield canonical(said) + b"\n"
        before = one


def _add_receipts(archive: Archive, work: Path, chosen: Path, last: Checkpoint, done: Exported) -> None:
    """The receipts in a file by themselves; their index and reports come out of the same pass."""
    policies: set[str] = set()
    index, kept = work / "index.csv", work / "receipts.jsonl"
    with index.open("wb") as stream:
        stream.write(sheet.line(sheet.HEADINGS))
        archive.add("receipts.jsonl", _kept(_receipts(chosen, last, done, stream, policies), kept))
    archive.add("left_out.txt", (f"{one}\n".encode() for one in done.left_out))
    archive.add("index.csv", _pieces(index))
    archive.add("policies.jsonl", _policies(policies, last))
    with kept.open("rb") as written:  # and not read again from the log, in which events may have followed
        for page in range(-(-done.receipts // ON_A_PAGE)):
            archive.add(_report_name(page + 1), _report(islice(written, ON_A_PAGE)))


def _kept(pieces: Iterable[bytes], path: Path) -> Iterator[bytes]:
    with path.open("wb") as stream:
        for piece in pieces:
            stream.write(piece)
            yield piece


def _receipts(
    chosen: Path, last: Checkpoint, done: Exported, index: Any, policies: set[str]
) -> Iterator[bytes]:
    for id_ in _lines(chosen):
        try:
            receipt = receipts.receipt_of(id_, under=last)
        except receipts.NotProvenYet:
            done.left_out.append(id_)
            continue
        report = _report_name(done.receipts // ON_A_PAGE + 1)
        done.receipts += 1
        index.write(sheet.row(id_, report, receipt.document["summary"]))
        policies |= _policy_of(receipt)
        yield receipt.content


def _policy_of(receipt: Receipt) -> set[str]:
    proposal = receipt.document["summary"]["proposal"]
    return {proposal["data"]["policy"]["id"]} if proposal else set()


def _policies(wanted: set[str], last: Checkpoint) -> Iterator[bytes]:
    """The events that say what each version of a policy said that judged one of the requests."""
    for event in (
        Event.objects.filter(type="policy.changed")
        .order_by("event_id")
        .with_content()
        .iterator(chunk_size=500)
    ):
        if event.content and event.content["data"].get("id") in wanted:
            found = receipts.evidence_of(event.pk, last.size)
            if found:
                yield canonical(found) + b"\n"


def _report_name(number: int) -> str:
    return f"reports/{number:06}.html"


def _report(written: Iterable[bytes]) -> Iterator[bytes]:
    before, after = render_to_string("audit/pack/report.html", {"decisions": _PLACE}).split(_PLACE)
    yield before.encode()
    for line in written:
        document = json.loads(line)
        context = context_of(Receipt(document["subject"]["id"], line, document))
        yield render_to_string("audit/pack/decision.html", context).encode()
    yield after.encode()


def _lines(path: Path) -> Iterator[str]:
    with path.open() as stream:
        for one in stream:
            yield one.rstrip("\n")


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(1 << 20):
            yield piece


def _sha256(path: Path) -> str:
    hash_ = hashlib.sha256()
    for piece in _pieces(path):
        hash_.update(piece)
    return hash_.hexdigest()
