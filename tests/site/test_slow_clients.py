"""Three hundred sockets that send slowly or nothing at all hold up nobody, served as on a desk and as deployed."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from approvals_site.ports import free_port
from approvals_site.starting import hold_many_sockets
from tests.approvals.api.client import PROPOSAL
from tests.crashes.agents import answer, waiting
from tests.crashes.deployed import running
from tests.crashes.test_stopping import is_healthy
from tests.factories import make_approval, make_approver, make_key, make_policy, make_user
from tests.serving import served
from tests.site.real_processes import within

pytestmark = pytest.mark.django_db(transaction=True)

SOCKETS = 300
PATIENCE = 30  # seconds for one answer
BODY = json.dumps(PROPOSAL)


@contextmanager
def serving(how: str, **environ: str) -> Iterator[int]:
    """The port of a server, started as `make run` does or by a command of docs/operations.md."""
    if how == "make run":
        with served(**environ) as url:
            yield urlsplit(url).port or 0
        return
    port = free_port()
    with running(how, "--port", str(port), DATABASE_CONN_MAX_AGE="0", **environ):
        assert within(60, lambda: is_healthy(port))
        yield port


def head(path: str, *lines: str) -> bytes:
    return "\r\n".join((f"POST {path} HTTP/1.1", "Host: localhost", *lines)).encode()


# With a token in the cookie, Django looks for its counterpart in the form, and so reads the body.
FORM = ("Content-Type: application/x-www-form-urlencoded", f"Cookie: csrftoken={'a' * 32}")
UNFINISHED = [
    head("/api/v1/approvals", "Content-Length: 2000", "", "{"),
    head("/sign-in/", *FORM, "Content-Length: 2000", "", "a="),
    head("/sign-in/", *FORM, "Transfer-Encoding: chunked", "", "5", "abcde", ""),
    head("/api/v1/approvals", "Content-Len"),
    b"",
]
"""Bodies and heads without an end, and nothing at all."""


@contextmanager
def slow_clients(port: int, *, number: int = SOCKETS) -> Iterator[list[socket.socket]]:
    hold_many_sockets()
    with ExitStack() as stack:
        clients = []
        for index in range(number):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
            one.sendall(UNFINISHED[index % len(UNFINISHED)])
            clients.append(one)
        yield clients


def ask(port: int, method: str, path: str, body: str = "", **headers: str) -> tuple[int, bytes]:
    """Status and body of one request over a connection of its own."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body or None, {"Host": "localhost", **named})
        response = connection.getresponse()
        return response.status, response.read()


def submit(port: int, token: str) -> int:
    return ask(
        port,
        "POST",
        "/api/v1/approvals",
        BODY,
        Authorization=f"Bearer {token}",
        Content_Type="application/json",
        Idempotency_Key=str(uuid4()),
    )[0]


@pytest.mark.shows("slow-bodies")
@pytest.mark.parametrize("how", ["make run", "web", "live"])
def test_slow_clients_hold_up_nobody(how: str) -> None:
    make_policy(), make_user("sales@example.com"), make_approver()
    key, token = make_key()
    approval = make_approval(key=key)
    with serving(how) as port, slow_clients(port) as clients:
        assert [ask(port, "GET", "/sign-in/")[0] for _ in range(20)] == [200] * 20
        assert [submit(port, token) for _ in range(10)] == [201] * 10
        with waiting(port, token, [approval.pk] * 5, timeout=1) as agents:
            assert [answer(agent)[0] for agent in agents] == [200] * 5

        assert not any(is_closed(one) for one in clients), "all of them were still there"


def is_closed(client: socket.socket) -> bool:
    client.setblocking(False)
    with suppress(BlockingIOError):
        return client.recv(1) == b""
    return False


@pytest.mark.shows("slow-bodies")
@pytest.mark.parametrize("how", ["make run", "web"])
def test_who_does_not_finish_is_sent_away(how: str) -> None:
    with serving(how, BODY_SECONDS="0.5") as port, slow_clients(port, number=15) as clients:
        said = [everything(clients[index]) for index in range(3)]

    assert all(one.startswith(b"HTTP/1.1 408 ") for one in said)
    assert b"urn:countersign:problem:http_408" in said[0]
    assert b"That came too slowly" in said[1]
    for one in said:
        headers = one.lower()
        assert b"x-content-type-options: nosniff" in headers
        assert b"cache-control: no-store" in headers
        assert b"content-security-policy: " in headers


def everything(client: socket.socket) -> bytes:
    """All that is sent until the server closes the connection."""
    return b"".join(iter(lambda: client.recv(65536), b""))


@pytest.mark.shows("bodies-that-burn")
@pytest.mark.parametrize("how", ["make run", "web"])
def test_a_body_that_is_too_large_is_refused_unread(how: str) -> None:
    promised, piece = 200 * 1024 * 1024, b"x" * 65536
    with serving(how) as port, socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        client.sendall(head("/api/v1/approvals", f"Content-Length: {promised}", "", ""))
        sent = 0
        with suppress(OSError):
            while sent < promised and not is_answered(client):
                client.settimeout(PATIENCE)
                client.sendall(piece)
                sent += len(piece)

    assert sent < promised / 4


def is_answered(client: socket.socket) -> bool:
    client.setblocking(False)
    with suppress(BlockingIOError):
        return client.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 413"
    return False


def test_an_honest_upload_over_a_slow_line_gets_through() -> None:
    make_policy(), make_user("sales@example.com"), make_approver()
    _, token = make_key()
    with serving("web") as port, socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as agent:
        agent.sendall(
            head(
                "/api/v1/approvals",
                f"Authorization: Bearer {token}",
                "Idempotency-Key: 1",
                f"Content-Length: {len(BODY)}",
                "Connection: close",
                "",
                "",
            )
        )
        for start in range(0, len(BODY), 20):
            agent.sendall(BODY[start : start + 20].encode())
            time.sleep(0.02)

        assert answer(agent)[0] == 201


def deployment(folder: Path) -> dict[str, str]:
    """What a deployment behind a proxy names, beside the servers."""
    key = base64.b64encode(b"k" * 32).decode()
    return {
        "COUNTERSIGN_DESK": "0",
        "BEHIND_TLS_PROXY": "1",
        "SECRET_KEY": "x" * 60,
        "AUDIT_HMAC_KEYS": f"test:{key}",
        "AUDIT_CHECKPOINT_KEY": f"test:{key}",
        "ENCRYPTION_KEYS": key,
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "PUBLIC_URL": "https://localhost",
        "EMAIL_URL": "smtp://127.0.0.1:25",
        "STATIC_ROOT": str(folder),
    }


@pytest.mark.shows("forged-proxy-headers")
def test_a_forged_header_of_the_proxy_is_not_believed(tmp_path: Path) -> None:
    with serving("web", **deployment(tmp_path)) as port:
        forged = ask_raw(port, "X_Forwarded_Proto: https")
        beside = ask_raw(port, "X-Forwarded-Proto: http", "X_Forwarded_Proto: https")
        told = ask_raw(port, "X-Forwarded-Proto: https")

    assert [status(one) for one in (forged, beside, told)] == [301, 301, 401]


def ask_raw(port: int, *lines: str) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        call = ("GET /api/v1/approvals HTTP/1.1", "Host: localhost", *lines, "Connection: close", "", "")
        client.sendall("\r\n".join(call).encode())
        return everything(client)


def status(said: bytes) -> int:
    return int(said.split()[1])
