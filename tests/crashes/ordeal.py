"""A deployment under load while one fault follows another: is anything lost, doubled, stuck or late?"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from threading import Event, Thread

from django.db import connection

from approvals.models import Approval, Claim, Heartbeat
from audit import clock
from audit.models import Checkpoint
from tests.crashes.house import House
from tests.crashes.posters import Poster, Told
from tests.crashes.test_stopping import is_healthy
from tests.factories import make_key, make_policy, make_user
from tests.races.soundness import faults
from tests.site.real_processes import within

POSTERS = 4


@dataclass
class Outcome:
    """The table. What must be empty is a list of what is not as it should be."""

    faults: Counter[str] = field(default_factory=Counter)
    decisions: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    without_sweep: float = 0
    without_checkpoint: float = 0
    p95: float = 0
    longest: float = 0

    @property
    def is_sound(self) -> bool:
        return not (self.lost or self.doubled or self.stuck)

    def lines(self) -> list[str]:
        counted = ", ".join(f"{name} {number}" for name, number in sorted(self.faults.items()))
        calls = (
            f"calls answered: p95 {self.p95 * 1000:.0f} ms, longest {self.longest:.1f} s; "
            f"503: {self.counts['503']}, unanswered: {self.counts['unanswered']}, "
            f"stored though unanswered: {self.counts['stored, though unanswered']}"
        )
        late = f"a sweep: {self.without_sweep:.0f} s, without a checkpoint: {self.without_checkpoint:.0f} s"
        return [
            f"faults: {counted}",
            f"decisions acknowledged: {self.decisions}",
            f"lost: {len(self.lost)}   doubled: {len(self.doubled)}   stuck: {len(self.stuck)}",
            f"longest without {late}",
            calls,
        ]


Fault = tuple[str, Callable[[House], None]]


def endure(
    house: House, ordeal: Sequence[Fault], *, seconds: float, pause: float, load_pause: float
) -> Outcome:
    """Run the faults in turn for so long, `pause` seconds between two of them; then look what is stored."""
    make_policy()
    token = make_key()[1]
    people = [make_user(f"p{number}@example.com") for number in range(POSTERS)]
    assert within(90, lambda: is_healthy(house.ports["web"]) and is_healthy(house.ports["live"]))
    assert within(90, lambda: Heartbeat.objects.exists() and Checkpoint.objects.exists())
    watch, posters = (
        Watch(),
        [Poster(house.ports["web"], token, person, patience=180, pause=load_pause) for person in people],
    )
    for thread in (watch, *posters):
        thread.start()
    outcome, until = Outcome(), time.monotonic() + seconds
    while time.monotonic() < until:
        for name, befall in ordeal:
            befall(house)
            outcome.faults[name] += 1
            time.sleep(pause)
            if time.monotonic() > until:
                break
    _stop(posters, outcome)
    watch.stopping.set()
    watch.join()
    outcome.without_sweep, outcome.without_checkpoint = watch.longest("sweep"), watch.longest("checkpoint")
    _compare([poster.told for poster in posters], outcome)
    return outcome


class Watch(Thread):
    """Notes, past every fault, when the last sweep and the last checkpoint were."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.stopping = Event()
        self._seen: dict[str, list[datetime]] = {"sweep": [clock.now()], "checkpoint": [clock.now()]}

    def run(self) -> None:
        while not self.stopping.wait(0.5):
            swept = Heartbeat.objects.values_list("at", flat=True).first()
            signed = Checkpoint.objects.order_by("-number").values_list("at", flat=True).first()
            for name, at in (("sweep", swept), ("checkpoint", signed)):
                if at and at > self._seen[name][-1]:
                    self._seen[name].append(at)
        self._end = clock.now()
        connection.close()  # this thread's

    def longest(self, name: str) -> float:
        """Seconds between two, or since the last."""
        moments = [*self._seen[name], self._end]
        gaps = (after - before for before, after in pairwise(moments))
        return max(gaps, default=timedelta()).total_seconds()


def _stop(posters: Sequence[Poster], outcome: Outcome) -> None:
    """Nothing is at fault any more, so that what was begun is brought to its end."""
    for poster in posters:
        poster.stopping.set()
    for poster in posters:
        poster.join(180)
        if poster.is_alive() or poster.told.failure:
            outcome.stuck.append(repr(poster.told.failure or poster))


def _compare(told: Sequence[Told], outcome: Outcome) -> None:
    status = {str(pk): status for pk, status in Approval.objects.values_list("pk", "status")}
    claims = {str(pk): str(claim) for pk, claim in Claim.objects.values_list("pk", "claim_id")}
    for each in told:
        outcome.decisions += len(each.decided)
        outcome.counts += each.counts
        outcome.lost += [pk for pk in each.submitted if pk not in status]
        outcome.lost += [pk for pk, as_ in each.decided.items() if status.get(pk) != as_]
        outcome.lost += [pk for pk, claim in each.claimed.items() if claims.get(pk) != claim]
    submitted = set().union(*(each.submitted for each in told))
    outcome.stuck += [pk for pk, as_ in status.items() if as_ == "pending" and pk in submitted]
    # Stored and never told: a proposal whose repetition made a second one.
    outcome.doubled = [pk for pk in status if pk not in submitted] + [str(fault) for fault in faults()]
    seconds = sorted(second for each in told for second in each.seconds)
    if seconds:
        outcome.p95, outcome.longest = seconds[int(len(seconds) * 0.95)], seconds[-1]
