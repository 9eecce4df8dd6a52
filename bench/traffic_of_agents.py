"""Agents of a soak: they submit, wait, claim and report, and now and then cancel, supersede, list or read."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import rfc8785
from callers import Caller, Record

from tests.approvals.api.client import PROPOSAL

GATE, BY_EXCEPTION, RECORDED, URGENT, TWO = "email", "refund", "note", "urgent", "transfer"
KINDS = {GATE: 50, BY_EXCEPTION: 20, RECORDED: 20, URGENT: 5, TWO: 5}
WAIT = 10  # seconds
PATH = "/api/v1/approvals"


class Agent(Caller):
    """One run after the other with one key; `reviewers` are the addresses that it may name."""

    def __init__(
        self, record: Record, ports: Mapping[str, int], token: str, reviewers: list[str], *, pause: float
    ) -> None:
        super().__init__(record, ports, pause=pause)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._reviewers = reviewers

    def story(self) -> None:
        (action_type,) = random.choices(list(KINDS), KINDS.values())
        proposed = self._submit(action_type)
        approval_id = proposed["id"]
        if proposed["status"] != "pending" or action_type == URGENT:
            self._get("read", f"{PATH}/{approval_id}")
            self._get("list", f"{PATH}?status=pending")
            return
        turn = random.random()
        if turn < 0.05:
            self._cancel(approval_id)
        elif turn < 0.1:
            self._await(self._submit(action_type, supersedes=approval_id)["id"])
        else:
            self._await(approval_id)

    def _submit(self, action_type: str, **more: Any) -> dict[str, Any]:
        key = str(uuid4())
        number = random.randrange(2000)
        body = {
            **PROPOSAL,
            "actionType": action_type,
            "confidence": 0.9,
            "payload": {**PROPOSAL["payload"], "amount": number, "reference": key},
            "assignees": self._named(action_type),
            **more,
        }
        text = json.dumps(body)
        answer = self._post("submit", PATH, 201, again=200, body=text, key=key)
        proposed = json.loads(answer)
        with self.record.lock:
            self.record.submitted.setdefault(key, set()).add(proposed["id"])
        return proposed

    def _named(self, action_type: str) -> list[str]:
        if action_type == URGENT:
            return ["away@example.com"]
        return random.sample(self._reviewers, 2 if action_type == TWO else 1)

    def _cancel(self, approval_id: str) -> None:
        answer = self._post("cancel", f"{PATH}/{approval_id}/cancel", 200, 409)
        if json.loads(answer)["status"] == "cancelled":
            with self.record.lock:
                self.record.cancelled.add(approval_id)

    def _await(self, approval_id: str) -> None:
        """Until people decided, or this run is told to stop."""
        state = {"status": "pending"}
        while state["status"] == "pending" and not self.stopping.is_set():
            state = self._get("wait", f"{PATH}/{approval_id}/wait?timeout={WAIT}", process="live")
        if state["status"] == "approved":
            self._execute(approval_id)

    def _execute(self, approval_id: str) -> None:
        path = f"{PATH}/{approval_id}"
        taken = json.loads(self._post("claim", f"{path}/claim", 200, key=str(uuid4())))
        sha256 = hashlib.sha256(rfc8785.dumps(taken["payload"])).hexdigest()
        if sha256 != taken["payloadSha256"]:
            self.record.fail(f"claim {approval_id}: the hash is not of the payload")
        with self.record.lock:
            self.record.claims[approval_id] = (taken["claimId"], sha256)
        if random.random() < 0.2:
            self._post("claim again", f"{path}/claim", 409, key=str(uuid4()))
        said = {"claimId": taken["claimId"], "status": "succeeded", "payloadSha256": sha256}
        self._post("outcome", f"{path}/outcome", 200, body=json.dumps(said))
        with self.record.lock:
            self.record.reported.add(approval_id)

    def _get(self, kind: str, path: str, *, process: str = "web") -> dict[str, Any]:
        answer = self.call(kind, "GET", path, 200, headers=self._headers, process=process)
        return json.loads(answer.content)

    def _post(
        self, kind: str, path: str, *expected: int, again: int | None = None, body: str = "", key: str = ""
    ) -> bytes:
        headers = {**self._headers, "Idempotency-Key": key} if key else self._headers
        return self.call(kind, "POST", path, *expected, again=again, body=body, headers=headers).content
