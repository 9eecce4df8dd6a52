"""Agents that wait over HTTP: a socket each, and nothing that could hold the answer up."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any


@contextmanager
def waiting(
    port: int, token: str, ids: Iterable[object], *, timeout: int = 30
) -> Iterator[list[socket.socket]]:
    """One open call for each id, for as long as the block lasts."""
    with ExitStack() as stack:
        yield [stack.enter_context(_ask(port, token, id_, timeout)) for id_ in ids]


def _ask(port: int, token: str, approval_id: object, timeout: int) -> socket.socket:
    agent = socket.create_connection(("127.0.0.1", port), timeout=60)
    path = f"/api/v1/approvals/{approval_id}/wait?timeout={timeout}"
    head = (f"GET {path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {token}", "Connection: close")
    agent.sendall("\r\n".join((*head, "", "")).encode())
    return agent


def answer(agent: socket.socket) -> tuple[int, dict[str, Any]]:
    """Status and body, once they come."""
    content = b""
    while part := agent.recv(65536):
        content += part
    head, _, body = content.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)
