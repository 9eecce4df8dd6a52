"""Does a server of ours still run from before? A leash can be killed too, and then its server stays."""

import signal
from contextlib import suppress
from pathlib import Path

import psutil

_PATIENCE = 5.0  # seconds


def stop_forgotten(note: Path, works_in: Path) -> None:
    """Stop the process whose number is the note's first line, if it is ours: one that works in that folder.

    After a crash the number may be anybody's by now. The note goes: PostgreSQL would take it for a server.
    """
    if not note.exists():
        return
    with suppress(psutil.NoSuchProcess, IndexError, ValueError):
        process = psutil.Process(int(note.read_text().splitlines()[0]))
        if process.cwd() == str(works_in.resolve()):
            _stop(process)
    note.unlink(missing_ok=True)


def _stop(process: psutil.Process) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(_PATIENCE)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(_PATIENCE)
