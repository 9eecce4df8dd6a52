"""What does the life of one request come to? A summary made of its events alone, as docs/audit.md describes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Body = Mapping[str, Any]
"""What a signed event says."""

PROPOSED = frozenset({"approval.requested", "approval.not_required", "draft.recorded"})
"""The first event of a request, by what the policy made of it."""

DECIDED = frozenset(
    {
        *("approval.granted", "approval.rejected", "approval.cancelled", "approval.not_required"),
        *("draft.used", "draft.discarded", "draft.replaced"),
    }
)
"""Each ends a request; after it come at most its claim, its outcome, and that it was not claimed in time."""

REPORTED = frozenset({"execution.reported", "execution.mismatch"})

_PLACE = ("seq", "type", "at", "actor", "authority", "payload_version", "payload_sha256")
_VERSION = ("seq", "at", "actor", "payload_version", "payload_sha256")


def summarise(request: str, bodies: Sequence[Body]) -> dict[str, Any]:
    """The proposal, payload versions, votes, decision, claim and outcome; null where there is none.

    `bodies` are the events of the request in their order. Each entry repeats the data of its event, apart from
    payloads, which stand with the versions.
    """
    proposal = [one for one in bodies if one["type"] in PROPOSED]
    return {
        "request": request,
        "proposal": _entry(proposal[0]) if proposal else None,
        "versions": [_version(one) for one in bodies if one["type"] in {*PROPOSED, "approval.edited"}],
        "votes": [_entry(one) for one in bodies if one["type"] == "approval.voted"],
        "decision": _last(bodies, DECIDED),
        "claim": _last(bodies, {"approval.claimed"}),
        "outcome": _last(bodies, REPORTED),
        "history": [{name: one[name] for name in ("seq", "at", "type", "actor")} for one in bodies],
    }


def _last(bodies: Sequence[Body], types: set[str] | frozenset[str]) -> dict[str, Any] | None:
    found = [one for one in bodies if one["type"] in types]
    return _entry(found[-1]) if found else None


def _entry(body: Body) -> dict[str, Any]:
    data = {name: value for name, value in body["data"].items() if name not in ("payload", "votes")}
    return {**{name: body[name] for name in _PLACE}, "data": data}


def _version(body: Body) -> dict[str, Any]:
    data = body["data"]
    said = {"payload": data.get("payload"), "changes": data.get("changes", [])}
    return {**{name: body[name] for name in _VERSION}, **said}
