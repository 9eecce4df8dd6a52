"""How do waiting clients hear that their process stops? They are sent away at once, and ask another process."""

from __future__ import annotations

import asyncio
import signal
import threading
from types import FrameType


class Stopping(asyncio.Event):
    """Set by SIGTERM and SIGINT; what handled them before goes on doing so.

    Make it on the running loop of the main thread. A server that uses the loop's own handlers (granian does) has put
    an empty one into this place and hears of the signal in another way.
    """

    def __init__(self) -> None:
        super().__init__()
        self._loop = asyncio.get_running_loop()
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                self._hear(number)

    def _hear(self, number: signal.Signals) -> None:
        before = signal.getsignal(number)

        def told(number: int, frame: FrameType | None) -> None:
            self._loop.call_soon_threadsafe(self.set)
            if callable(before):
                before(number, frame)

        signal.signal(number, told)
