"""How long do a desk's private servers run? As long as somebody holds a connection to this process.

`python -m approvals_site.keeper VAR [--fast]` is started by `embedded.servers`. Both servers are on a leash,
so that killing the keeper stops them too.
"""

import argparse
import os
import secrets
import selectors
import signal
import socket
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from approvals_site import embedded_postgres, embedded_redis
from approvals_site.embedded import Servers, locked
from approvals_site.leashed import Leashed

GRACE = 1.0  # seconds without a holder before stopping: one command often follows another
FIRST_GRACE = 10.0  # seconds for the first holder to arrive


def main() -> int:
    options = _options()
    var: Path = options.var
    os.umask(0o077)
    # The keeper before may still be stopping its servers.
    with locked(var / "keeper.lock"), ExitStack() as stack:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        postgres = embedded_postgres.start(var, fast=options.fast, stack=stack)
        redis = embedded_redis.start(var, stack=stack)
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=128))
        token = secrets.token_hex(16)
        note = var / "servers.json"
        Servers(
            keeper=listener.getsockname()[1],
            token=token,
            pid=os.getpid(),
            database_url=postgres.url,
            redis_url=redis.url,
            redis_from=redis.origin,
            application_url=postgres.application_url,
        ).write(note)
        stack.callback(note.unlink, missing_ok=True)
        _serve(listener, token.encode(), [postgres.process, redis.process])
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="keeper")
    parser.add_argument("var", type=Path)
    parser.add_argument("--fast", action="store_true", help="do not wait for the disk (tests)")
    return parser.parse_args()


def _serve(listener: socket.socket, token: bytes, servers: list[Leashed]) -> None:
    """Count holders until the last has gone. Nobody ever sends: a readable holder is one that closed."""
    listener.setblocking(False)
    with selectors.DefaultSelector() as holders:
        holders.register(listener, selectors.EVENT_READ)
        leave_at = time.monotonic() + FIRST_GRACE
        while time.monotonic() < leave_at and all(server.is_running() for server in servers):
            for key, _ in holders.select(timeout=0.2):
                if key.fileobj is listener:
                    _welcome(listener, token, holders)
                else:
                    holders.unregister(key.fileobj)
                    leave_at = time.monotonic() + GRACE
            if len(holders.get_map()) > 1:
                leave_at = time.monotonic() + GRACE


def _welcome(listener: socket.socket, token: bytes, holders: selectors.BaseSelector) -> None:
    holder, _ = listener.accept()
    holder.sendall(token)
    holders.register(holder, selectors.EVENT_READ)


if __name__ == "__main__":
    sys.exit(main())
