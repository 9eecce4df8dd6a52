"""Is anything lost, doubled, stuck or late while one fault follows another? `faults.py [MINUTES]`, 3 unless told.

Agents submit and claim and people decide over HTTP on the processes of a deployment, with its real schedule, while
mail server and Slack answer a byte every four seconds. Exits with 1 where something is not as it should be.
"""

from __future__ import annotations

import sys
import tempfile
from io import StringIO
from pathlib import Path

from ground import ground

ORDEAL = (
    ("child of web killed", lambda one: one.kill_child("web")),
    ("database restarted", lambda one: one.restart_database(3)),
    ("worker killed", lambda one: one.kill("worker")),
    ("database away for 16 s", lambda one: one.lose_database(16)),
    ("beat killed", lambda one: one.kill("beat")),
    ("Redis stopped and flushed", lambda one: one.lose_redis(10)),
    ("child of live killed", lambda one: one.kill_child("live")),
    ("database hangs for 35 s", lambda one: one.hang_database(35)),
    ("clock killed", lambda one: one.kill("clock")),
)


def main(minutes: float) -> int:
    from django.core.management import call_command

    from approvals_site.schedule import overdue_after
    from tests.crashes.house import house
    from tests.crashes.ordeal import endure

    with tempfile.TemporaryDirectory() as folder, house(Path(folder)) as one:
        outcome = endure(one, ORDEAL, seconds=minutes * 60, pause=7, load_pause=0.3)
    latest = overdue_after("approvals.sweep"), overdue_after("audit.sequence")
    print("\n".join(outcome.lines()))
    for name in ("lost", "doubled", "stuck"):
        for one_of_them in getattr(outcome, name)[:20]:
            print(f"{name}: {one_of_them}")
    print(f"allowed: {latest[0]:.0f} s without a sweep, {latest[1]:.0f} s without a checkpoint")
    call_command("verify_audit", stdout=StringIO())  # leaves with its exit code where it is not 0
    print("verify_audit: 0")
    is_late = outcome.without_sweep > latest[0] or outcome.without_checkpoint > latest[1]
    return int(is_late or not outcome.is_sound)


if __name__ == "__main__":
    with ground("faults"):
        failed = main(float(sys.argv[1]) if len(sys.argv) > 1 else 3)
    sys.exit(failed)
