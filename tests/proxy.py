"""A line to another server that can be cut at a chosen moment, or hold back what passes: a database behind it fails."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from urllib.parse import urlsplit, urlunsplit

from tests.serving import test_database_url


@dataclass
class Line:
    """`flows` cleared: bytes are held back, on open connections and on new ones. `is_cut`: nobody gets through."""

    port: int
    upstream: tuple[str, int]
    flows: Event = field(default_factory=Event)
    is_cut: bool = False
    cut_at: bytes = b""
    """What a client says so that its connection is cut before it hears the answer. Once; empty: never."""
    open: list[socket.socket] = field(default_factory=list)

    def cut(self) -> None:
        """All connections end now, and new ones are refused."""
        self.is_cut = True
        for one in self.open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def ports_in_use(self) -> list[int]:
        """From which the server sees us come."""
        ports = []
        for one in self.open:
            with suppress(OSError):
                ports.append(one.getsockname()[1])
        return ports

    def database_url(self) -> str:
        """The test database, by this line."""
        parts = urlsplit(test_database_url())
        login = parts.netloc.rpartition("@")[0]
        return urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{self.port}"))


@contextmanager
def line_to(host: str, port: int) -> Iterator[Line]:
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        line = Line(listener.getsockname()[1], (host, port))
        line.flows.set()
        accepting = Thread(target=_accept, args=(listener, line))
        accepting.start()
        try:
            yield line
        finally:
            line.cut()
            line.flows.set()
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join()


def _accept(listener: socket.socket, line: Line) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            if line.is_cut:
                client.close()
                continue
            server = socket.create_connection(line.upstream)
            line.open += [client, server]
            answers_are_lost = Event()
            for pump in (_ask, _answer):
                Thread(target=pump, args=(client, server, line, answers_are_lost), daemon=True).start()


def _ask(client: socket.socket, server: socket.socket, line: Line, answers_are_lost: Event) -> None:
    with suppress(OSError):
        while part := client.recv(65536):
            line.flows.wait()
            if line.cut_at and line.cut_at in part:
                line.cut_at = b""
                answers_are_lost.set()
            server.sendall(part)
    _end(server)


def _answer(client: socket.socket, server: socket.socket, line: Line, answers_are_lost: Event) -> None:
    with suppress(OSError):
        while (part := server.recv(65536)) and not answers_are_lost.is_set():
            line.flows.wait()
            client.sendall(part)
    _end(client)


def _end(other: socket.socket) -> None:
    with suppress(OSError):
        other.shutdown(socket.SHUT_RDWR)
    other.close()
