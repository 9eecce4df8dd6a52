"""Each race of the suite, 1,000 rounds: who came first how often, and is everything sound afterwards?

`bench/races.py 100` for another number of rounds, `bench/races.py 1000 revoke/approve leave/approve` for some races.
"""

from __future__ import annotations

import sys
import time

from ground import ground

ROUNDS = 1000


def main(rounds: int, *names: str) -> None:
    from audit.verify import everything
    from tests.races.pairs import RACES, run
    from tests.races.soundness import faults

    print(f"{'race':40}{'first side came first':>24}{'the other':>12}{'overlapping':>14}{'seconds':>9}")
    for name in names or RACES:
        race = RACES[name]
        started = time.monotonic()
        tally = run(race, rounds=rounds)
        seconds = time.monotonic() - started
        print(
            f"{name:40}{tally.first[0]:>24}{tally.first[1]:>12}{tally.overlapping:>14}{seconds:>9.0f}",
            flush=True,
        )
    assert faults() == []
    print(f"{everything().events:,} events verified; no state without its event, no event without its state.")


if __name__ == "__main__":
    with ground("races"):
        main(int(sys.argv[1]) if sys.argv[1:] else ROUNDS, *sys.argv[2:])
