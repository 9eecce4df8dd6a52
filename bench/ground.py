"""A database of its own for each benchmark, on the server of DATABASE_URL or on the desk's private one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


ROOM = {
    "AGENT_SUBMISSIONS": "1000000/10 seconds",
    "AGENT_EVALUATIONS": "1000000/10 seconds",
    "AGENT_CALLS": "1000000/10 seconds",
    "AGENT_ASSIGNEES": "10000000/hour",
    "AGENT_OPEN_REQUESTS": "10000000",
    "AGENT_OPEN_WAITS": "100000",
}
"""One agent does here what thousands do elsewhere; `crowd.py` measures with the limits as they are."""


TEMPLATE = "BENCH_TEMPLATE"
"""Names a migrated database to copy, where somebody made one: migrating takes most of the time of a short run."""


@contextmanager
def template() -> Iterator[None]:
    """A migrated database that each `ground` copies, in this process and those it starts."""
    with _new("template") as url:
        migrating = {**os.environ, "DATABASE_URL": url, "COUNTERSIGN_DESK": "1"}
        subprocess.run([sys.executable, ROOT / "manage.py", "migrate", "-v0"], env=migrating, check=True)
        os.environ[TEMPLATE] = urlsplit(url).path[1:]
        yield


@contextmanager
def ground(name: str, **environ: str) -> Iterator[None]:
    """Django on an empty, migrated database `bench_<name>_<pid>`, which is dropped in the end."""
    copied = os.environ.get(TEMPLATE)
    with _new(name, copied or "template1") as url:
        (_set_up if copied else prepare)(url, **environ)
        yield


@contextmanager
def _new(name: str, of: str = "template1") -> Iterator[str]:
    """The address of a database that is dropped in the end."""
    var = Path(os.environ.setdefault("COUNTERSIGN_VAR", str(ROOT / "var" / "bench"))).resolve()
    server = os.environ.get("DATABASE_URL") or private(var)
    database = f"bench_{name}_{os.getpid()}"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the database goes then, too
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{database}" TEMPLATE "{of}"')
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{database}"))
        finally:
            connection.execute(f'DROP DATABASE "{database}" WITH (FORCE)')


def prepare(database_url: str, **environ: str) -> None:
    """Django on that database, migrated."""
    _set_up(database_url, **environ)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _set_up(database_url: str, **environ: str) -> None:
    os.environ.update(
        DATABASE_URL=database_url,
        DJANGO_SETTINGS_MODULE="approvals_site.settings",
        COUNTERSIGN_DESK="1",
        ALLOWED_HOSTS="localhost,127.0.0.1,testserver",
        DATABASE_CONN_MAX_AGE="60",
        LOG_LEVEL="ERROR",
        **{**ROOM, **environ},
    )
    import django

    django.setup()


def private(var: Path) -> str:
    from approvals_site import embedded

    return embedded.servers(var, fast=False).database_url


def percentile(values: list[float], share: float) -> float:
    """The value below which that share of all lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
