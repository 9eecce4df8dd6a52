"""How often does a piece of work talk to PostgreSQL? Counted on the wire, so that nothing goes by uncounted."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection


@dataclass(slots=True)
class Traffic:
    """What went over the wire: statements that ran (BEGIN and COMMIT too), and how often the client waited."""

    statements: int = 0
    round_trips: int = 0


@contextmanager
def traffic() -> Iterator[Traffic]:
    """Count what this thread's connection sends inside the block, by libpq's own trace of its protocol."""
    connection.ensure_connection()
    counted = Traffic()
    with tempfile.TemporaryFile("w+") as log:
        wire = connection.connection.pgconn
        wire.trace(log.fileno())
        try:
            yield counted
        finally:
            wire.untrace()
        log.seek(0)
        lines = log.read()
    counted.statements = len(re.findall(r"\tB\t\d+\tCommandComplete", lines))
    counted.round_trips = len(re.findall(r"\tB\t\d+\tReadyForQuery", lines))
