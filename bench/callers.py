"""Who uses the site over HTTP during a soak, repeats what got no answer, and remembers all that was said.

An error is expected within GRACE seconds of a fault, and nowhere else: a refused connection, one that broke off, 503.
"""

from __future__ import annotations

import http.client
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

GRACE = 30.0
TIMEOUT = 60.0
UNAVAILABLE = 503


class Faults:
    """When something was at fault, by the machine's monotonic clock."""

    def __init__(self) -> None:
        self.counts = Counter[str]()
        self._windows: list[tuple[float, float]] = []

    @contextmanager
    def befalling(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        self.counts[name] += 1
        self._windows.append((started, float("inf")))
        try:
            yield
        finally:
            self._windows[-1] = (started, time.monotonic() + GRACE)

    def excuse(self, began: float, ended: float) -> bool:
        """Whether a call between these moments met a fault or what followed from it."""
        return any(began <= until and since <= ended for since, until in self._windows)


@dataclass
class Record:
    """What was asked and what came of it, by every caller together."""

    faults: Faults
    calls: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    submitted: dict[str, set[str]] = field(default_factory=dict)
    """The ids that each idempotency key was told."""
    votes: set[tuple[str, str, str]] = field(default_factory=set)
    """Request, address and verdict of each vote that was taken."""
    shown: dict[str, set[str]] = field(default_factory=dict)
    """The payload's hash on each page that approved."""
    claims: dict[str, tuple[str, str]] = field(default_factory=dict)
    """The claim and the payload's hash that the agent was given."""
    cancelled: set[str] = field(default_factory=set)
    reported: set[str] = field(default_factory=set)
    lock: Lock = field(default_factory=Lock)

    def fail(self, sentence: str) -> None:
        with self.lock:
            self.unexpected.append(sentence)


@dataclass(frozen=True, slots=True)
class Answer:
    """`is_repeated`: an attempt before it got no answer, and may have been stored."""

    status: int
    content: bytes
    headers: http.client.HTTPMessage
    is_repeated: bool


class Failed(Exception):
    """An answer that should not have come; it is on record, and the caller goes on with the next story."""


class Caller(Thread):
    """Tells one story after the other until told to stop; `pause` seconds between two."""

    def __init__(self, record: Record, ports: Mapping[str, int], *, pause: float) -> None:
        super().__init__(daemon=True)
        self.record, self.stopping = record, Event()
        self._ports, self._pause = ports, pause

    def story(self) -> None:
        raise NotImplementedError

    def run(self) -> None:
        while not self.stopping.wait(self._pause):
            try:
                self.story()
            except Failed:
                continue
            except BaseException as failure:
                self.record.fail(f"{self.name} ended: {failure!r}")
                raise

    def call(
        self,
        kind: str,
        method: str,
        path: str,
        *expected: int,
        again: int | None = None,
        body: str = "",
        headers: Mapping[str, str] = {},
        process: str = "web",
    ) -> Answer:
        """Repeated until answered. `again` is expected too where an unheard attempt was stored."""
        is_repeated, since = False, time.monotonic()
        while True:
            began = time.monotonic()
            try:
                status, content, heads = self._once(process, method, path, body, headers)
                problem = "503" if status == UNAVAILABLE else ""
            except (OSError, http.client.HTTPException) as failure:
                status, problem = 0, type(failure).__name__
            self._count(kind, problem or str(status), began)
            if not problem:
                allowed = {*expected, again} if is_repeated else set(expected)
                if status not in allowed:
                    self._unexpected(kind, path, f"{status} {content[:300]!r}")
                return Answer(status, content, heads, is_repeated)
            if not self.record.faults.excuse(began, time.monotonic()):
                self.record.fail(f"{kind} {path}: {problem} though nothing was at fault")
            if self.stopping.is_set() and time.monotonic() - since > TIMEOUT:
                self._unexpected(kind, path, "no answer")
            is_repeated = True
            time.sleep(0.5)

    def _count(self, kind: str, answer: str, began: float) -> None:
        with self.record.lock:
            self.record.calls[kind] += 1
            self.record.answers[answer] += 1
            if kind != "wait":
                self.record.seconds.append(time.monotonic() - began)

    def _unexpected(self, kind: str, path: str, what: str) -> None:
        self.record.fail(f"{kind} {path}: {what}")
        raise Failed(path)

    def _once(
        self, process: str, method: str, path: str, body: str, headers: Mapping[str, str]
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        connection = http.client.HTTPConnection("127.0.0.1", self._ports[process], timeout=TIMEOUT)
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            content = answer.read()
            if answer.status < 300 and not content:
                raise http.client.IncompleteRead(content)  # killed between the head and the body
            return answer.status, content, answer.headers
        finally:
            connection.close()
