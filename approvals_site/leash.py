"""How does nothing stay behind, even after kill -9? A process on a leash ends when its holder ends.

`python -m approvals_site.leash [--signal INT] [--user UID] [--patience SECONDS] -- command…` runs the command in a
process group of its own and reads stdin, a pipe. The kernel closes the pipe when the holder dies, however it dies:
then the command gets the signal, and after its patience (four seconds) what is left of its group is killed.
"""

import argparse
import os
import pwd
import signal
import subprocess
import sys
import threading
from contextlib import suppress

PATIENCE = 4.0  # seconds


def main() -> int:
    options = _options()
    child = subprocess.Popen(  # nosec B603 # noqa: S603 - the command that its starter names
        options.command,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        user=options.user,
        group=None if options.user is None else pwd.getpwuid(options.user).pw_gid,
        extra_groups=None if options.user is None else [],
    )
    stop = signal.Signals[f"SIG{options.signal}"]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the holder decides when
    signal.signal(signal.SIGTERM, lambda *_: child.send_signal(stop))
    threading.Thread(target=_stop_at_end_of_file, args=(child, stop, options.patience), daemon=True).start()
    try:
        return child.wait()
    finally:
        _kill_group(child)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="leash")
    parser.add_argument("--signal", default="TERM", choices=["TERM", "INT"], help="how to ask it to stop")
    parser.add_argument("--user", type=int, help="the user id to run it as")
    parser.add_argument("--patience", type=float, default=PATIENCE, help="seconds between asking and killing")
    parser.add_argument("command", nargs="+")
    return parser.parse_args()


def _stop_at_end_of_file(child: subprocess.Popen[bytes], stop: signal.Signals, patience: float) -> None:
    # The descriptor itself: a thread blocked inside sys.stdin's lock aborts the interpreter at its end.
    while os.read(sys.stdin.fileno(), 1024):
        pass
    # Only the leader is asked: a pool or a cluster stops its own members in the right order.
    child.send_signal(stop)
    with suppress(subprocess.TimeoutExpired):
        child.wait(patience)
    _kill_group(child)


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
