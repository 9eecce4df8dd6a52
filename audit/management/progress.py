"""How far is a long command? A bar on a terminal, and nothing elsewhere."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

WIDTH = 40


class Bar:
    """Call it with what is done and the whole; it draws over its own line."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._is_shown = bool(getattr(stream, "isatty", lambda: False)())
        self._is_drawn = False

    def __call__(self, done: int, whole: int) -> None:
        if not self._is_shown or not whole:
            return
        filled = WIDTH * done // whole
        self._write(f"\r[{'#' * filled}{' ' * (WIDTH - filled)}] {done:,} of {whole:,} events")
        self._is_drawn = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_drawn:
            self._write("\n")

    def _write(self, text: str) -> None:
        self._stream.write(text, ending="")
        self._stream.flush()
