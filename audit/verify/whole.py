"""Does the whole log hold, or what came since a checkpoint, and is it complete?"""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connections

from audit import merkle, tree
from audit.merkle import Frontier
from audit.models import Checkpoint
from audit.verify import anchored, checkpoints, guards, links, nodes, tables, used
from audit.verify.anchored import Anchored
from audit.verify.leaves import CHUNK, Piece, check_piece, pieces
from audit.verify.rows import Tampered
from audit.verify.waiting import Waiting, check_waiting, overdue

Progress = Callable[[int, int], None]
"""Told how many leaves are checked, and of how many."""


class NoSuchCheckpoint(LookupError):
    """The part that was asked for begins nowhere."""


@dataclass(slots=True)
class Report:
    """What was checked, and every reason why the log cannot be shown to be complete.

    `compared` counts the subjects whose tables say what the log says; none are with `since`.
    """

    types: Counter[str] = field(default_factory=Counter)
    size: int = 0
    waiting: int = 0
    checkpoints: int = 0
    anchored: int = 0
    anchored_at: datetime | None = None
    key_ids: set[str] = field(default_factory=set)
    compared: int = 0
    doubts: list[str] = field(default_factory=list)

    @property
    def events(self) -> int:
        """How many events passed."""
        return self.types.total()


def everything(
    *,
    since: int | None = None,
    anchor: Path | None = None,
    processes: int = 1,
    keyless: bool = False,
    progress: Progress | None = None,
    with_tables: bool = True,
) -> Report:
    """Check the whole log and that the tables say the same, or the part of the log from the piece of the tree in
    which checkpoint `since` ends. Without `with_tables` the log alone is checked.

    `keyless` takes the public keys alone: what no checkpoint covers is then not proven. Memory stays flat. Raises
    Tampered or keys.UnknownKey at the first thing wrong, tree.NodeMissing, NoSuchCheckpoint, OSError for the
    anchor's file.
    """
    last = Checkpoint.objects.order_by("-number").first()
    size = last.size if last else 0
    start = _start(since)
    report = Report(size=size)
    compares = with_tables and since is None
    repeated = tables.pieces() if compares else []
    with _workers(processes if size - start > CHUNK else 1) as later:
        linked = later(links.check, None)
        stored = later(nodes.check, size)
        signed = later(checkpoints.check_checkpoints, since or 1)
        waiting = later(check_waiting, size, last.horizon if last else None, keyless)
        jobs = [later(check_piece, *piece, keyless) for piece in pieces(start, size)]
        alike = [later(tables.check, *piece) for piece in repeated]
        held = later(tables.check_missing) if compares else None
        _check_tree(start, jobs, report, size, progress)
        _count(waiting(), report, keyless=keyless)
        linked()
        stored()
        report.checkpoints = signed()
        report.compared = sum(count() for count in alike)
        if held:
            held()
    used.check(report.key_ids, keyless=keyless)
    report.doubts += guards.doubts()
    _check_anchor(anchor, last, report)
    return report


def _start(since: int | None) -> int:
    if since is None:
        return 0
    one = Checkpoint.objects.filter(number=since).first()
    if one is None:
        raise NoSuchCheckpoint(f"There is no checkpoint {since}.")
    return one.size // CHUNK * CHUNK


def _check_tree(
    start: int, jobs: list[Callable[[], Piece]], report: Report, size: int, progress: Progress | None
) -> None:
    """Compare each claimed root with the pieces before it and the part of its own piece, as they come in."""
    before = Frontier(start // CHUNK, tree.frontier(start).peaks)
    for job in jobs:
        piece = job()
        for claim in piece.claims:
            root = merkle.fold([*before.peaks, *claim.peaks])
            if claim.roots != [root]:
                raise Tampered(f"The checkpoint over {claim.size} events has another root than these events.")
        if piece.end - piece.start == CHUNK:
            before.append(piece.peaks[0])
        report.types += piece.types
        report.key_ids |= piece.key_ids
        if progress:
            progress(piece.end, size)


def _count(waiting: Waiting, report: Report, *, keyless: bool) -> None:
    report.waiting = waiting.types.total()
    report.types += waiting.types
    report.doubts += overdue(report.waiting, waiting.oldest, keyless=keyless)


def _check_anchor(anchor: Path | None, last: Checkpoint | None, report: Report) -> None:
    if anchor is None:
        report.doubts.append(
            "No anchor was given, so nobody can tell whether the end of the log was cut off."
        )
        return
    found = anchored.check_anchor(anchor) if anchor.exists() else Anchored()
    report.anchored, report.anchored_at = found.count, found.last_at
    report.doubts += found.doubts(anchor)
    if not found.count and last:
        report.doubts.append(f"{anchor} holds no checkpoint, so nobody can tell whether the end was cut off.")


@contextmanager
def _workers(processes: int) -> Iterator[Callable[..., Callable[[], Any]]]:
    """Yields a function that hands work to other processes and returns how to get the result.

    With one process the work is done once its result is asked for.
    """
    if processes < 2:
        yield lambda act, *args: lambda: act(*args)
        return
    connections.close_all()  # a connection must not be shared with a forked process
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("fork")) as pool:
        try:
            yield lambda act, *args: _result(pool.submit(act, *args))
        finally:
            pool.shutdown(cancel_futures=True)


def _result(future: Future[Any]) -> Callable[[], Any]:
    return future.result
