"""Which private PostgreSQL and Redis does a desk use, and who keeps them running?

One keeper process (`keeper.py`) runs both for as long as anybody holds a connection to it. Every process that
needs them joins here and holds on until it ends; the kernel lets go for those that are killed.
"""

import fcntl
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

_ROOT = Path(__file__).resolve().parent.parent
_PATIENCE = 60.0  # seconds; recovering a large database after a crash takes a while


@dataclass(frozen=True)
class Servers:
    """What `servers.json` says. `token` proves that it is our keeper that answers on the port.

    `database_url` is the owner's; a keeper of an older version knows no `application_url`.
    """

    keeper: int
    token: str
    pid: int
    database_url: str
    redis_url: str
    redis_from: str
    application_url: str = ""

    def write(self, path: Path) -> None:
        draft = path.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            json.dump(asdict(self), file)
        draft.rename(path)


_joined: dict[Path, Servers] = {}


def servers(var: Path, *, fast: bool = False) -> Servers:
    """Join the servers under `var`, starting them if nobody has. `fast` gives up surviving a power cut."""
    var = var.resolve()
    if var not in _joined:
        make_private(var)
        make_private(var / "log")
        with locked(var / "servers.lock"):
            _joined[var] = _join(var) or _start(var, fast=fast)
    return _joined[var]


def make_private(folder: Path) -> None:
    """0700: what is kept here is one person's."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time; the kernel unlocks for a process that dies."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _join(var: Path) -> Servers | None:
    with suppress(OSError, ValueError, TypeError):
        known = Servers(**json.loads((var / "servers.json").read_text()))
        connection = socket.create_connection(("127.0.0.1", known.keeper), timeout=5)
        # Another program may have been given the port of a keeper that is gone.
        if connection.recv(200).decode() == known.token:
            connection.detach()  # stays open until this process ends: closing it is how one leaves
            return known
        connection.close()
    return None


def _start(var: Path, *, fast: bool) -> Servers:
    log = var / "log" / "keeper.log"
    command = [sys.executable, "-m", "approvals_site.keeper", str(var), *(["--fast"] if fast else [])]
    with log.open("w") as output:
        keeper = subprocess.Popen(  # nosec B603 # noqa: S603 - our own command
            command,
            cwd=_ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # a Ctrl-C meant for this process is none of its business
        )
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and keeper.poll() is None:
        if joined := _join(var):
            keeper.returncode = 0  # outlives this process on purpose, so do not warn about it
            return joined
        time.sleep(0.02)
    keeper.kill()
    last_line = (log.read_text().strip().splitlines() or ["it took too long"])[-1]
    raise ImproperlyConfigured(f"The private servers did not start: {last_line} (see {log})")
