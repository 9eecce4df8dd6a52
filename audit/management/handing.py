"""How does a file of evidence come to its name? Only once its event is on record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


@contextmanager
def named_when_recorded(out: Path) -> Iterator[Path]:
    """A name beside `out` to write under. It becomes `out` when the block ends, and is gone if that fails.

    Record the event as the last thing in the block: no evidence then leaves without it. Raises OSError.
    """
    under_way = out.with_name(f".{out.name}.{uuid4().hex}")
    try:
        yield under_way
        under_way.replace(out)
    finally:
        under_way.unlink(missing_ok=True)
