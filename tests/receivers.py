"""Real servers on the other side: an SMTP server, and an HTTP receiver that can refuse, redirect or hang."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
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

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        message = message_from_bytes(cast("bytes", envelope.content), policy=policy.default)
        self.messages.append(cast("EmailMessage", message))
        return "250 taken"

    @property
    def settings(self) -> dict[str, Any]:
        """What Django needs to send here."""
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
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
