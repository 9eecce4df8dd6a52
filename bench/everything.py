"""Is Countersign as fast as it aims to be? Runs each script of `SCRIPTS`, one after the other, in under 15 minutes.

With `--quick` those of `LONG` too.

Prints every figure beside its goal and writes them to `var/bench/figures.json`. Exits with 0 whether the goals are met
or not, and with 1 where a script failed. `everything.py submit wake` runs some of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any

from figures import ARGUMENTS, FLAGS, IS_QUICK, Figure
from ground import ROOT, template

SCRIPTS = ("submit", "decide", "reads", "wake", "policy", "conditions", "schemas", "audit", "sweep", "bodies")
LONG = ("pools", "soak", "scale", "crowd")
"""They take longer, and run where they are named."""


VAR = ROOT / "var" / "bench"


def main() -> int:
    VAR.mkdir(parents=True, exist_ok=True)
    found, failed, started = [], [], time.monotonic()
    with template():
        for script in ARGUMENTS or (SCRIPTS + LONG if IS_QUICK else SCRIPTS):
            began = time.monotonic()
            figures, has_failed = _run(script)
            found += figures
            failed += [script] * has_failed
            print(f"{script:12}took {time.monotonic() - began:.0f} s", flush=True)
    (VAR / "figures.json").write_text(json.dumps({"cores": os.cpu_count(), "figures": found}, indent=1))
    met = [one["is_met"] for one in found if one["is_met"] is not None]
    print(f"{sum(met)} of {len(met)} goals met, in {(time.monotonic() - started) / 60:.1f} minutes.")
    for script in failed:
        print(f"bench/{script}.py failed: see {VAR / script}.log.")
    return int(bool(failed))


def _run(script: str) -> tuple[list[dict[str, Any]], bool]:
    """Prints each figure of the script as it comes. All of them, and whether it failed."""
    flags = [one for one in sys.argv[1:] if one in FLAGS and one != "--json"]
    command = [sys.executable, str(ROOT / "bench" / f"{script}.py"), "--json", *flags]
    found = []
    with (
        (VAR / f"{script}.log").open("w") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        for line in process.stdout or ():
            figure = Figure(**json.loads(line))
            found.append({"script": script, **json.loads(line), "is_met": figure.is_met})
            print(f"{script:8}{figure.line()}", flush=True)
    return found, process.returncode != 0


if __name__ == "__main__":
    sys.exit(main())
