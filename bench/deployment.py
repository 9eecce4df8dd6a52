"""Servers of the benchmark's own, the processes of a deployment on them, a supervisor, and what befalls them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, RLock, Thread
from urllib.parse import urlsplit

CELERY = ("worker", "clock", "beat")
NAMES = ("web", "live", *CELERY)


@dataclass
class OwnServers:
    """A PostgreSQL and a Redis that nobody else uses, so that they may be restarted and flushed."""

    folder: Path
    database_url: str = ""
    redis_url: str = ""
    _postgres: ExitStack = field(default_factory=ExitStack)

    def start_postgres(self) -> None:
        """At the address that it had before, if it ran before."""
        from approvals_site import embedded_postgres

        port = urlsplit(self.database_url).port if self.database_url else None
        self.database_url = embedded_postgres.start(
            self.folder, fast=False, stack=self._postgres, port=port
        ).url

    def stop_postgres(self) -> None:
        self._postgres.close()

    def redis(self):
        import redis

        return redis.Redis.from_url(self.redis_url)


@contextmanager
def own_servers(folder: Path) -> Iterator[OwnServers]:
    """Both run; what they kept is gone at the end."""
    from approvals_site import embedded_redis

    (folder / "log").mkdir(parents=True)
    servers = OwnServers(folder)
    with ExitStack() as stack:
        stack.callback(lambda: shutil.rmtree((folder / "postgres").resolve(), ignore_errors=True))
        servers.start_postgres()
        stack.callback(servers.stop_postgres)
        servers.redis_url = embedded_redis.start(folder, stack=stack).url
        yield servers


class Deployment:
    """Every process as docs/operations.md starts it, and started again where it ends, as a supervisor does.

    `app` is the Celery application. `ended` counts the processes that ended though nobody killed them.
    """

    def __init__(self, servers: OwnServers, *, app: str) -> None:
        from approvals_site.ports import free_port

        self.servers, self._app = servers, app
        self.ports = {"web": free_port(), "live": free_port()}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.generation, self.ended = Counter[str](), Counter[str]()
        self._lock, self._stopping = RLock(), Event()
        self._supervisor = Thread(target=self._supervise, daemon=True)

    def start(self) -> None:
        for name in NAMES:
            self._start(name)
        self._supervisor.start()

    def kill(self, *names: str) -> None:
        """`kill -9` of the processes and all their children."""
        with self._lock:
            for name in names:
                self._end(name)
                self._start(name)

    def flush_redis(self) -> None:
        """Of everything: what waits, what is kept for a while, and who listens hears nothing of it."""
        self.servers.redis().flushall()
        self.generation["redis"] += 1

    def restart_postgres(self) -> None:
        from django.db import connection

        connection.close()  # ours, which would be found broken later
        self.servers.stop_postgres()
        time.sleep(2)
        self.servers.start_postgres()

    def stop(self) -> None:
        self._stopping.set()
        self._supervisor.join()
        for name in self.processes:
            self._end(name)

    def _start(self, name: str) -> None:
        from tests.crashes.deployed import command
        from tests.serving import ROOT, environment

        folder = self.servers.folder
        more = {"beat": ["--schedule", str(folder / f"schedule-{self.generation[name]}")]}
        if name in self.ports:
            more[name] = ["--port", str(self.ports[name]), "--log-level", "error"]
        words = command(name, *more.get(name, ()))
        if name in CELERY:
            words[words.index("approvals_site")] = self._app
        environ = environment(DATABASE_CONN_MAX_AGE="0" if name == "live" else "60", LOG_LEVEL="ERROR")
        with (folder / "log" / f"{name}.log").open("a") as log:
            self.processes[name] = subprocess.Popen(
                words, cwd=ROOT, env=environ, start_new_session=True, stdout=log, stderr=log
            )
        self.generation[name] += 1

    def _end(self, name: str) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.processes[name].pid, signal.SIGKILL)
        self.processes[name].wait()

    def _supervise(self) -> None:
        while not self._stopping.wait(0.5):
            with self._lock:
                for name, process in list(self.processes.items()):
                    if process.poll() is not None:
                        self.ended[name] += 1
                        moment = time.strftime("%H:%M:%S")
                        print(f"{moment} {name} ended by itself: {process.returncode}", file=sys.stderr)
                        self._end(name)
                        self._start(name)


@contextmanager
def deployed(servers: OwnServers, *, app: str) -> Iterator[Deployment]:
    """All processes run and answer."""
    from tests.crashes.test_stopping import is_healthy
    from tests.site.real_processes import within

    one = Deployment(servers, app=app)
    one.start()
    try:
        assert within(90, lambda: all(is_healthy(port) for port in one.ports.values()))
        yield one
    finally:
        one.stop()
