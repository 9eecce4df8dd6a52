"""Which TCP port of this machine is free?"""

import socket

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as probe:
        return int(probe.getsockname()[1])


def is_answering(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1):
            return True
    except OSError:
        return False


def is_taken(port: int) -> bool:
    """Asked by binding, as the server will, so a listener on every address counts as well."""
    try:
        with socket.create_server((LOOPBACK, port)):
            return False
    except OSError:
        return True
