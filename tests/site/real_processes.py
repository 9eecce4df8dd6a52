"""Starting, watching and counting real processes."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
_HOLD = """
import json, sys
from dataclasses import asdict
from pathlib import Path
from approvals_site import embedded
print(json.dumps(asdict(embedded.servers(Path(sys.argv[1]), fast=True))), flush=True)
sys.stdin.read()
"""


class Holder:
    """A process that joins the private servers and holds on until told otherwise."""

    def __init__(self, var: Path, environ: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _HOLD, str(var)],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.servers = json.loads(self.process.stdout.readline())

    def leave(self) -> None:
        self.process.communicate()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def within(seconds: float, is_so: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def processes_of(folder: Path) -> list[psutil.Process]:
    """Everything alive that was started for the folder, told by its command line, its variable or where it works."""
    places = {str(folder), str((folder / "postgres").resolve())}
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            words = [*process.cmdline(), process.cwd(), process.environ().get("COUNTERSIGN_VAR", "")]
            if process.status() != psutil.STATUS_ZOMBIE and any(p in w for p in places for w in words):
                found.append(process)
    return found


def modules_of(folder: Path, *names: str) -> list[psutil.Process]:
    """Those of them that run `python -m NAME`; one that ends meanwhile, such as a connection's, is none of them."""
    found = []
    for process in processes_of(folder):
        with suppress(psutil.Error):
            words = process.cmdline()
            if words[1:2] == ["-m"] and words[2] in names:
                found.append(process)
    return found
