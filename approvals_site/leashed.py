"""How do I start a process that cannot outlive me?"""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_ROOT = Path(__file__).resolve().parent.parent


class Leashed:
    """A command under `leash.py`; leaving the `with` block, or dying, stops it."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        log: Path,
        options: Sequence[str] = (),
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.log = log
        with log.open("w") as output:
            self._leash = subprocess.Popen(  # nosec B603 # noqa: S603 - our own command
                [sys.executable, "-m", "approvals_site.leash", *options, "--", *map(str, command)],
                cwd=_ROOT,
                env=environ,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches only the holder, which lets go in its own order
            )

    def is_running(self) -> bool:
        return self._leash.poll() is None

    def let_go(self) -> None:
        """Ask it to stop, without waiting."""
        if self._leash.stdin:
            with suppress(BrokenPipeError):
                self._leash.stdin.close()

    def stop(self) -> None:
        self.let_go()
        self._leash.wait()

    def last_words(self) -> str:
        return (self.log.read_text(errors="replace").strip().splitlines() or ["it said nothing"])[-1]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
