"""Real servers on the other side: an SMTP server, an HTTP receiver that can refuse, redirect or hang, and one that
answers a byte at a time.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.serving import free_port

PATIENCE = 30  # seconds that a hanging receiver hangs at most


@dataclass
class Postbox:
    """What an SMTP server took, in order."""

    port: int
    messages: list[EmailMessage] = field(default_factory=list)
    drips_goodbye: bool = False

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        message = message_from_bytes(cast("bytes", envelope.content), policy=policy.default)
        self.messages.append(cast("EmailMessage", message))
        return "250 taken"

    async def handle_QUIT(self, server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        while self.drips_goodbye and server.transport and not server.transport.is_closing():
            server.transport.write(b"2")
            await asyncio.sleep(0.1)
        return "221 bye"

    @property
    def settings(self) -> dict[str, Any]:
        """What Django needs to send here."""
        return {
            "EMAIL_BACKEND": "patience.mail.EmailBackend",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": self.port,
        }

    def to(self, address: str) -> list[EmailMessage]:
        return [message for message in self.messages if message["To"] == address]


@contextmanager
def postbox() -> Iterator[Postbox]:
    box = Postbox(port=free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@dataclass
class Hook:
    """What an HTTP receiver got. `answers` with a status; `hangs`: it reads and never answers."""

    origin: str = ""
    answers: int = 200
    says: bytes = b"ok"
    hangs: bool = False
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    released: Event = field(default_factory=Event)

    @property
    def url(self) -> str:
        return f"{self.origin}/services/T0000/B0000/verysecretpath"


@contextmanager
def hook(**how: Any) -> Iterator[Hook]:
    state = Hook(**how)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            state.headers.append(dict(self.headers))
            state.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            if state.hangs:
                state.released.wait(PATIENCE)
                return
            self.send_response(state.answers)
            if 300 <= state.answers < 400:
                self.send_header("Location", f"{state.origin}/elsewhere")
            self.send_header("Content-Length", str(len(state.says)))
            self.end_headers()
            self.wfile.write(state.says)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.origin = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        state.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


SMTP_GREETING, HTTP_HEAD, TLS_HEAD = b"220-", b"HTTP/1.1 200 OK\r\nX-Long: ", b"\x16\x03\x03\x40\x00"
"""What a dripping receiver begins with: the line, header or record never ends."""


@contextmanager
def dripping(opening: bytes, *, every: float = 0.1) -> Iterator[int]:
    """A server that answers each connection with `opening` and then with a byte every so many seconds."""
    ended = Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepting = Thread(target=_accept, args=(listener, opening, every, ended))
        accepting.start()
        try:
            yield listener.getsockname()[1]
        finally:
            ended.set()
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join()


def _accept(listener: socket.socket, opening: bytes, every: float, ended: Event) -> None:
    with suppress(OSError):
        while not ended.is_set():
            line, _ = listener.accept()
            Thread(target=_drip, args=(line, opening, every, ended), daemon=True).start()


def _drip(line: socket.socket, opening: bytes, every: float, ended: Event) -> None:
    with line, suppress(OSError):
        line.sendall(opening)
        while not ended.wait(every):
            line.sendall(b"a")
