"""How long may one attempt to reach another server take, whatever that server does?

A socket's own time-out starts again with each byte, so a server that sends a byte now and then holds its caller for
as long as it likes. An attempt has one clock for everything, and cuts its connections when the time is over.
"""

from __future__ import annotations

import http.client
import os
import socket
import time
from contextlib import suppress
from threading import Lock, Timer
from types import TracebackType
from typing import Any, Self, TypeVar

C = TypeVar("C", bound=http.client.HTTPConnection)


class Attempt:
    """Everything that goes on over its connections ends within `seconds` of `begin`.

    As a context it raises TimeoutError where the time was over, in place of what the cut connection raises.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.is_over = False
        self._ends = time.monotonic() + seconds
        self._held: list[socket.socket] = []
        self._lock = Lock()
        self._timer = Timer(seconds, self._cut)
        self._timer.daemon = True

    def begin(self) -> None:
        self._ends = time.monotonic() + self.seconds
        self._timer.start()

    def end(self) -> None:
        """Stop the clock. The connections stay as they are."""
        self._timer.cancel()
        with self._lock:
            self._let_go()

    def connect(
        self, address: tuple[str, int], _timeout: object = None, _source: object = None
    ) -> socket.socket:
        """As `socket.create_connection`, with what is left of the time for all addresses of that name together."""
        failure: OSError = OSError(f"{address[0]} has no address.")
        for family, kind, protocol, _, where in socket.getaddrinfo(*address, type=socket.SOCK_STREAM):
            line = socket.socket(family, kind, protocol)
            try:
                line.settimeout(self._left())
                line.connect(where)
                self._hold(line)
            except OSError as error:
                line.close()
                failure = error
            else:
                return line
        raise failure

    def http(self, kind: type[C], host: str, **named: Any) -> C:
        """A connection of that kind, not yet open, that connects through this attempt."""
        connection = kind(host, **named)
        connection._create_connection = self.connect  # type: ignore[attr-defined]
        return connection

    def explained(self, error: Exception) -> Exception:
        """TimeoutError where the error comes of the cut; otherwise the error itself."""
        return self._timed_out() if self.is_over and not isinstance(error, TimeoutError) else error

    def __enter__(self) -> Self:
        self.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()
        is_known = error is None or isinstance(error, OSError | http.client.HTTPException)
        # Without an error too: http.client takes a head that was cut off for a whole one.
        if self.is_over and is_known and not isinstance(error, TimeoutError):
            raise self._timed_out() from error

    def _timed_out(self) -> TimeoutError:
        return TimeoutError(f"not done within {self.seconds:g} seconds")

    def _left(self) -> float:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise self._timed_out()
        return left

    def _hold(self, line: socket.socket) -> None:
        """By a descriptor of its own: TLS takes the socket's away while it greets."""
        with self._lock:
            if self.is_over:
                raise self._timed_out()
            self._held.append(socket.socket(fileno=os.dup(line.fileno())))

    def _cut(self) -> None:
        with self._lock:
            self.is_over = True
            for line in self._held:
                with suppress(OSError):  # the other side was faster
                    line.shutdown(socket.SHUT_RDWR)
            self._let_go()

    def _let_go(self) -> None:
        while self._held:
            self._held.pop().close()
