"""A real server in front of the test database, as `make run` serves it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
ROOM = {
    "AGENT_SUBMISSIONS": "1000000/10 seconds",
    "AGENT_EVALUATIONS": "1000000/10 seconds",
    "AGENT_CALLS": "1000000/10 seconds",
    "AGENT_RECEIPTS": "1000000/10 seconds",
    "AGENT_ASSIGNEES": "10000000/hour",
    "AGENT_OUTSIDE_ASSIGNEES": "10000000/day",
    "AGENT_OPEN_REQUESTS": "10000000",
    "AGENT_OPEN_WAITS": "100000",
}
"""What tests and benchmarks need that do in a second what real agents do in a day."""
PATIENCE = 30  # seconds until the first answer


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def test_database_url() -> str:
    """The test database as a URL, for another process."""
    at = connection.settings_dict
    login = ":".join(quote(str(part), safe="") for part in (at["USER"], at["PASSWORD"]) if part)
    return f"postgres://{login}@{at['HOST']}:{at['PORT'] or 5432}/{at['NAME']}"


def environment(**changes: str) -> dict[str, str]:
    """This process's, with the test database: the same secrets, the same Redis, and room for agents that hurry."""
    return {
        **os.environ,
        **ROOM,
        "DATABASE_URL": test_database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "COUNTERSIGN_DESK": "1",
        "COUNTERSIGN_VAR": str(settings.VAR),
        "AUDIT_ANCHOR_FILE": settings.AUDIT_ANCHOR_FILE,
        **changes,
    }


@contextmanager
def served(**environ: str) -> Iterator[str]:
    """granian with the ASGI application; yields its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "asginl",
        "--http",
        "1",
        "--no-ws",
        "--backpressure",
        "16384",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    process = subprocess.Popen(
        [
            *command,
            "--workers-kill-timeout",
            "3",
            "--log-level",
            "warning",
            "approvals_site.asgi:application",
        ],
        cwd=ROOT,
        env=environment(PUBLIC_URL=url, PORT=str(port), **environ),
    )
    try:
        _wait_for(f"{url}/healthz", process)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        assert process.poll() is None, "the server stopped"
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.1)
        else:
            return
