"""All processes of a deployment, what stands around them, and the faults that befall them."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from django.conf import settings
from django.db import connection

from approvals_site.ports import free_port, is_answering
from tests.crashes.deployed import Process, command
from tests.proxy import Line, line_to
from tests.receivers import HTTP_HEAD, SMTP_GREETING, dripping
from tests.serving import ROOT, environment
from tests.site.real_processes import within

CELERY = ("worker", "clock", "beat")


@dataclass
class House:
    """`app` is the Celery application that worker, clock and beat run."""

    line: Line
    folder: Path
    redis_port: int
    environ: dict[str, str]
    app: str
    ports: dict[str, int] = field(default_factory=lambda: {"web": free_port(), "live": free_port()})
    processes: dict[str, Process] = field(default_factory=dict)

    def start(self, name: str) -> None:
        more = {
            "web": ("--port", str(self.ports["web"]), "--log-level", "error"),
            "live": ("--port", str(self.ports["live"]), "--log-level", "error"),
            "beat": ("--schedule", str(self.folder / "schedule")),
        }
        words = command(name, *more.get(name, ()))
        if name in CELERY:
            words[words.index("approvals_site")] = self.app
        with (self.folder / f"{name}.log").open("a") as log:
            self.processes[name] = subprocess.Popen(
                words,
                cwd=ROOT,
                env=environment(**self.environ),
                start_new_session=True,
                stdout=log,
                stderr=log,
            )

    def kill(self, name: str) -> None:
        """`kill -9` of the process and all its children; a supervisor would start it again, and so does this."""
        self.end(name)
        self.start(name)

    def kill_child(self, name: str) -> None:
        """`kill -9` of one child; its parent starts another."""
        children = psutil.Process(self.processes[name].pid).children()
        if children:
            random.choice(children).kill()

    def end(self, name: str) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.processes[name].pid, signal.SIGKILL)
        self.processes[name].wait()

    def start_redis(self) -> None:
        """It keeps nothing: started again it is empty."""
        program = Path(sys.executable).with_name("redis-server")
        words = [str(program) if program.exists() else "redis-server", "--port", str(self.redis_port)]
        self.processes["redis"] = subprocess.Popen(
            [*words, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(self.folder)],
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert within(20, lambda: is_answering(self.redis_port))

    def lose_redis(self, seconds: float) -> None:
        self.end("redis")
        time.sleep(seconds)
        self.start_redis()

    def lose_database(self, seconds: float) -> None:
        self.line.cut()
        time.sleep(seconds)
        self.line.is_cut = False

    def restart_database(self, seconds: float) -> None:
        """The server ends every connection, in the midst of whatever it does, and takes none for a while."""
        self.line.is_cut = True
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE client_port = ANY(%s)",
                [self.line.ports_in_use()],
            )
        time.sleep(seconds)
        self.line.is_cut = False

    def hang_database(self, seconds: float) -> None:
        self.line.flows.clear()
        time.sleep(seconds)
        self.line.flows.set()


@contextmanager
def house(folder: Path, *, app: str = "approvals_site", **environ: str) -> Iterator[House]:
    """Everything runs; the mail server and Slack answer a byte at a time, all the while."""
    at, redis_port = connection.settings_dict, free_port()
    with ExitStack() as stack:
        mail = stack.enter_context(dripping(SMTP_GREETING, every=4))
        slack = stack.enter_context(dripping(HTTP_HEAD, every=4))
        line = stack.enter_context(line_to(at["HOST"], int(at["PORT"] or 5432)))
        named = {
            "DATABASE_URL": line.database_url(),
            "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
            "EMAIL_URL": f"smtp://127.0.0.1:{mail}",
            "SLACK_ORIGINS": f"http://127.0.0.1:{slack}",
            "DATABASE_CONN_MAX_AGE": "0",
            "AUDIT_ANCHOR_FILE": str(settings.AUDIT_ANCHOR_FILE),
            "LOG_LEVEL": "ERROR",
        }
        one = House(line, folder, redis_port, {**named, **environ}, app)
        stack.callback(_end_all, one)
        one.start_redis()
        for name in ("web", "live", *CELERY):
            one.start(name)
        yield one


def _end_all(one: House) -> None:
    for name in list(one.processes):
        one.end(name)
