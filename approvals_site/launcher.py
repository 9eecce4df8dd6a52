"""How does everything start on one person's machine, and stop with nothing left behind?

`python -m approvals_site.launcher` (`make run`) holds the private servers, prepares the database and puts the
site, the worker and the clock on a leash. Ctrl-C ends all of it quietly; so does anything that kills this process.
"""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from approvals_site.leashed import Leashed
from approvals_site.ports import LOOPBACK, is_taken
from approvals_site.schedule import CLOCK, DELIVERIES
from approvals_site.signpost import Signpost

_ROOT = Path(__file__).resolve().parent.parent
_PATIENCE = 30.0  # seconds until the first page must have come
_GRACE = 20  # seconds for what the site has in hand when it is to stop


class LaunchError(Exception):
    """Why the desk does not run, in a sentence for the person at it."""


@dataclass(frozen=True)
class Desk:
    var: Path
    port: int
    url: str
    redis_from: str
    environ: dict[str, str]
    """Of what runs as the application."""
    migrating: dict[str, str]


def main() -> int:
    # A closed terminal or a supervisor deserves the same tidy end as Ctrl-C (which `&` in a script ignores).
    for end in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(end, signal.default_int_handler)
    try:
        with ExitStack() as stack:
            _run(stack)
    except KeyboardInterrupt:
        print("\nStopped.")
    except LaunchError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def _run(stack: ExitStack) -> None:
    desk = _prepare()
    children = {
        "the site": stack.enter_context(_site(desk)),
        "the worker": stack.enter_context(_worker(desk)),
        "the clock": stack.enter_context(_clock(desk)),
    }
    # Before anything waits for one child to end, each is asked to.
    stack.callback(_let_go, children)
    _wait_for_first_page(desk, children)
    signpost = Signpost(desk.var / "demo.json", desk.url)
    signpost.point_here()
    _greet(desk)
    for turn in count():
        _check(children)
        if turn % 10 == 0:
            signpost.mend()
        time.sleep(0.3)


def _prepare() -> Desk:
    port = _free_port_asked_for()
    os.environ.setdefault("COUNTERSIGN_DESK", "1")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "approvals_site.settings")
    # Reading the settings joins the private servers, which stay as long as this process does.
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    try:
        desk = Desk(
            settings.VAR, port, settings.PUBLIC_URL, settings.REDIS_ORIGIN, *_environs(settings.DESK_DATABASE)
        )
    except ImproperlyConfigured as problem:
        raise LaunchError(problem) from None
    (desk.var / "log").mkdir(mode=0o700, parents=True, exist_ok=True)
    _manage(desk, "migrate", "--verbosity", "0", environ=desk.migrating)
    _manage(desk, "seed_demo", environ=desk.environ)
    return desk


def _environs(private: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What runs as the application gets, and what migrates: only the latter may know the owner's password."""
    environ = {name: value for name, value in os.environ.items() if name != "MIGRATION_DATABASE_URL"}
    if not private:
        return environ, {**os.environ}
    environ["DATABASE_URL"] = private["application"]
    return environ, {**environ, "MIGRATION_DATABASE_URL": private["owner"]}


def _free_port_asked_for() -> int:
    """Looked up ahead of the settings: a taken port must be said before any server starts."""
    asked = os.environ.get("PORT", "8000")
    if not asked.isdecimal() or not 0 < int(asked) < 65536:
        raise LaunchError(f"PORT is {asked!r}; it must be a number from 1 to 65535.")
    if is_taken(int(asked)):
        raise LaunchError(f"Port {asked} is taken. Take another one: PORT={int(asked) + 1} make run")
    return int(asked)


def _manage(desk: Desk, *arguments: str, environ: dict[str, str]) -> None:
    log = desk.var / "log" / f"{arguments[0]}.log"
    with log.open("w") as output:
        done = subprocess.run(  # nosec B603 # noqa: S603 - our own command
            [sys.executable, "manage.py", *arguments],
            cwd=_ROOT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        last = (log.read_text().strip().splitlines() or ["it said nothing"])[-1]
        raise LaunchError(f"manage.py {arguments[0]} failed: {last} (see {log})")


def _site(desk: Desk) -> Leashed:
    return Leashed(
        [
            *(
                sys.executable,
                "-m",
                "granian",
                "--interface",
                "asginl",  # no lifespan: nothing here has one
                "--http",
                "1",  # asked to tell which version is spoken, it waits for a silent client without end
                "--no-ws",
                "--host",
                LOOPBACK,
                "--port",
                str(desk.port),
            ),
            *(
                "--workers",
                "1",
                "--backpressure",
                "16384",
                "--respawn-failed-workers",
                "--workers-kill-timeout",
                str(_GRACE),
            ),
            *("--no-access-log", "--log-level", "warning"),
            "approvals_site.asgi:application",
        ],
        log=desk.var / "log" / "site.log",
        environ=desk.environ,
        options=("--patience", str(_GRACE + 3)),
    )


def _worker(desk: Desk) -> Leashed:
    return _celery(desk, "worker", DELIVERIES)


def _clock(desk: Desk) -> Leashed:
    return _celery(desk, "clock", CLOCK, "--beat", "--schedule", str(desk.var / f"beat-schedule-{desk.port}"))


def _celery(desk: Desk, name: str, queue: str, *more: str) -> Leashed:
    return Leashed(
        [
            *(sys.executable, "-m", "celery", "--app", "approvals_site", "worker", "--queues", queue),
            *("--pool", "threads", "--concurrency", "2", "--loglevel", "info"),
            *("--hostname", f"{name}-{desk.port}@desk", "--without-gossip", "--without-mingle", *more),
        ],
        log=desk.var / "log" / f"{name}.log",
        environ=desk.environ,
    )


def _let_go(children: dict[str, Leashed]) -> None:
    for child in children.values():
        child.let_go()


def _check(children: dict[str, Leashed]) -> None:
    for name, child in children.items():
        if not child.is_running():
            raise LaunchError(f"{name[0].upper()}{name[1:]} ended: {child.last_words()} (see {child.log})")


def _wait_for_first_page(desk: Desk, children: dict[str, Leashed]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        _check(children)
        if _answers(f"http://{LOOPBACK}:{desk.port}/sign-in/"):
            return
        time.sleep(0.05)
    raise LaunchError(
        f"The site gave no page within {_PATIENCE:.0f} seconds (see {children['the site'].log})"
    )


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):  # nosec B310 # noqa: S310 - our own address
            return True
    except urllib.error.HTTPError as answer:
        return answer.code < 500
    except OSError:
        return False


def _greet(desk: Desk) -> None:
    with suppress(BrokenPipeError):
        print(
            f"\n  Countersign is at {desk.url}\n\n"
            f"  The demo's people, passwords and agent keys: {desk.var / 'demo.json'}\n"
            f"  Logs: {desk.var / 'log'}    Mail: {desk.var / 'mail'}\n"
            f"  Redis: {desk.redis_from}\n\n"
            "  Ctrl-C stops it all.\n",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
