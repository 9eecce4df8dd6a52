"""Which errors did the processes of a deployment log, and when?"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

_ERROR = re.compile(r"^(\d{4}-\d\d-\d\dT\S+Z) \[(?:error|critical) *\] (.*)")


def errors(folder: Path, names: tuple[str, ...]) -> Iterator[tuple[float, str]]:
    """By the machine's monotonic clock, each with the process and the first line of what it logged."""
    ahead = time.time() - time.monotonic()
    for name in names:
        for line in (folder / "log" / f"{name}.log").read_text(errors="replace").splitlines():
            if found := _ERROR.match(line):
                yield datetime.fromisoformat(found[1]).timestamp() - ahead, f"{name}: {found[2][:300]}"
