"""The anchor that can be read back: a file, kept where a restore of the database does not reach.

It holds signed notes, one after the other, and is only ever added to.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from audit import checkpoint
from audit.checkpoint import Note

TAIL = 65_536  # bytes: many notes, so a last one torn by a crash hides none
CHUNK = 1_048_576  # bytes


def path() -> Path | None:
    """The file that the settings name, if they name one."""
    return Path(settings.AUDIT_ANCHOR_FILE) if settings.AUDIT_ANCHOR_FILE else None


def last_note(where: Path) -> Note | None:
    """The last whole note; None where there is no file or none in it. Raises OSError."""
    try:
        with where.open("rb") as stream:
            start = max(0, os.fstat(stream.fileno()).st_size - TAIL)
            stream.seek(start)
            found = checkpoint.find(stream.read().decode(errors="replace"))
    except FileNotFoundError:
        return None
    return found[-1] if found else None


def notes(where: Path) -> Iterator[Note]:
    """Every whole note, oldest first, in flat memory. Raises OSError."""
    with where.open(encoding="utf-8", errors="replace") as stream:
        kept = ""
        while chunk := stream.read(CHUNK):
            found = checkpoint.find(kept + chunk)
            yield from found
            # A note may be cut by the end of the chunk: what follows the last whole one is read again.
            rest = kept + chunk
            kept = rest[rest.rfind(found[-1].source) + len(found[-1].source) :] if found else rest[-TAIL:]


def append(where: Path, note: str) -> None:
    """Add a note, on disk before this returns. Ends a line torn by an earlier crash. Raises OSError."""
    is_new = not where.exists()
    descriptor = os.open(where, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        size = os.fstat(descriptor).st_size
        torn = size and os.pread(descriptor, 1, size - 1) != b"\n"
        content = (b"\n" if torn else b"") + note.encode() + b"\n"
        if os.write(descriptor, content) < len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(where))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        _sync_folder(where.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
