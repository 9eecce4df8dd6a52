"""Which rows of a request does its chain of events tell of, and what do they say?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from approvals import payload, strict_json
from approvals.compared import asked
from approvals.exceptions import InvalidInput
from approvals.models import (
    Approval,
    Assignment,
    Claim,
    Comment,
    Opening,
    Outcome,
    PayloadVersion,
    Vote,
    VoteSeat,
)
from approvals.models.choices import Status
from approvals.models.said import FOLLOWED, RULED, SAID
from audit.compared import Body, Columns, Comparison, Part, Rows

REQUEST, VERSION, VOTE, SEAT, CLAIM, OUTCOME, OPENING, COMMENT = (
    model._meta.db_table
    for model in (Approval, PayloadVersion, Vote, VoteSeat, Claim, Outcome, Opening, Comment)
)
_OF_REQUEST = "part.approval_id = subject.pk"
_KEY = "(SELECT prefix FROM approvals_agentkey key WHERE key.id = part.key_id)"

DESCRIBED = (
    *SAID,
    *RULED,
    *FOLLOWED,
    *("request_sha256", "deadline", "payload_schema_sha256", "remind_at"),
)
"""What the first event says of the request under the column's own name."""
BEGUN = {
    "approval.requested": Status.PENDING,
    "approval.not_required": Status.NOT_REQUIRED,
    "draft.recorded": Status.DRAFT,
}
ENDED = {
    "approval.granted": Status.APPROVED,
    "approval.rejected": Status.REJECTED,
    "approval.cancelled": Status.CANCELLED,
    "draft.used": Status.USED,
    "draft.discarded": Status.DISCARDED,
    "draft.replaced": Status.DISCARDED,
}
VOTED = {
    "version": "version",
    "verdict": "verdict",
    "grant": "grant_id",
    "basis": "basis",
    "policy_seat": "fills_policy_seat",
    "resolution": "resolution",
    "category": "category",
    "comment": "comment",
    "sentence": "sentence",
    "acknowledged": "acknowledged",
    "notified_at": "notified_at",
    "opened_at": "opened_at",
    "decided_at": "decided_at",
    "late": "is_late",
    "signature": "signature",
}
"""By what an event calls it, the column of a vote."""


def told(bodies: Sequence[Body]) -> Rows:
    """What the tables hold if they say what these events say, which are one request's, from the first on."""
    rows = Rows()
    for body in bodies:
        if body["type"] in BEGUN:
            _begin(rows, body)
        if body["type"] in ENDED:
            _end(rows, body)
        if tell := _TELLING.get(body["type"]):
            tell(rows, body)
        asked.tell(rows, body)
    return rows


def _begin(rows: Rows, body: Body) -> None:
    data, at, status = body["data"], body["at"], BEGUN[body["type"]]
    _request(
        rows,
        body,
        agent_id=body["actor"]["id"],
        created_at=at,
        status=status,
        decided_at=at if status == Status.NOT_REQUIRED else None,
        current_version=1,
        **dict.fromkeys(("valid_until", "breached_at", "expired_at", "claimed_at", "successor_id")),
        resolution="",
        **{name: data[name] for name in DESCRIBED if name in data},
        **_named_otherwise(data, at),
    )
    _version(rows, body, None)


def _named_otherwise(data: Body, at: str) -> Columns:
    found: Columns = {}
    if "key" in data:
        found["key_prefix"] = data["key"]
    if "policy" in data:
        found["policy_id"] = data["policy"]["id"]
    if "supersedes" in data:
        found["supersedes_id"] = data["supersedes"]
    if "barred" in data:
        found |= {f"{who}_id": person for who, person in data["barred"].items()}
    if "shadow" in data:
        shadow = data["shadow"] or {"would_run": None, "reason": ""}
        found |= {"shadow_would_run": shadow["would_run"], "shadow_reason": shadow["reason"]}
    if data.get("deadline"):
        given = datetime.fromisoformat(data["deadline"]) - datetime.fromisoformat(at)
        found["sla_minutes"] = given.total_seconds() / 60
    return found


def _end(rows: Rows, body: Body) -> None:
    data = body["data"]
    ended: Columns = {"status": ENDED[body["type"]], "decided_at": body["at"]}
    if body["type"] == "approval.granted":
        ended["valid_until"] = data["valid_until"]
    if body["type"] == "approval.rejected":
        ended["resolution"] = data["resolution"]
    _request(rows, body, **ended)
    _succeed(rows, body)


def _succeed(rows: Rows, body: Body) -> None:
    if successor := body["data"].get("superseded_by"):
        _request(rows, body, successor_id=successor)


def _vote(rows: Rows, body: Body) -> None:
    data = body["data"]
    person, principal = data["person"]["id"], data["on_behalf_of"]["id"]
    said = {column: data[name] for name, column in VOTED.items() if name in data}
    if "manifest" in data:
        said["manifest"] = data["manifest"] or {}
    rows.put(
        VOTE,
        data["vote"],
        user_id=person,
        principal_id=principal,
        payload_sha256=body["payload_sha256"],
        **said,
    )
    if data["verdict"] == Vote.Verdict.APPROVE:
        for user in {person, principal}:
            rows.put(SEAT, f"{data['version']} {user}", vote_id=data["vote"])


def _edit(rows: Rows, body: Body) -> None:
    _request(rows, body, current_version=body["payload_version"])
    _version(rows, body, body["actor"]["id"])


def _version(rows: Rows, body: Body, edited_by: str | None) -> None:
    """The hash is of the stored bytes, and of those that the text gives which people are shown."""
    hashes = dict.fromkeys(("sha256", "sha256_of_bytes", "sha256_of_text"), body["payload_sha256"])
    rows.put(VERSION, body["payload_version"], edited_by_id=edited_by, created_at=body["at"], **hashes)


def _claim(rows: Rows, body: Body) -> None:
    _request(rows, body, claimed_at=body["at"])
    rows.put(CLAIM, body["data"]["claim"], key_prefix=body["data"]["key"], claimed_at=body["at"])


def _outcome(rows: Rows, body: Body) -> None:
    data = body["data"]
    rows.put(
        OUTCOME,
        data["claim"],
        status=data["status"],
        detail=data["detail"],
        payload_sha256=data["executed_sha256"],
        is_mismatch=body["type"] == "execution.mismatch",
        reported_at=body["at"],
    )


def _comment(rows: Rows, body: Body) -> None:
    data = body["data"]
    said = {"text": data["text"], "told": data["told"], "created_at": body["at"]}
    rows.put(COMMENT, data["comment"], user_id=body["actor"]["id"], **said)


def _request(rows: Rows, body: Body, **columns: Any) -> None:
    rows.put(REQUEST, body["subject"]["id"], **columns)


_TELLING: dict[str, Callable[[Rows, Body], object]] = {
    "approval.voted": _vote,
    "approval.edited": _edit,
    "approval.superseded": _succeed,
    "approval.sla_breach": lambda rows, body: _request(rows, body, breached_at=body["at"]),
    "approval.expired": lambda rows, body: _request(rows, body, expired_at=body["at"]),
    "approval.opened": lambda rows, body: rows.put(OPENING, body["actor"]["id"], opened_at=body["at"]),
    "approval.claimed": _claim,
    "execution.reported": _outcome,
    "execution.mismatch": _outcome,
    "approval.commented": _comment,
}


def _hash_of_text(row: Columns) -> Columns:
    try:
        value = strict_json.loads(row["source"])
    except InvalidInput:
        return {"sha256_of_text": None}
    return {"sha256_of_text": payload.digest(payload.canonical(value)).hex()}


def _hash_of_schema(row: Columns) -> Columns:
    return {"payload_schema_sha256": hashlib.sha256(row["payload_schema"].encode()).hexdigest()}


COMPARISON = Comparison(
    kind="approval",
    subjects="SELECT id::text AS id, id AS pk FROM approvals_approval",
    told=told,
    parts=(
        Part(
            Approval,
            "part.id = subject.pk",
            also={"key_prefix": _KEY},
            more=_hash_of_schema,
            emptied=("remind_at",),
        ),
        Part(
            PayloadVersion,
            _OF_REQUEST,
            key="number",
            also={"sha256_of_bytes": "encode(sha256(part.canonical), 'hex')"},
            more=_hash_of_text,
            but=("canonical",),
        ),
        Part(Vote, _OF_REQUEST),
        Part(VoteSeat, _OF_REQUEST, key="seat", also={"seat": "part.version || ' ' || part.user_id"}),
        Part(Claim, _OF_REQUEST, key="claim_id", also={"key_prefix": _KEY}),
        Part(
            Outcome,
            "part.claim_id = subject.pk",
            key="claimed_as",
            also={
                "claimed_as": "(SELECT claim_id FROM approvals_claim c WHERE c.approval_id = part.claim_id)"
            },
        ),
        Part(Opening, _OF_REQUEST, key="user_id"),
        Part(Comment, _OF_REQUEST),
        Part(
            Assignment,
            _OF_REQUEST,
            key="email",
            also={
                "in_place_of": "(SELECT email FROM approvals_assignment before WHERE before.id = part.in_place_of_id)"
            },
        ),
    ),
)
