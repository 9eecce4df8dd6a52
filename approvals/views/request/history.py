"""What happened to this request, in words, and who may already know whose doing it was?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from approvals.events import find
from approvals.views.request.access import Case
from audit.models import Event

HIDDEN_PERSON = _("A reviewer")
_SIGNED = {
    "password": _("password entered for it"),
    "code": _("code of the app entered for it"),
    "provider": _("asked anew by their sign-in provider"),
    "passkey": _("signed with a passkey"),
}
_BASES = {
    "assignee": _("as a named reviewer"),
    "approvers": _("as an approver"),
    "staff": _("as an administrator"),
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
    signed: str = ""
    """With what the decision was signed, where it took a proof of its own."""
    is_news: bool = True
    """Whether it changes what an open page shows; that somebody opened the request does not."""


def lines(case: Case) -> list[Line]:
    """The request's events, oldest first."""
    events = Event.objects.about("approval", case.approval.pk).with_content()
    return [_line(event, case) for event in events]


def mark_of(history: list[Line]) -> str:
    """Tells a page that shows this history from one that shows an older one."""
    return str(sum(line.is_news for line in history))


def _line(event: Event, case: Case) -> Line:
    body = event.content
    data = body.get("data") or {}
    is_of_other = case.is_blind and event.actor_kind == "person" and event.actor_id != str(case.person.pk)
    is_of_voter = is_of_other and case.has_voted(event.actor_id)
    # Who has voted is found by elimination too, so others are named only where they say something.
    is_nameless = is_of_voter or (is_of_other and event.type != "approval.commented")
    known = find(event.type)
    if is_nameless and known:
        data = {name: value for name, value in data.items() if name not in known.names}
    # The reason for handing on is for the person asked instead; all else a voter wrote waits.
    is_unsaid = is_of_voter and event.type != "approval.reassigned"
    return Line(
        actor=str(HIDDEN_PERSON) if is_nameless else event.actor_name,
        what=known.sentence(data) if known else event.type,
        at=event.at,
        authority="" if is_nameless else _authority(body),
        version=body.get("payload_version"),
        is_news=event.type != "approval.opened",
        signed="" if is_nameless else _signed(data),
        words="" if is_unsaid or not known else "\n".join(filter(None, map(data.get, known.words))),
    )


def _signed(data: dict[str, Any]) -> str:
    manifest = data.get("manifest") or {}
    return str(_SIGNED.get(manifest.get("signed_with", ""), ""))


def _authority(body: dict[str, Any]) -> str:
    """Whose authority it was: "on behalf of NAME" where a grant lent it, else where the actor has it from."""
    used = body.get("authority") or {}
    if not used.get("grant_id"):
        return str(_BASES.get(used.get("basis", ""), ""))
    data = body.get("data") or {}
    votes = [data, *data.get("votes", ())]
    principals = [vote.get("on_behalf_of") or {} for vote in votes]
    name = next((p["name"] for p in principals if p.get("id") == used.get("principal")), None)
    return gettext("on behalf of %(who)s") % {"who": name} if name else gettext("on behalf of somebody else")
