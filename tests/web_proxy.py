"""A reverse proxy in between that can answer 502 itself, or drop the connection before or after passing it on."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import sleep
from typing import Any, Literal
from urllib.parse import urlsplit

Mode = Literal["pass", "502", "drop", "slow"]
SLOW = 3.0  # seconds that a form is under way, while saves are not
HOP_BY_HOP = {"connection", "transfer-encoding", "keep-alive", "content-length"}


@dataclass
class Proxy:
    """What it does with a POST; everything else is passed on. `posts` counts those that came."""

    url: str
    mode: Mode = "pass"
    posts: list[str] = field(default_factory=list)


@contextmanager
def proxy(site: str) -> Iterator[Proxy]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    found = Proxy(f"http://127.0.0.1:{server.server_address[1]}")
    server.site, server.proxy = urlsplit(site), found  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path.startswith("/live/"):
            self._answer(404, b"", [])  # no stream is needed here
        else:
            self._pass_on()

    def do_POST(self) -> None:
        server: Any = self.server
        server.proxy.posts.append(self.path)
        if server.proxy.mode == "502":
            self._read()
            self._answer(
                502, b"<html><body><h1>502 Bad Gateway</h1></body></html>", [("Content-Type", "text/html")]
            )
        elif server.proxy.mode == "drop":
            self.close_connection = True
            self.connection.close()
        else:
            sleep(SLOW if server.proxy.mode == "slow" and self.path.split("?")[0].endswith("/review/") else 0)
            self._pass_on()

    def _read(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _pass_on(self) -> None:
        server: Any = self.server
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        upstream = http.client.HTTPConnection(server.site.hostname, server.site.port, timeout=30)
        with closing(upstream), suppress(OSError):  # a browser that left takes no answer
            upstream.request(self.command, self.path, body=self._read() or None, headers=headers)
            with closing(upstream.getresponse()) as response:
                kept = [pair for pair in response.getheaders() if pair[0].lower() not in HOP_BY_HOP]
                self._answer(response.status, response.read(), kept)

    def _answer(self, status: int, body: bytes, headers: list[tuple[str, str]]) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        return
