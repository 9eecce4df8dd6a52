"""How much memory and how many connections does each process of a deployment hold, and do they grow?"""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from statistics import linear_regression, mean, median
from threading import Event, Thread
from urllib.parse import urlsplit

import psutil
from deployment import Deployment

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sample:
    """`generation` counts how often the process was started, or Redis flushed.

    `rss` is of it and its children, in bytes.
    """

    at: float
    generation: int
    rss: int
    connections: int


class Gauges(Thread):
    """Takes a sample of every process each `every` seconds; `warm` seconds after its start it should have settled."""

    def __init__(self, deployment: Deployment, *, every: float, warm: float) -> None:
        super().__init__(daemon=True)
        self.samples: dict[str, list[Sample]] = defaultdict(list)
        self.stopping = Event()
        self._deployment, self._every, self._warm = deployment, every, warm
        self._database = urlsplit(deployment.servers.database_url).port

    def run(self) -> None:
        while True:
            for name, process in self._deployment.processes.items():
                with suppress(psutil.Error):
                    self._sample(name, psutil.Process(process.pid))
            with suppress(Exception):  # while it is restarted there is nothing to read
                used = self._deployment.servers.redis().info("memory")["used_memory"]
                now, flushed = time.monotonic(), self._deployment.generation["redis"]
                self.samples["redis"].append(Sample(now, flushed, used, 0))
            if self.stopping.wait(self._every):
                return

    def _sample(self, name: str, parent: psutil.Process) -> None:
        family, generation = [parent, *parent.children(recursive=True)], self._deployment.generation[name]
        rss = sum(one.memory_info().rss for one in family)
        open_ones = [
            one
            for process in family
            for one in process.net_connections("tcp")
            if one.raddr and one.raddr.port == self._database and one.status == psutil.CONN_ESTABLISHED
        ]
        self.samples[name].append(Sample(time.monotonic(), generation, rss, len(open_ones)))

    def settled(self, name: str) -> list[list[Sample]]:
        """The samples of each life of the process, without those before it had warmed up."""
        lives = [list(life) for _, life in groupby(self.samples[name], lambda one: one.generation)]
        warm = [[one for one in life if one.at >= life[0].at + self._warm] for life in lives]
        return [life for life in warm if len(life) >= 8]

    def growth(self, name: str) -> tuple[float, float]:
        """By which share the last quarter of a life is above its first, and the slope in MiB a minute."""
        lives = self.settled(name)
        if not lives:
            return 0.0, 0.0
        shares, slopes = [], []
        for life in lives:
            quarter = len(life) // 4
            first, last = (median(one.rss for one in part) for part in (life[:quarter], life[-quarter:]))
            shares.append(last / first - 1)
            slopes.append(linear_regression([one.at for one in life], [one.rss for one in life]).slope)
        return mean(shares), mean(slopes) * 60 / MIB

    def at_three_moments(self, name: str) -> list[Sample]:
        """At the start, in the middle and at the end of the run, each once the process had warmed up."""
        lives = self.settled(name) or [self.samples[name]]
        every = [one for life in lives for one in life]
        return [every[0], every[len(every) // 2], every[-1]]

    def most_connections(self) -> int:
        """Of all processes together: the sum of what each held at most."""
        return sum(max(one.connections for one in each) for each in self.samples.values())
