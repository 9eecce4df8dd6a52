"""A process that has Django loaded and forks a child for each line it reads: fifty starts take no minute.

`python -m tests.crashes.prefork worker|web` prints the number of the port that it holds, then for each line
the child's process id and, once that has ended, how.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from django.core.wsgi import get_wsgi_application
from django.urls import resolve

import approvals_site.asgi  # noqa: F401 - sets Django up


def main(job: Callable[[socket.socket], None]) -> None:
    resolve("/")  # every view is imported here, and not once again in each child
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    _say(listener.getsockname()[1])
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            job(listener)
            os._exit(0)
        _say(pid)
        _say(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def work(_listener: socket.socket) -> None:
    """One run of the worker's task."""
    from approvals.notifications import deliver_due

    deliver_due()


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        pass


def serve(listener: socket.socket) -> None:
    """The whole site, until killed."""
    server = Server(listener.getsockname(), Quiet, bind_and_activate=False)
    server.socket = listener
    server.server_name, server.server_port = listener.getsockname()
    server.setup_environ()
    server.set_app(get_wsgi_application())
    server.serve_forever()


if __name__ == "__main__":
    main({"worker": work, "web": serve}[sys.argv[1]])
