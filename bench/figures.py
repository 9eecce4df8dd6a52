"""What does a benchmark say, and is that what we aim for? One line for a person, or JSON for `everything.py`.

Every script takes `--json` and `--quick`: sizes that prove that it works, and whose figures say nothing.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from ground import ground

FLAGS = ("--json", "--quick")
ARGUMENTS = [one for one in sys.argv[1:] if one not in FLAGS]
IS_QUICK = "--quick" in sys.argv


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured. `at_least` or `at_most` is the goal; `beside` says what the value comes from."""

    what: str
    value: float
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None
    beside: str = ""

    @property
    def is_met(self) -> bool | None:
        """None where nothing is aimed for."""
        if self.at_least is not None:
            return self.value >= self.at_least
        return None if self.at_most is None else self.value <= self.at_most

    def line(self) -> str:
        """For a terminal of 120 characters."""
        goal = "" if self.at_least is None else f"≥ {self.at_least:g}"
        goal = goal if self.at_most is None else f"≤ {self.at_most:g}"
        said = {True: "met", False: "NOT MET", None: ""}[self.is_met]
        return f"{self.what:58}{number(self.value)} {self.unit:11}{goal:>9}  {said:8}{self.beside}"


def number(value: float) -> str:
    """As many digits as say something."""
    return f"{value:9,.0f}" if value >= 100 else f"{value:9.1f}" if value >= 10 else f"{value:9.2f}"


def size(full: int, quick: int) -> int:
    """How many: the full number, or what a proof that the script works needs."""
    return quick if IS_QUICK else full


def run(name: str, measure: Callable[[], Iterator[Figure]], **environ: str) -> None:
    """On a database of its own; prints each figure as it comes."""

    def grounded() -> Iterator[Figure]:
        with ground(name, **environ):
            yield from measure()

    tell(grounded())


def tell(figures: Iterator[Figure]) -> bool:
    """Print each figure as it comes, and what else is printed as errors. Whether every goal was met."""
    said = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # the servers that a script starts log to there
    is_met = True
    for figure in figures:
        line = json.dumps(asdict(figure)) if "--json" in sys.argv else figure.line()
        print(line, file=said, flush=True)
        is_met = is_met and figure.is_met is not False
    return is_met
