"""A mail server that keeps the Message-ID of what it takes, and can kill the sender before it answers."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from email import message_from_bytes
from queue import Queue
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from types import TracebackType
from typing import Self


class Mailbox:
    """Runs in a thread of the test. `received` has an id for each message taken, in order."""

    def __init__(self) -> None:
        self.received: list[str] = []
        self._spared = -1  # messages until the sender is killed; below zero never
        self._victims: Queue[int] = Queue()
        self._server = _Server(("127.0.0.1", 0), _Conversation)
        self._server.mailbox = self
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._server.server_address[1]}"

    def kill_sender_after(self, messages: int) -> None:
        """The next ones pass; the one after them is taken, and its sender dies without an answer."""
        self._spared = messages

    def sender_is(self, pid: int) -> None:
        self._victims.put(pid)

    def take(self, content: bytes) -> None:
        self.received.append(message_from_bytes(content)["Message-ID"])
        if self._spared == 0:
            os.kill(self._victims.get(timeout=10), signal.SIGKILL)
        self._spared -= 1

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    mailbox: Mailbox


class _Conversation(StreamRequestHandler):
    """As much of RFC 5321 as one sender needs."""

    server: _Server

    def handle(self) -> None:
        with suppress(ConnectionError):  # the sender was killed
            self._say(b"220 here")
            while (line := self.rfile.readline()) and not line.upper().startswith(b"QUIT"):
                if line.upper().startswith(b"DATA"):
                    self._say(b"354 go on")
                    self.server.mailbox.take(self._content())
                self._say(b"250 done")
            self._say(b"221 bye")

    def _content(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) and line != b".\r\n":
            lines.append(line)
        return b"".join(lines)

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")
