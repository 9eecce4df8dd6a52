"""Agents and reviewers who use the site over HTTP, repeat what got no answer, and remember what did."""

from __future__ import annotations

import http.client
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from threading import Event, Thread
from urllib.parse import urlencode

from django.test import Client

from grants.models import User
from tests.approvals.api.client import PROPOSAL

CSRF = "c" * 32
UNAVAILABLE = 503
PATIENCE = 30  # seconds until a call that is never answered ends its poster


@dataclass
class Told:
    """What the site acknowledged: ids of requests, by the status or the claim that it named."""

    submitted: set[str] = field(default_factory=set)
    decided: dict[str, str] = field(default_factory=dict)
    claimed: dict[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    """How long each call took that was answered."""
    failure: BaseException | None = None


class Poster(Thread):
    """Submits, decides as `reviewer`, claims; one request after the other until told to stop.

    `patience`: seconds until a call that is never answered ends it. `pause`: seconds between two requests.
    """

    def __init__(
        self, port: int, token: str, reviewer: User, *, patience: float = PATIENCE, pause: float = 0
    ) -> None:
        super().__init__(daemon=True)
        self._patience, self._pause = patience, pause
        self.told = Told()
        self.answered = Event()
        self.stopping = Event()
        self._port = port
        self._agent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.person = {
            "Cookie": f"sessionid={session(reviewer)}; csrftoken={CSRF}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self._reviewer = reviewer

    def run(self) -> None:
        number = 0
        try:
            while not self.stopping.wait(self._pause):
                number += 1
                self._story(f"{self._reviewer.email} {number}", is_approved=number % 3 > 0)
        except BaseException as failure:
            self.told.failure = failure
            raise

    def _story(self, name: str, *, is_approved: bool) -> None:
        proposed = self._submit(name)
        self._decide(proposed, is_approved=is_approved)
        if is_approved:
            self._claim(proposed["id"], name)

    def _submit(self, name: str) -> dict[str, str]:
        body = json.dumps({**PROPOSAL, "assignees": [self._reviewer.email]})
        fresh, again = 201, 200
        content = self._post(
            "/api/v1/approvals", body, {**self._agent, "Idempotency-Key": name}, fresh, again
        )
        proposed = json.loads(content)
        self.told.submitted.add(proposed["id"])
        return proposed

    def _decide(self, proposed: dict[str, str], *, is_approved: bool) -> None:
        verdict, page = ("approve", "decision") if is_approved else ("reject", "rejection")
        form = {
            "verdict": verdict,
            "csrfmiddlewaretoken": CSRF,
            "version": proposed["payloadVersion"],
            "payload_sha256": proposed["payloadSha256"],
            "resolution": "declined",
        }
        fresh, again = 303, 409
        self._post(f"/approvals/{proposed['id']}/{page}/", urlencode(form), self.person, fresh, again)
        self.told.decided[proposed["id"]] = "approved" if is_approved else "rejected"

    def _claim(self, approval_id: str, name: str) -> None:
        headers = {**self._agent, "Idempotency-Key": name}
        content = self._post(f"/api/v1/approvals/{approval_id}/claim", "", headers, 200, 200)
        self.told.claimed[approval_id] = json.loads(content)["claimId"]

    def _post(self, path: str, body: str, headers: dict[str, str], fresh: int, again: int) -> bytes:
        """Repeated until answered: with `fresh`, or with `again` where an unheard attempt was stored."""
        is_repeated, deadline = False, time.monotonic() + self._patience
        while time.monotonic() < deadline:
            started = time.monotonic()
            try:
                status, content = self.once(path, body, headers)
            except (OSError, http.client.HTTPException):
                self.told.counts["unanswered"] += 1
                is_repeated = True
                time.sleep(0.01)
                continue
            if status == UNAVAILABLE:
                self.told.counts["503"] += 1
                is_repeated = True
                time.sleep(0.3)
                continue
            self.told.seconds.append(time.monotonic() - started)
            self.answered.set()
            assert status == fresh or (is_repeated and status == again), (path, status, content)
            self.told.counts["stored, though unanswered"] += status == again != fresh
            return content
        raise TimeoutError(f"{path} got no answer")

    def once(self, path: str, body: str, headers: dict[str, str]) -> tuple[int, bytes]:
        """Status and content. Raises OSError or HTTPException where no answer came."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
            if path.startswith("/api/") and not content:
                raise http.client.IncompleteRead(content)  # killed between the head and the body
            return answer.status, content
        finally:
            connection.close()


def session(person: User) -> str:
    """The cookie of somebody who signed in."""
    browser = Client()
    browser.force_login(person)
    return browser.cookies["sessionid"].value
