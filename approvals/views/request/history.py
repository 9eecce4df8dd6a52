"""What happened to this request, in words, and who may already know whose doing it was?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from approvals.models.choices import BreachAction, Resolution, Status, state_name
from approvals.views.request.access import Case
from audit.models import Event

HIDDEN_PERSON = "A reviewer"
_BASES = {
    "assignee": "as a named reviewer",
    "approvers": "as an approver",
    "staff": "as an administrator",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One event as the page tells it."""

    actor: str
    what: str
    at: datetime
    authority: str = ""
    version: int | None = None
    words: str = ""


def lines(case: Case) -> list[Line]:
    """The request's events, oldest first."""
    events = Event.objects.about("approval", case.approval.pk).with_content()
    return [_line(event, case) for event in events]


def _line(event: Event, case: Case) -> Line:
    body = event.content
    data = body.get("data") or {}
    is_of_other = case.is_blind and event.actor_kind == "person" and event.actor_id != str(case.person.pk)
    is_of_voter = is_of_other and case.has_voted(event.actor_id)
    # Who has voted is found by elimination too, so others are named only where they say something.
    is_nameless = is_of_voter or (is_of_other and event.type != "approval.commented")
    if is_nameless:
        told_whose = ("to",) if event.type == "approval.taken_back" else ("from", "told")
        data = {name: value for name, value in data.items() if name not in told_whose}
    # The reason for handing on is for whoever is asked instead; all else a voter wrote waits.
    is_unsaid = is_of_voter and event.type != "approval.reassigned"
    return Line(
        actor=HIDDEN_PERSON if is_nameless else event.actor_name,
        what=_SENTENCES.get(event.type, _unknown)(data) or event.type,
        at=event.at,
        authority="" if is_nameless else _authority(body),
        version=body.get("payload_version"),
        words="" if is_unsaid else _words(event.type, data),
    )


def _authority(body: dict[str, Any]) -> str:
    """Whose authority it was: "on behalf of NAME" where a grant lent it, else where the actor has it from."""
    used = body.get("authority") or {}
    if not used.get("grant_id"):
        return _BASES.get(used.get("basis", ""), "")
    data = body.get("data") or {}
    votes = [data, *data.get("votes", ())]
    principals = [vote.get("on_behalf_of") or {} for vote in votes]
    name = next((p["name"] for p in principals if p.get("id") == used.get("principal")), "somebody else")
    return f"on behalf of {name}"


def _words(kind: str, data: dict[str, Any]) -> str:
    """What the actor wrote."""
    fields = _WRITTEN.get(kind, ())
    return "\n".join(str(data[name]) for name in fields if data.get(name))


_WRITTEN = {
    "approval.voted": ("sentence", "comment"),
    "approval.commented": ("text",),
    "approval.reassigned": ("reason",),
    "execution.reported": ("detail",),
    "execution.mismatch": ("detail",),
}


def _reassigned(data: dict[str, Any]) -> str:
    if data.get("from"):
        return f"asked {data.get('to')} in place of {data['from']}"
    return f"asked {data.get('to')} as well"


def _taken_back(data: dict[str, Any]) -> str:
    again = f": {data['to']} is asked again" if data.get("to") else ""
    return f"took it back from {data['from']}{again}" if data.get("from") else f"took it back{again}"


def _commented(data: dict[str, Any]) -> str:
    return f"commented, telling {' and '.join(data['told'])}" if data.get("told") else "commented"


def _voted(data: dict[str, Any]) -> str:
    if data.get("verdict") != "reject":
        return "approved, after the deadline" if data.get("late") else "approved"
    resolution = data.get("resolution", "")
    how = state_name(Status.REJECTED, resolution if resolution in Resolution.values else "").lower()
    return f"{how}: {data['category'].lower()}" if data.get("category") else how


def _edited(data: dict[str, Any]) -> str:
    count = len(data.get("changes", ()))
    return f"edited the payload in {count} place{'' if count == 1 else 's'}"


def _voided(data: dict[str, Any]) -> str:
    count = len(data.get("votes", ()))
    return f"made {count} earlier approval{'' if count == 1 else 's'} void by the edit"


def _reported(data: dict[str, Any]) -> str:
    return f"reported: {data.get('status', 'done')}"


def _breached(data: dict[str, Any]) -> str:
    is_over = data.get("breach_action") == BreachAction.REJECT
    return f"noted that the deadline passed{'' if is_over else '; the request is held'}"


def _escalated(data: dict[str, Any]) -> str:
    return f"asked {' and '.join(data.get('people', ())) or 'the next step'} to decide"


def _rejected(data: dict[str, Any]) -> str:
    if data.get("resolution") == Resolution.SLA_EXPIRED:
        return "rejected the request, because nobody decided in time"
    return "ended the request"


def _cancelled(data: dict[str, Any]) -> str:
    return "cancelled it, and proposed it again" if data.get("superseded_by") else "cancelled it"


def _says(sentence: str) -> Callable[[dict[str, Any]], str]:
    return lambda _data: sentence


def _unknown(_data: dict[str, Any]) -> str:
    return ""


_SENTENCES: dict[str, Callable[[dict[str, Any]], str]] = {
    "approval.requested": _says("asked for a decision"),
    "approval.not_required": _says("ran it: the policy let it run without a person"),
    "draft.recorded": _says("left a draft to use by hand"),
    "draft.used": _says("used the draft"),
    "draft.discarded": _says("discarded the draft"),
    "draft.replaced": _says("left a newer draft in place of this one"),
    "approval.opened": _says("opened it"),
    "approval.voted": _voted,
    "approval.edited": _edited,
    "approval.votes_voided": _voided,
    "approval.granted": _says("gave the last approval: the agent may act"),
    "approval.rejected": _rejected,
    "approval.sla_breach": _breached,
    "approval.escalated": _escalated,
    "approval.approvers_asked": _says("asked the approvers as well: those asked before are too few"),
    "approval.understaffed": _says("told the administrators that too few people can decide it"),
    "approval.expired": _says(
        "noted that the approval was not claimed in time: it cannot be executed any more"
    ),
    "approval.reassigned": _reassigned,
    "approval.taken_back": _taken_back,
    "approval.commented": _commented,
    "approval.cancelled": _cancelled,
    "approval.superseded": _says("proposed it again"),
    "approval.claimed": _says("took it for execution"),
    "execution.reported": _reported,
    "execution.mismatch": _says("executed something else than was approved"),
}
